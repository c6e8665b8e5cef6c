internal import CCurl

/// What became of a handle that only connects.
package struct Connected {
    /// The tag of its handle.
    package let tag: Int
    package let code: CurlCode
    /// −1: none stands.
    package let socket: Int32
    /// The number of the connection; 0: none was begun.
    package let number: Int
    /// See ``CurlEasy/connectMicroseconds``.
    package var connectMicroseconds = 0
    package var secureMicroseconds = 0
    /// What its bytes are to be moved by; `nil`: by the handle, or there is no TLS.
    package var stream: SecureStream?
}

extension TransferNotes {
    func microseconds(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        return seep_easy_get_offset(raw, info, &value) == CURLE_OK ? Int(value) : 0
    }

    /// One more request for the connection; the last closes it.
    mutating func count(on number: Int, _ fd: Int32) {
        guard number > 0, countedOn != number else { return }
        countedOn = number
        if sockets._withUnsafeGuaranteedRef({ $0.serves(fd) }) >= Int(reuseLimit) { makeLast() }
    }
}

extension CurlMulti {
    /// The next handle with ``CurlNumberOption/connectOnly`` that has ended; `nil`: none.
    ///
    /// Without TLS the socket is the caller's from now on: libcurl forgets the connection, and the handle is out of the multi handle
    /// and free. With TLS the connection is alive for as long as its handle is in the multi handle, and is used by
    /// ``Connected/stream``, or else by ``CurlEasy/send(_:)`` and ``CurlEasy/receive(into:)``; the caller watches its socket.
    ///
    /// - Parameter keepsBuffers: see ``SecureStream``.
    package func nextConnected(keepsBuffers: Bool, isSecure: (Int) -> Bool) -> Connected? {
        var left: Int32 = 0
        while let message = curl_multi_info_read(raw, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = CurlCode(rawValue: message.pointee.data.result.rawValue)
            let notes = Self.notes(of: easy)
            let number = notes.pointee.connection
            guard code == .ok else {
                _ = curl_multi_remove_handle(raw, easy)
                return Connected(tag: notes.pointee.tag, code: code, socket: -1, number: number)
            }
            var fd = CURL_SOCKET_BAD
            guard seep_easy_get_socket(easy, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK, fd != CURL_SOCKET_BAD else {
                _ = curl_multi_remove_handle(raw, easy)
                return Connected(tag: notes.pointee.tag, code: .couldNotConnect, socket: -1, number: number)
            }
            var connected = Connected(
                tag: notes.pointee.tag, code: .ok, socket: fd, number: sockets.number(of: fd),
                connectMicroseconds: notes.pointee.microseconds(CURLINFO_CONNECT_TIME_T),
                secureMicroseconds: notes.pointee.microseconds(CURLINFO_APPCONNECT_TIME_T))
            if isSecure(connected.tag) {
                sockets.release(fd)
                connected.stream = SecureStream(notes.pointee.ssl, socket: fd, keepsBuffers: keepsBuffers)
            } else {
                sockets.handOver(fd)
                _ = curl_multi_remove_handle(raw, easy)
            }
            return connected
        }
        return nil
    }

    static func notes(of easy: UnsafeMutableRawPointer) -> UnsafeMutablePointer<TransferNotes> {
        var pointer: UnsafeMutableRawPointer?
        _ = seep_easy_get_pointer(easy, CURLINFO_PRIVATE, &pointer)
        guard let notes = pointer?.assumingMemoryBound(to: TransferNotes.self) else {
            preconditionFailure("every handle is made by CurlEasy, which sets it")
        }
        return notes
    }
}

/// The bytes of a connection that stands.
extension CurlEasy {
    package enum Moved {
        /// Received 0: the peer has ended the connection.
        case bytes(Int)
        /// Nothing now: the socket is to be waited for.
        case again
        case failed
    }

    package func send(_ bytes: UnsafeRawBufferPointer) -> Moved {
        var count = 0
        switch CurlCode(rawValue: curl_easy_send(raw, bytes.baseAddress, bytes.count, &count).rawValue) {
        case .ok: return .bytes(count)
        case .again: return .again
        default: return .failed
        }
    }

    package func receive(into buffer: UnsafeMutableRawBufferPointer) -> Moved {
        var count = 0
        switch CurlCode(rawValue: curl_easy_recv(raw, buffer.baseAddress, buffer.count, &count).rawValue) {
        case .ok: return .bytes(count)
        case .again: return .again
        default: return .failed
        }
    }
}
