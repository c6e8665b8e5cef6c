internal import CCurl
internal import Glibc

/// How a transfer is left before its response is whole.
package enum CurlHangUp: Sendable {
    /// As libcurl closes: FIN, after TLS's own farewell.
    case close
    /// RST.
    case reset
    /// FIN of ours alone; the response is read to its end.
    case halfClose
}

/// What libcurl's callbacks need to know to leave a transfer, and what came of it.
struct HangUpNotes {
    /// Leave when more of the body is there than this, or just this and the response goes on; −1: never for that.
    var afterBytes = -1
    /// Leave when the request has been handed to the system, its body of so many bytes too; −1: never for that.
    var afterBody = -1
    var how = CurlHangUp.close
    var answersHead = false
    /// We have left.
    var isDone = false
    /// Our side is to be ended as soon as its socket is known.
    var isDue = false
    /// The response is one of HTTP/2: it is left by cancelling its stream, whatever ``how`` says.
    var isStream = false
    var bodyReceived = 0
    var bodySent = 0
    var headSent = false
    /// The `Content-Length`; −1: none.
    var length = -1

    /// Something is waited for, or was done in the transfer before.
    var isActive: Bool { afterBytes >= 0 || afterBody >= 0 || isDone || isDue }

    mutating func begin() {
        isDone = false
        isDue = false
        isStream = false
        bodyReceived = 0
        bodySent = 0
        headSent = false
        length = -1
    }
}

extension TransferNotes {
    /// Whether the transfer goes on after this line of the header.
    mutating func goesOn(after line: UnsafePointer<CChar>, _ count: Int, status: () -> Int) -> Bool {
        if count > 5, memcmp(line, "HTTP/2", 6) == 0 { hangUp.isStream = true }
        if count > 15, strncasecmp(line, "content-length:", 15) == 0 { hangUp.length = atol(line + 15) }
        if count > 18, strncasecmp(line, "transfer-encoding:", 18) == 0 { hangUp.length = -1 }
        guard count <= 2, hangUp.afterBytes == 0, !hangUp.isDone else { return true }
        let code = status()
        // The end of the header is then that of the response.
        if code < 200 || code == 204 || code == 304 || hangUp.answersHead || hangUp.length == 0 { return true }
        return leaves()
    }

    /// Whether the transfer goes on after so many more bytes of the body.
    mutating func goesOn(afterBody count: Int) -> Bool {
        hangUp.bodyReceived += count
        guard hangUp.afterBytes >= 0, !hangUp.isDone, hangUp.bodyReceived >= hangUp.afterBytes else { return true }
        if hangUp.bodyReceived == hangUp.afterBytes, hangUp.length == hangUp.afterBytes { return true }
        return leaves()
    }

    /// Whether the transfer goes on once we have left it.
    private mutating func leaves() -> Bool {
        if hangUp.isStream || hangUp.how == .close {
            hangUp.isDone = true
            return false
        }
        if hangUp.how == .reset {
            hangUp.isDone = true
            sockets._withUnsafeGuaranteedRef { $0.reset(socket) }
            return false
        }
        halfClose()
        return true
    }

    /// Ends our side of the connection, now or as soon as its socket is known.
    mutating func halfClose() {
        hangUp.isDue = socket < 0
        guard socket >= 0 else { return }
        hangUp.isDone = shutdown(socket, Int32(SHUT_WR)) == 0
    }

    /// Takes up what was handed to the connection; whether that was all of the request.
    mutating func sent(_ bytes: UnsafePointer<CChar>, _ count: Int, isBody: Bool) -> Bool {
        // Before, a proxy is talked to.
        guard attempts > 0, !hangUp.isDone else { return false }
        if isBody {
            hangUp.bodySent += count
        } else if count >= 4, memcmp(bytes + count - 4, "\r\n\r\n", 4) == 0 {
            hangUp.headSent = true
        }
        return hangUp.headSent && hangUp.bodySent >= hangUp.afterBody
    }
}

extension CurlEasy {
    /// Leave when more of the body is there than so many bytes, or just these and the response goes on; 0: after the header.
    ///
    /// - Parameter answersHead: the response has no body.
    package func hangUp(afterBytes count: Int, _ how: CurlHangUp, answersHead: Bool) {
        notes.pointee.hangUp.afterBytes = count
        notes.pointee.hangUp.how = how
        notes.pointee.hangUp.answersHead = answersHead
        notes.pointee.listens = true
    }

    /// Tell when the request, with a body of so many bytes, has been handed to the system: see ``CurlSockets/nextSent()``.
    package func watchSending(bodyCount: Int, _ how: CurlHangUp) throws(CurlError) {
        notes.pointee.hangUp.afterBody = bodyCount
        notes.pointee.hangUp.how = how
        try setPointer(CURLOPT_DEBUGDATA, notes)
        let code = seep_easy_set_debug(raw) { _, type, bytes, count, context in
            guard type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT, let bytes,
                let notes = context?.assumingMemoryBound(to: TransferNotes.self),
                notes.pointee.sent(bytes, count, isBody: type == CURLINFO_DATA_OUT)
            else { return 0 }
            notes.pointee.sockets._withUnsafeGuaranteedRef { $0.wasSent(notes.pointee.tag) }
            return 0
        }
        guard code == CURLE_OK else { throw CurlError("CURLOPT_DEBUGFUNCTION", code: CurlCode(rawValue: code.rawValue)) }
        try set(.verbose, to: true)
    }

    /// Hang up at no moment of its own.
    package func forgetHangUp() throws(CurlError) {
        if notes.pointee.hangUp.afterBody >= 0 { try set(.verbose, to: false) }
        notes.pointee.hangUp = HangUpNotes()
        notes.pointee.listens = notes.pointee.pace.isSlow
    }

    /// Leaves now. With ``CurlHangUp/halfClose`` the transfer goes on, else the handle is to be removed from its multi handle.
    package func leave(_ how: CurlHangUp) {
        switch how {
        case .close: notes.pointee.hangUp.isDone = true
        case .reset:
            notes.pointee.hangUp.isDone = true
            notes.pointee.sockets._withUnsafeGuaranteedRef { $0.reset(notes.pointee.socket) }
        case .halfClose: notes.pointee.halfClose()
        }
    }

    /// We have left the transfer before it ended.
    package var hasHungUp: Bool { notes.pointee.hangUp.isDone }
}

/// Ends a TCP connection at once, with RST and without another byte; of a socket of another kind, without more to send.
package func resetConnection(_ fd: Int32) {
    var nowhere = sockaddr()
    nowhere.sa_family = sa_family_t(AF_UNSPEC)
    if connect(fd, &nowhere, socklen_t(MemoryLayout<sockaddr>.size)) == 0 { return }
    _ = shutdown(fd, Int32(SHUT_RDWR))
}
