internal import CCurl
internal import Glibc

/// The functions of OpenSSL that libcurl's connections are used by, found in the process: libcurl is linked to it, and we are not.
struct OpenSSL {
    typealias Read = @convention(c) (OpaquePointer, UnsafeMutableRawPointer?, Int32) -> Int32
    typealias Write = @convention(c) (OpaquePointer, UnsafeRawPointer?, Int32) -> Int32
    typealias OfNumber = @convention(c) (OpaquePointer, Int32) -> Int32

    let read: Read
    let write: Write
    let setSocket: OfNumber
    let error: OfNumber
    let setReadAhead: @convention(c) (OpaquePointer, Int32) -> Void
    let hasPending: @convention(c) (OpaquePointer) -> Int32
    let control: @convention(c) (OpaquePointer, Int32, Int, UnsafeMutableRawPointer?) -> Int
    let clearErrors: @convention(c) () -> Void
    let firstError: @convention(c) () -> UInt

    /// `nil`: libcurl uses another library, or another one of the same name than is found.
    ///
    /// Allocated once, never changed and never freed: streams point to it.
    nonisolated(unsafe) static let inUse: UnsafePointer<OpenSSL>? = {
        guard let info = curl_version_info(CURLVERSION_FIRST), let theirs = info.pointee.ssl_version.map({ String(cString: $0) }),
            let version = symbol("OpenSSL_version", as: (@convention(c) (Int32) -> UnsafePointer<CChar>?).self)?(0),
            // `OpenSSL/3.0.19` and `OpenSSL 3.0.19 27 Jan 2026`
            String(cString: version).split(separator: " ").prefix(2).joined(separator: "/") == theirs, let found = OpenSSL()
        else { return nil }
        let place = UnsafeMutablePointer<OpenSSL>.allocate(capacity: 1)
        place.initialize(to: found)
        return UnsafePointer(place)
    }()

    private init?() {
        guard let read = Self.symbol("SSL_read", as: Read.self),
            let write = Self.symbol("SSL_write", as: Write.self),
            let setSocket = Self.symbol("SSL_set_fd", as: OfNumber.self),
            let error = Self.symbol("SSL_get_error", as: OfNumber.self),
            let setReadAhead = Self.symbol("SSL_set_read_ahead", as: (@convention(c) (OpaquePointer, Int32) -> Void).self),
            let hasPending = Self.symbol("SSL_has_pending", as: (@convention(c) (OpaquePointer) -> Int32).self),
            let control = Self.symbol(
                "SSL_ctrl", as: (@convention(c) (OpaquePointer, Int32, Int, UnsafeMutableRawPointer?) -> Int).self),
            let clearErrors = Self.symbol("ERR_clear_error", as: (@convention(c) () -> Void).self),
            let firstError = Self.symbol("ERR_peek_error", as: (@convention(c) () -> UInt).self)
        else { return nil }
        self.read = read
        self.write = write
        self.setSocket = setSocket
        self.error = error
        self.setReadAhead = setReadAhead
        self.hasPending = hasPending
        self.control = control
        self.clearErrors = clearErrors
        self.firstError = firstError
    }

    private static func symbol<Function>(_ name: String, as type: Function.Type) -> Function? {
        dlsym(nil, name).map { unsafeBitCast($0, to: type) }
    }
}

/// TLS on a connection that libcurl made, by the library that libcurl made it with.
///
/// `curl_easy_send` and `curl_easy_recv` look for the connection of their handle each time, in all that its cache holds, and go through
/// the layers of libcurl: a microsecond for each request. The connection stays libcurl's, which closes it.
package struct SecureStream {
    private let ssl: OpaquePointer
    private let library: UnsafePointer<OpenSSL>

    /// `SSL_CTRL_CLEAR_MODE`, `SSL_MODE_RELEASE_BUFFERS`, `SSL_ERROR_ZERO_RETURN`: of OpenSSL's headers.
    private static let clearMode: Int32 = 78
    private static let releaseBuffers = 0x10
    private static let isAtEnd: Int32 = 6

    /// Takes over what moves the bytes of a connection that stands. `nil`: it is to be used by libcurl.
    ///
    /// - Parameter keepsBuffers: 34 KB for the connection, which else are allocated and freed for each record.
    init?(_ ssl: OpaquePointer?, socket: Int32, keepsBuffers: Bool) {
        guard let ssl, let library = OpenSSL.inUse else { return nil }
        // libcurl's own way to the socket is for the time of its own calls; it goes with this.
        guard library.pointee.setSocket(ssl, socket) == 1 else { return nil }
        library.pointee.setReadAhead(ssl, 1)
        if keepsBuffers { _ = library.pointee.control(ssl, Self.clearMode, Self.releaseBuffers, nil) }
        self.ssl = ssl
        self.library = library
    }

    /// Of a handle in whose transfer a connection stands.
    static func ssl(of raw: UnsafeMutableRawPointer) -> OpaquePointer? {
        var session: UnsafeMutablePointer<curl_tlssessioninfo>?
        guard seep_easy_get_tls(raw, CURLINFO_TLS_SSL_PTR, &session) == CURLE_OK, let session,
            session.pointee.backend == CURLSSLBACKEND_OPENSSL
        else { return nil }
        return session.pointee.internals.map { OpaquePointer($0) }
    }

    /// After ``CurlEasy/Moved/again`` it is to be called again with the same bytes.
    package func send(_ bytes: UnsafeRawBufferPointer) -> CurlEasy.Moved {
        errno = 0
        let count = library.pointee.write(ssl, bytes.baseAddress, Int32(clamping: bytes.count))
        if count > 0 { return .bytes(Int(count)) }
        if errno == EAGAIN || errno == EINTR { return .again }
        library.pointee.clearErrors()
        return .failed
    }

    /// Bytes have been taken from the socket, and wait here: no event tells of them.
    package var holdsMore: Bool { library.pointee.hasPending(ssl) != 0 }

    /// From now on no more is taken from the socket than the record under way. Until then as much as there is, with one system call in
    /// place of two for a record.
    package func readNoFurther() { library.pointee.setReadAhead(ssl, 0) }

    /// One record at most. With ``CurlEasy/Moved/failed``, `errno` is that of the system call, 0 where none failed.
    package func receive(into buffer: UnsafeMutableRawBufferPointer) -> CurlEasy.Moved {
        errno = 0
        let count = library.pointee.read(ssl, buffer.baseAddress, Int32(clamping: buffer.count))
        if count > 0 { return .bytes(Int(count)) }
        if errno == EAGAIN || errno == EINTR { return .again }
        // The queue of errors is the thread's: what stands in it may be of another connection. Left as libcurl expects it.
        let hasError = library.pointee.firstError() != 0
        library.pointee.clearErrors()
        let isEnd = library.pointee.error(ssl, count) == Self.isAtEnd || (count == 0 && !hasError)
        return isEnd ? .bytes(0) : .failed
    }
}
