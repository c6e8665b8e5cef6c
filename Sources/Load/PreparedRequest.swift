import Curl
import Scenarios

/// A request as the transports want it, made before the load: strings, the list of header lines and the body for libcurl, and all
/// of its bytes for the direct transport.
///
/// What it owns must live for as long as an easy handle may use it; nothing is allocated when it is applied to one (libcurl
/// itself copies the strings).
struct PreparedRequest: ~Copyable {
    let url: RequestURL
    let method: RequestSpec.Method
    private let originText: UnsafeMutablePointer<CChar>
    private let target: UnsafeMutablePointer<CChar>
    /// `nil`: the method that libcurl takes by itself.
    private let methodText: UnsafeMutablePointer<CChar>?
    private let headers: CurlSList
    private let sendsBody: Bool
    let bodyCount: Int
    private let bytes: UnsafeMutableRawBufferPointer
    /// Why the direct transport cannot send it; `nil`: it can.
    let obstacle: DirectObstacle?
    /// The number that the direct transport gave to its origin, valid for as long as ``originEpoch`` is the transport's.
    var origin = -1
    var originEpoch = -1

    /// - Parameter headers: as ``HeaderLines`` puts them together.
    /// - Parameter proxy: what it goes by; `nil`: none.
    init(
        url: RequestURL, method: RequestSpec.Method, headers: [HTTPSettings.Header], body: [UInt8]?, version: HTTPSettings.Version,
        name: String, proxy: ProxyRoute? = nil
    ) throws(LoadError) {
        var list = CurlSList()
        for header in headers {
            let bytes = Array(header.name.utf8) + (header.value == HeaderLines.none ? [] : Array(header.value.utf8))
            guard !header.name.isEmpty, !bytes.contains(where: { $0 == 0 || $0 == 0x0A || $0 == 0x0D }) else {
                throw .request(name: name, problem: "the header “\(header.name)” has no name, or holds a line end")
            }
            do {
                // libcurl's ways of saying "not at all" (a colon and nothing) and "with an empty value" (a semicolon).
                switch header.value {
                case HeaderLines.none: try list.append(header.name + ":")
                case "": try list.append(header.name + ";")
                default: try list.append("\(header.name): \(header.value)")
                }
            } catch {
                throw .curl(error)
            }
        }
        self.url = url
        self.method = method
        self.headers = list
        originText = Self.copy(url.origin + "/")
        target = Self.copy(RequestHead.target(of: url, proxy: proxy))
        sendsBody = method != .head && (body != nil || method == .post || method == .put || method == .patch)
        methodText = method == (sendsBody ? .post : .get) ? nil : Self.copy(method.rawValue)
        let sent = sendsBody ? body ?? [] : []
        bodyCount = sent.count
        let head = RequestHead(
            url: url, method: method, headers: headers, bodyCount: sendsBody ? bodyCount : nil, version: version, proxy: proxy)
        obstacle = head.obstacle
        bytes = .allocate(byteCount: head.bytes.count + bodyCount, alignment: 1)
        bytes.copyBytes(from: head.bytes)
        UnsafeMutableRawBufferPointer(rebasing: bytes[head.bytes.count...]).copyBytes(from: sent)
    }

    deinit {
        originText.deallocate()
        target.deallocate()
        methodText?.deallocate()
        bytes.deallocate()
    }

    private static func copy(_ text: String) -> UnsafeMutablePointer<CChar> {
        text.withCString { source in
            let count = text.utf8.count + 1
            let target = UnsafeMutablePointer<CChar>.allocate(capacity: count)
            target.initialize(from: source, count: count)
            return target
        }
    }

    /// All of it as it goes over an HTTP/1 connection, header and body.
    var wire: UnsafeRawBufferPointer { UnsafeRawBufferPointer(bytes) }

    /// Where a connection for it leads, as libcurl wants it.
    func applyOrigin(to easy: borrowing CurlEasy) throws(CurlError) {
        try easy.set(.url, to: originText)
    }

    /// Sets everything that differs between requests.
    func apply(to easy: borrowing CurlEasy) throws(CurlError) {
        // Takes back what a request before has set: body, HEAD.
        try easy.set(.get, to: true)
        // Never null, though it may be empty: libcurl takes a null body as one that is to be read from somewhere.
        if sendsBody { try easy.setBody(UnsafeRawBufferPointer(rebasing: bytes[(bytes.count - bodyCount)...])) }
        try easy.set(.method, to: methodText)
        if method == .head { try easy.set(.noBody, to: true) }
        try easy.set(.url, to: originText)
        try easy.set(.requestTarget, to: target)
        try easy.setHeaders(headers)
    }
}
