internal import CCurl
internal import Glibc

/// What libcurl's callbacks note about the transfer of one easy handle; at a stable address for the handle's life.
struct TransferNotes: ~Copyable {
    /// The owner's number for the handle.
    var tag: Int
    var raw: UnsafeMutableRawPointer
    /// Requests handed to a connection since the transfer began; more than one means that libcurl has retried.
    var attempts: Int32 = 0
    var attemptLimit: Int32 = .max
    /// The number of the connection used last; 0: none seen yet.
    var connection = 0
    /// The empty line after the header of the response has come.
    var headerIsWhole = false
    /// Lines of the header, and the body, are kept.
    var keepsHeaders = false
    var headers = GrowingBytes()
    /// 0: nothing of the body is kept.
    var bodyLimit = 0
    var body = GrowingBytes(kept: 64 << 10)
    var bodyIsTooLong = false
    let sockets: Unmanaged<CurlSockets>
    /// The socket of ``connection``; −1: not known.
    var socket: Int32 = -1
    /// Bytes of a socket's receive buffer, set before it connects; 0: the system's.
    var receiveBuffer: Int32 = 0
    /// Requests that a connection may serve; 0: no limit.
    var reuseLimit: Int32 = 0
    /// The connection that the transfer was counted on; 0: none yet.
    var countedOn = 0
    /// The connection is closed at the end of the transfer, having served enough.
    var isLast = false
    /// The transfer is over TLS.
    var isSecure = false
    /// Wanted: what TLS is made with is put into ``ssl`` when the connection stands.
    var wantsStream = false
    var ssl: OpaquePointer?
    /// Somebody waits for a moment of the response: see ``hangUp``.
    var listens = false
    var hangUp = HangUpNotes()
    var pace = PaceNotes()

    init(tag: Int, raw: UnsafeMutableRawPointer, sockets: Unmanaged<CurlSockets>) {
        self.tag = tag
        self.raw = raw
        self.sockets = sockets
    }

    /// A field's line, without its end.
    mutating func keep(line: UnsafePointer<CChar>, count: Int) {
        var length = count
        while length > 0, line[length - 1] == 0x0A || line[length - 1] == 0x0D { length -= 1 }
        _ = headers.append(UnsafeRawBufferPointer(start: line, count: length), limit: 1 << 20) && headers.append(byte: 0x0A)
    }
}

/// One transfer at a time: the owner of an easy handle (libcurl-easy(3)), for use in a ``CurlMulti``.
///
/// Response bodies are read and thrown away unless ``keep(headers:bodyLimit:)`` says otherwise. For one thread. The ``CurlSockets`` that it is made with must outlive it. libcurl
/// copies the strings that it is given; lists and bodies it does not: these must live until they are replaced.
package struct CurlEasy: ~Copyable {
    private(set) var raw: UnsafeMutableRawPointer
    let notes: UnsafeMutablePointer<TransferNotes>
    let errorText: UnsafeMutablePointer<CChar>

    /// - Parameter tag: comes back from ``CurlMulti/nextEnded()``.
    package init(tag: Int, sockets: CurlSockets) throws(CurlError) {
        try CurlLibrary.initialise()
        guard let raw = curl_easy_init() else { throw CurlError("curl_easy_init", code: .outOfMemory) }
        let notes = UnsafeMutablePointer<TransferNotes>.allocate(capacity: 1)
        notes.initialize(to: TransferNotes(tag: tag, raw: raw, sockets: Unmanaged.passUnretained(sockets)))
        let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        do {
            try Self.installCallbacks(raw, notes, errorText, context: Unmanaged.passUnretained(sockets).toOpaque())
        } catch {
            curl_easy_cleanup(raw)
            notes.deinitialize(count: 1)
            notes.deallocate()
            errorText.deallocate()
            throw error
        }
        self.raw = raw
        self.notes = notes
        self.errorText = errorText
    }

    deinit {
        curl_easy_cleanup(raw)
        notes.deinitialize(count: 1)
        notes.deallocate()
        errorText.deallocate()
    }

    /// Takes a new handle in place of the old, set as that of `model` is. Not during a transfer.
    ///
    /// - Parameter model: has had no transfer, and no moment or pace of its own.
    package mutating func renew(as model: borrowing CurlEasy) throws(CurlError) {
        guard let fresh = curl_easy_duphandle(model.raw) else { throw CurlError("curl_easy_duphandle", code: .outOfMemory) }
        do {
            try Self.setContexts(fresh, notes, errorText, context: notes.pointee.sockets.toOpaque())
        } catch {
            curl_easy_cleanup(fresh)
            throw error
        }
        curl_easy_cleanup(raw)
        raw = fresh
        notes.pointee.raw = fresh
        notes.pointee.hangUp = HangUpNotes()
        notes.pointee.pace = PaceNotes()
        notes.pointee.listens = false
    }

    /// What the callbacks are called with.
    private static func setContexts(
        _ raw: UnsafeMutableRawPointer, _ notes: UnsafeMutablePointer<TransferNotes>, _ errorText: UnsafeMutablePointer<CChar>,
        context: UnsafeMutableRawPointer
    ) throws(CurlError) {
        try check(seep_easy_set_pointer(raw, CURLOPT_PRIVATE, notes), "CURLOPT_PRIVATE")
        try check(seep_easy_set_pointer(raw, CURLOPT_ERRORBUFFER, errorText), "CURLOPT_ERRORBUFFER")
        try check(seep_easy_set_pointer(raw, CURLOPT_WRITEDATA, notes), "CURLOPT_WRITEDATA")
        try check(seep_easy_set_pointer(raw, CURLOPT_HEADERDATA, notes), "CURLOPT_HEADERDATA")
        try check(seep_easy_set_pointer(raw, CURLOPT_OPENSOCKETDATA, notes), "CURLOPT_OPENSOCKETDATA")
        try check(seep_easy_set_pointer(raw, CURLOPT_CLOSESOCKETDATA, context), "CURLOPT_CLOSESOCKETDATA")
        try check(seep_easy_set_pointer(raw, CURLOPT_PREREQDATA, notes), "CURLOPT_PREREQDATA")
    }

    private static func installCallbacks(
        _ raw: UnsafeMutableRawPointer, _ notes: UnsafeMutablePointer<TransferNotes>, _ errorText: UnsafeMutablePointer<CChar>,
        context: UnsafeMutableRawPointer
    ) throws(CurlError) {
        try setContexts(raw, notes, errorText, context: context)
        try check(
            seep_easy_set_write(raw, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                let length = size * count
                guard let notes = context?.assumingMemoryBound(to: TransferNotes.self) else { return length }
                // What is not taken comes again.
                if notes.pointee.listens, !notes.pointee.pace.takes(length) { return Int(CURL_WRITEFUNC_PAUSE) }
                if notes.pointee.bodyLimit > 0,
                    !notes.pointee.body.append(UnsafeRawBufferPointer(start: bytes, count: length), limit: notes.pointee.bodyLimit)
                {
                    notes.pointee.bodyIsTooLong = true
                }
                guard notes.pointee.listens else { return length }
                return notes.pointee.goesOn(afterBody: length) ? length : 0
            }, "CURLOPT_WRITEFUNCTION")
        try check(
            seep_easy_set_write(raw, CURLOPT_HEADERFUNCTION) { line, size, count, context in
                let length = size * count
                guard let line, let notes = context?.assumingMemoryBound(to: TransferNotes.self) else { return length }
                // A status line begins each header anew, after a 1xx too; trailers come here as well and change nothing.
                if length <= 2 {
                    notes.pointee.headerIsWhole = true
                } else if memcmp(line, "HTTP/", min(length, 5)) == 0 {
                    notes.pointee.headerIsWhole = false
                    if notes.pointee.reuseLimit > 0, notes.pointee.countedOn == 0 { notes.pointee.makeLast() }
                    if notes.pointee.keepsHeaders { notes.pointee.headers.removeAll() }
                } else if notes.pointee.keepsHeaders, !notes.pointee.headerIsWhole {
                    notes.pointee.keep(line: line, count: length)
                }
                guard notes.pointee.listens else { return length }
                return notes.pointee.goesOn(after: line, length, status: { notes.pointee.status }) ? length : 0
            }, "CURLOPT_HEADERFUNCTION")
        try check(
            seep_easy_set_open_socket(raw) { context, _, address in
                guard let context, let address else { return CURL_SOCKET_BAD }
                let fd = seep_open_socket(address)
                guard fd >= 0 else { return CURL_SOCKET_BAD }
                let notes = context.assumingMemoryBound(to: TransferNotes.self)
                if notes.pointee.receiveBuffer > 0 {
                    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &notes.pointee.receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
                }
                notes.pointee.connection = notes.pointee.sockets._withUnsafeGuaranteedRef {
                    $0.opened(fd, isSecure: notes.pointee.isSecure)
                }
                notes.pointee.socket = fd
                return fd
            }, "CURLOPT_OPENSOCKETFUNCTION")
        try check(
            seep_easy_set_close_socket(raw) { context, fd in
                guard let context else { return close(fd) }
                return Unmanaged<CurlSockets>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.closing(fd) } ? close(fd) : 0
            }, "CURLOPT_CLOSESOCKETFUNCTION")
        try check(
            seep_easy_set_before_request(raw) { context, _, _, _, _ in
                guard let notes = context?.assumingMemoryBound(to: TransferNotes.self) else { return CURL_PREREQFUNC_OK }
                notes.pointee.attempts += 1
                if notes.pointee.isSecure { notes.pointee.stands() }
                return notes.pointee.attempts > notes.pointee.attemptLimit ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK
            }, "CURLOPT_PREREQFUNCTION")
    }

    private static func check(_ code: CURLcode, _ operation: StaticString) throws(CurlError) {
        guard code == CURLE_OK else { throw CurlError("\(operation)", code: CurlCode(rawValue: code.rawValue)) }
    }

    package func set(_ option: CurlNumberOption, to value: Int) throws(CurlError) {
        try Self.check(seep_easy_set_long(raw, option.raw, value), "curl_easy_setopt")
    }

    package func set(_ option: CurlNumberOption, to value: Bool) throws(CurlError) {
        try set(option, to: value ? 1 : 0)
    }

    /// Bytes of the receive buffer of each socket from now on, which the system doubles; 0: the system's own way.
    package func setSocketBuffer(_ bytes: Int) {
        notes.pointee.receiveBuffer = Int32(clamping: bytes)
    }

    /// Whether the transfers from now on are over TLS.
    package func setSecure(_ isSecure: Bool) {
        notes.pointee.isSecure = isSecure
    }

    /// The connection is to be used by ``SecureStream``, where that can be.
    package func wantStream() {
        notes.pointee.wantsStream = true
    }

    /// Requests that a connection may serve, then it is closed; 0: no limit.
    package func setReuseLimit(_ requests: Int) {
        notes.pointee.reuseLimit = Int32(clamping: requests)
    }

    /// Keep the connections of this handle there. Not while it has one.
    package func setShare(_ share: borrowing CurlShare) throws(CurlError) {
        try Self.check(seep_easy_set_pointer(raw, CURLOPT_SHARE, share.raw), "CURLOPT_SHARE")
    }

    func setPointer(_ option: CURLoption, _ value: UnsafeMutableRawPointer) throws(CurlError) {
        try Self.check(seep_easy_set_pointer(raw, option, value), "curl_easy_setopt")
    }

    /// Whether bodies are decoded, of every coding that libcurl knows. The request's own `Accept-Encoding` is sent.
    package func setDecoding(_ decodes: Bool) throws(CurlError) {
        try set(.decodeContent, to: decodes)
        guard decodes else { return try set(.acceptEncoding, to: nil) }
        var none = CChar(0)
        try set(.acceptEncoding, to: &none)
    }

    /// - Parameter value: ends with a zero byte; `nil` takes the option back.
    package func set(_ option: CurlStringOption, to value: UnsafePointer<CChar>?) throws(CurlError) {
        try Self.check(seep_easy_set_string(raw, option.raw, value), "curl_easy_setopt")
    }

    /// The lines of the request's header. The list is not copied.
    package func setHeaders(_ list: borrowing CurlSList) throws(CurlError) {
        try Self.check(seep_easy_set_list(raw, CURLOPT_HTTPHEADER, list.raw), "CURLOPT_HTTPHEADER")
    }

    /// The body of the request, which becomes a POST unless a method is set. The bytes are not copied.
    package func setBody(_ bytes: UnsafeRawBufferPointer) throws(CurlError) {
        try set(.post, to: true)
        let base = bytes.baseAddress.map { UnsafeMutableRawPointer(mutating: $0) }
        try Self.check(seep_easy_set_offset(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)), "CURLOPT_POSTFIELDSIZE_LARGE")
        try Self.check(seep_easy_set_pointer(raw, CURLOPT_POSTFIELDS, base), "CURLOPT_POSTFIELDS")
    }
}
