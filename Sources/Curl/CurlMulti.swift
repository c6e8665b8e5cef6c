internal import CCurl
package import LinuxIO

/// Many transfers on one thread: the owner of a multi handle (libcurl-multi(3)), driven by `curl_multi_socket_action`.
///
/// It owns the cache of connections: all of them are closed when it goes away. Handles must have been removed before.
package struct CurlMulti: ~Copyable {
    let raw: UnsafeMutableRawPointer
    let sockets: CurlSockets

    /// - Parameter sockets: is told what to watch, and when to call ``runTimeouts(now:)``. Used by one multi handle at a time.
    /// - Parameter maximumIdle: connections kept at most.
    /// - Parameter maximumPerHost: connections at most to one host, further transfers wait for one; 0: no limit.
    package init(sockets: CurlSockets, maximumIdle: Int, maximumPerHost: Int = 0) throws(CurlError) {
        try CurlLibrary.initialise()
        guard let raw = curl_multi_init() else { throw CurlError("curl_multi_init", code: .outOfMemory) }
        do {
            try Self.configure(raw, maximumIdle: maximumIdle, maximumPerHost: maximumPerHost)
            try Self.installCallbacks(raw, context: Unmanaged.passUnretained(sockets).toOpaque())
        } catch {
            curl_multi_cleanup(raw)
            throw error
        }
        sockets.deadline = nil
        sockets.isDue = false
        self.raw = raw
        self.sockets = sockets
    }

    deinit {
        curl_multi_cleanup(raw)
        sockets.deadline = nil
        sockets.isDue = false
    }

    private static func configure(_ raw: UnsafeMutableRawPointer, maximumIdle: Int, maximumPerHost: Int) throws(CurlError) {
        try check(seep_multi_set_long(raw, CURLMOPT_MAXCONNECTS, max(maximumIdle, 1)), "CURLMOPT_MAXCONNECTS")
        try check(seep_multi_set_long(raw, CURLMOPT_MAX_HOST_CONNECTIONS, maximumPerHost), "CURLMOPT_MAX_HOST_CONNECTIONS")
    }

    private static func installCallbacks(_ raw: UnsafeMutableRawPointer, context: UnsafeMutableRawPointer) throws(CurlError) {
        try check(seep_multi_set_pointer(raw, CURLMOPT_SOCKETDATA, context), "CURLMOPT_SOCKETDATA")
        try check(seep_multi_set_pointer(raw, CURLMOPT_TIMERDATA, context), "CURLMOPT_TIMERDATA")
        try check(
            seep_multi_set_socket(raw) { easy, fd, what, context, _ in
                guard let context else { return 0 }
                let number = Unmanaged<CurlSockets>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.changed(fd, what) }
                var pointer: UnsafeMutableRawPointer?
                guard what != CURL_POLL_REMOVE, seep_easy_get_pointer(easy, CURLINFO_PRIVATE, &pointer) == CURLE_OK,
                    let notes = pointer?.assumingMemoryBound(to: TransferNotes.self)
                else { return 0 }
                notes.pointee.connection = number
                notes.pointee.socket = fd
                if notes.pointee.reuseLimit > 0 { notes.pointee.count(on: number, fd) }
                if notes.pointee.hangUp.isDue { notes.pointee.halfClose() }
                return 0
            }, "CURLMOPT_SOCKETFUNCTION")
        try check(
            seep_multi_set_timer(raw) { _, milliseconds, context in
                guard let context else { return 0 }
                Unmanaged<CurlSockets>.fromOpaque(context)._withUnsafeGuaranteedRef { sockets in
                    sockets.isDue = milliseconds == 0
                    // A millisecond later than asked: libcurl rounds, and does not ask again when it is called too early.
                    sockets.deadline = milliseconds > 0 ? .now + .milliseconds(milliseconds + 1) : nil
                }
                return 0
            }, "CURLMOPT_TIMERFUNCTION")
    }

    private static func check(_ code: CURLMcode, _ operation: StaticString) throws(CurlError) {
        guard code == CURLM_OK else { throw CurlError("\(operation)", multi: code) }
    }

    /// Begins the transfer of a handle that is in no multi handle; nothing is sent before ``runTimeouts(now:)``.
    package func add(_ easy: borrowing CurlEasy) throws(CurlError) {
        try Self.check(curl_multi_add_handle(raw, easy.raw), "curl_multi_add_handle")
    }

    /// Takes a handle out. A transfer under way is given up and its connection closed.
    package func remove(_ easy: borrowing CurlEasy) {
        _ = curl_multi_remove_handle(raw, easy.raw)
    }

    /// Something happened on a socket that ``CurlSockets`` had registered.
    package func handle(_ fd: Int32, readable: Bool, writable: Bool, failed: Bool) {
        guard sockets.isWanted(fd) else { return }
        let mask = (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0) | (failed ? CURL_CSELECT_ERR : 0)
        var running: Int32 = 0
        _ = curl_multi_socket_action(raw, fd, mask, &running)
    }

    /// Carries on what libcurl wanted to be called for: transfers just added, time-outs.
    package func runTimeouts(now: MonotonicInstant) {
        let late = sockets.deadline.map { $0 <= now } ?? false
        guard sockets.isDue || late else { return }
        sockets.isDue = false
        if late { sockets.deadline = nil }
        var running: Int32 = 0
        _ = curl_multi_socket_action(raw, CURL_SOCKET_BAD, 0, &running)
        guard late, sockets.deadline == nil, !sockets.isDue else { return }
        // Called, but a little too early by libcurl's own clock: it keeps its timer and says nothing.
        var milliseconds = -1
        if curl_multi_timeout(raw, &milliseconds) == CURLM_OK, milliseconds >= 0 {
            sockets.deadline = now + .milliseconds(milliseconds + 1)
        }
    }

    /// The next transfer that has ended, by the tag of its handle, which is then out of the multi handle; `nil`: none.
    package func nextEnded() -> (tag: Int, code: CurlCode)? {
        var left: Int32 = 0
        while let message = curl_multi_info_read(raw, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = CurlCode(rawValue: message.pointee.data.result.rawValue)
            let notes = Self.notes(of: easy)
            if notes.pointee.connection == 0, notes.pointee.attempts > 0 { notes.pointee.connection = connection(of: easy) }
            _ = curl_multi_remove_handle(raw, easy)
            return (notes.pointee.tag, code)
        }
        return nil
    }

    /// For a response that was whole before its connection was ever waited for, so that the callbacks did not see it. libcurl searches
    /// all connections for it, and knows it only as long as the handle is in the multi handle, and not while other streams of HTTP/2 go
    /// over it: then our port tells.
    private func connection(of easy: UnsafeMutableRawPointer) -> Int {
        var fd = CURL_SOCKET_BAD
        if seep_easy_get_socket(easy, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK, fd != CURL_SOCKET_BAD { return sockets.number(of: fd) }
        var port = 0
        guard seep_easy_get_long(easy, CURLINFO_LOCAL_PORT, &port) == CURLE_OK else { return sockets.lastClosed }
        let number = sockets.number(ofLocalPort: port)
        return number > 0 ? number : sockets.lastClosed
    }
}
