internal import CCurl

/// What is known of a transfer: to be read when it has ended, before the handle is used again.
extension CurlEasy {
    /// Forgets what was noted of the transfer before.
    ///
    /// - Parameter attempts: how often the request may be handed to a connection. libcurl itself sends a request again when a
    ///   connection that it reused ends before the first byte of a response, up to five times; one attempt more than allowed
    ///   ends the transfer with ``CurlCode/abortedByCallback``.
    package func prepareForTransfer(attempts: Int) {
        notes.pointee.attempts = 0
        notes.pointee.attemptLimit = Int32(attempts)
        notes.pointee.connection = 0
        notes.pointee.headerIsWhole = false
        notes.pointee.socket = -1
        notes.pointee.ssl = nil
        notes.pointee.countedOn = 0
        notes.pointee.isLast = false
        if notes.pointee.hangUp.isActive { notes.pointee.hangUp.begin() }
        errorText[0] = 0
    }

    /// What is kept of the response of the next transfer.
    ///
    /// - Parameter bodyLimit: bytes at most, 0 for none; a longer body is read to its end, and told as too long.
    package func keep(headers: Bool, bodyLimit: Int) {
        notes.pointee.keepsHeaders = headers
        notes.pointee.bodyLimit = bodyLimit
        notes.pointee.bodyIsTooLong = false
        if !notes.pointee.headers.isEmpty { notes.pointee.headers.removeAll() }
        if !notes.pointee.body.isEmpty { notes.pointee.body.removeAll() }
    }

    /// Lines without the status line, each ended by a line feed. Valid until the handle is used again.
    package var keptHeaders: UnsafeRawBufferPointer { notes.pointee.headers.bytes }

    /// As libcurl hands it out; `nil`: longer than the limit.
    package var keptBody: UnsafeRawBufferPointer? { notes.pointee.bodyIsTooLong ? nil : notes.pointee.body.bytes }

    /// How often the request was handed to a connection; 0 when none was established.
    package var attempts: Int { Int(notes.pointee.attempts) }

    /// The status of the response, 0 when there was none.
    package var status: Int { long(CURLINFO_RESPONSE_CODE) }

    /// Whether the header of the response came to its end. libcurl calls a transfer well that ended in the middle of it.
    package var headerIsWhole: Bool { notes.pointee.headerIsWhole }

    /// Bytes of the header received.
    package var headerBytes: Int { long(CURLINFO_HEADER_SIZE) }

    /// How many connections were begun for the transfer.
    package var connectionsBegun: Int { long(CURLINFO_NUM_CONNECTS) }

    /// The error number of the system call that failed, 0 when none did.
    package var systemError: Int32 { Int32(truncatingIfNeeded: long(CURLINFO_OS_ERRNO)) }

    /// What libcurl says of the failure; empty where it says nothing.
    package var failureText: String { String(cString: errorText) }

    /// From the start until the connection stood, microseconds, names looked up and a proxy talked to; 0: none was opened.
    package var connectMicroseconds: Int { offset(CURLINFO_CONNECT_TIME_T) }

    /// From the start until TLS stood, microseconds; 0: there was none.
    package var secureMicroseconds: Int { offset(CURLINFO_APPCONNECT_TIME_T) }

    /// The response was one of HTTP/2.
    package var isHTTP2: Bool { long(CURLINFO_HTTP_VERSION) == Int(CURL_HTTP_VERSION_2_0) }

    /// The connection had served enough, and was closed at the end of the transfer.
    package var wasLast: Bool { notes.pointee.isLast }

    /// Bytes of the body received, as they came off the wire but for the framing.
    package var bodyBytes: Int { offset(CURLINFO_SIZE_DOWNLOAD_T) }

    /// The number of the connection that the transfer went over, see ``CurlSockets``; 0 when there was none.
    package var connection: Int { notes.pointee.connection }

    /// Whether libcurl's message on the failure holds `text`. For the few cases in which the code alone does not tell.
    package func errorHolds(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { needle in
            var start = errorText
            while start.pointee != 0 {
                var index = 0
                while index < needle.count, start[index] != 0, UInt8(bitPattern: start[index]) == needle[index] { index += 1 }
                if index == needle.count { return true }
                start += 1
            }
            return false
        }
    }

    /// The value of a header of the response, the last where there are several; `nil` when there is none.
    package func responseHeader(_ name: String) -> String? {
        var header: UnsafeMutablePointer<curl_header>?
        guard curl_easy_header(raw, name, 0, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK, let value = header?.pointee.value
        else { return nil }
        return String(cString: value)
    }

    private func offset(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        return seep_easy_get_offset(raw, info, &value) == CURLE_OK ? Int(value) : 0
    }

    private func long(_ info: CURLINFO) -> Int {
        var value = 0
        return seep_easy_get_long(raw, info, &value) == CURLE_OK ? value : 0
    }
}

extension TransferNotes {
    /// The status of the response so far.
    var status: Int {
        var value = 0
        return seep_easy_get_long(raw, CURLINFO_RESPONSE_CODE, &value) == CURLE_OK ? value : 0
    }

    /// The connection stands that the request goes over.
    mutating func stands() {
        sockets._withUnsafeGuaranteedRef { $0.stands(socket) }
        if wantsStream { ssl = SecureStream.ssl(of: raw) }
    }

    /// The connection is closed at the end of the transfer.
    mutating func makeLast() {
        isLast = true
        _ = seep_easy_set_long(raw, CURLOPT_FORBID_REUSE, 1)
    }
}
