internal import CCurl
internal import Glibc

/// What libcurl's callbacks note about the transfer of one easy handle; at a stable address for the handle's life.
struct TransferNotes: ~Copyable {
    /// The owner's number for the handle.
    var tag: Int
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

    init(tag: Int, sockets: Unmanaged<CurlSockets>) {
        self.tag = tag
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
    let raw: UnsafeMutableRawPointer
    let notes: UnsafeMutablePointer<TransferNotes>
    let errorText: UnsafeMutablePointer<CChar>

    /// - Parameter tag: comes back from ``CurlMulti/nextEnded()``.
    package init(tag: Int, sockets: CurlSockets) throws(CurlError) {
        try CurlLibrary.initialise()
        guard let raw = curl_easy_init() else { throw CurlError("curl_easy_init", code: .outOfMemory) }
        let notes = UnsafeMutablePointer<TransferNotes>.allocate(capacity: 1)
        notes.initialize(to: TransferNotes(tag: tag, sockets: Unmanaged.passUnretained(sockets)))
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

    private static func installCallbacks(
        _ raw: UnsafeMutableRawPointer, _ notes: UnsafeMutablePointer<TransferNotes>, _ errorText: UnsafeMutablePointer<CChar>,
        context: UnsafeMutableRawPointer
    ) throws(CurlError) {
        try check(seep_easy_set_pointer(raw, CURLOPT_PRIVATE, notes), "CURLOPT_PRIVATE")
        try check(seep_easy_set_pointer(raw, CURLOPT_ERRORBUFFER, errorText), "CURLOPT_ERRORBUFFER")
        try check(seep_easy_set_pointer(raw, CURLOPT_WRITEDATA, notes), "CURLOPT_WRITEDATA")
        try check(
            seep_easy_set_write(raw, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                let length = size * count
                guard let notes = context?.assumingMemoryBound(to: TransferNotes.self), notes.pointee.bodyLimit > 0 else { return length }
                if !notes.pointee.body.append(UnsafeRawBufferPointer(start: bytes, count: length), limit: notes.pointee.bodyLimit) {
                    notes.pointee.bodyIsTooLong = true
                }
                return length
            }, "CURLOPT_WRITEFUNCTION")
        try check(seep_easy_set_pointer(raw, CURLOPT_HEADERDATA, notes), "CURLOPT_HEADERDATA")
        try check(
            seep_easy_set_write(raw, CURLOPT_HEADERFUNCTION) { line, size, count, context in
                let length = size * count
                guard let line, let notes = context?.assumingMemoryBound(to: TransferNotes.self) else { return length }
                // A status line begins each header anew, after a 1xx too; trailers come here as well and change nothing.
                if length <= 2 {
                    notes.pointee.headerIsWhole = true
                } else if memcmp(line, "HTTP/", min(length, 5)) == 0 {
                    notes.pointee.headerIsWhole = false
                    if notes.pointee.keepsHeaders { notes.pointee.headers.removeAll() }
                } else if notes.pointee.keepsHeaders, !notes.pointee.headerIsWhole {
                    notes.pointee.keep(line: line, count: length)
                }
                return length
            }, "CURLOPT_HEADERFUNCTION")
        try check(seep_easy_set_pointer(raw, CURLOPT_OPENSOCKETDATA, notes), "CURLOPT_OPENSOCKETDATA")
        try check(
            seep_easy_set_open_socket(raw) { context, _, address in
                guard let context, let address else { return CURL_SOCKET_BAD }
                let fd = seep_open_socket(address)
                guard fd >= 0 else { return CURL_SOCKET_BAD }
                let notes = context.assumingMemoryBound(to: TransferNotes.self)
                notes.pointee.connection = notes.pointee.sockets._withUnsafeGuaranteedRef { $0.opened(fd) }
                return fd
            }, "CURLOPT_OPENSOCKETFUNCTION")
        try check(seep_easy_set_pointer(raw, CURLOPT_CLOSESOCKETDATA, context), "CURLOPT_CLOSESOCKETDATA")
        try check(
            seep_easy_set_close_socket(raw) { context, fd in
                guard let context else { return close(fd) }
                return Unmanaged<CurlSockets>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.closing(fd) } ? close(fd) : 0
            }, "CURLOPT_CLOSESOCKETFUNCTION")
        try check(seep_easy_set_pointer(raw, CURLOPT_PREREQDATA, notes), "CURLOPT_PREREQDATA")
        try check(
            seep_easy_set_before_request(raw) { context, _, _, _, _ in
                guard let notes = context?.assumingMemoryBound(to: TransferNotes.self) else { return CURL_PREREQFUNC_OK }
                notes.pointee.attempts += 1
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
