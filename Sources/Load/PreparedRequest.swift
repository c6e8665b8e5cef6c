import Curl
import Scenarios

/// A request as libcurl wants it, made before the load: strings, the list of header lines, the body.
///
/// What it owns must live for as long as an easy handle may use it; nothing is allocated when it is applied to one (libcurl
/// itself copies the strings).
struct PreparedRequest: ~Copyable {
    let url: RequestURL
    let method: RequestSpec.Method
    private let origin: UnsafeMutablePointer<CChar>
    private let target: UnsafeMutablePointer<CChar>
    /// `nil`: the method that libcurl takes by itself.
    private let methodText: UnsafeMutablePointer<CChar>?
    private let headers: CurlSList
    /// `nil`: no body and no length of one.
    private let body: UnsafeMutableRawBufferPointer?
    private let bodyCount: Int

    /// - Parameter headers: as ``HeaderLines`` puts them together.
    init(
        url: RequestURL, method: RequestSpec.Method, headers: [HTTPSettings.Header], body: [UInt8]?, name: String
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
        origin = Self.copy(url.origin + "/")
        target = Self.copy(url.target)
        let sendsBody = method != .head && (body != nil || method == .post || method == .put || method == .patch)
        methodText = method == (sendsBody ? .post : .get) ? nil : Self.copy(method.rawValue)
        bodyCount = sendsBody ? body?.count ?? 0 : 0
        if sendsBody {
            // Never empty: libcurl takes a null body as one that is to be read from somewhere.
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bodyCount, 1), alignment: 1)
            buffer.copyBytes(from: body ?? [])
            self.body = buffer
        } else {
            self.body = nil
        }
    }

    deinit {
        origin.deallocate()
        target.deallocate()
        methodText?.deallocate()
        body?.deallocate()
    }

    private static func copy(_ text: String) -> UnsafeMutablePointer<CChar> {
        text.withCString { source in
            let count = text.utf8.count + 1
            let target = UnsafeMutablePointer<CChar>.allocate(capacity: count)
            target.initialize(from: source, count: count)
            return target
        }
    }

    /// Sets everything that differs between requests.
    func apply(to easy: borrowing CurlEasy) throws(CurlError) {
        // Takes back what a request before has set: body, HEAD.
        try easy.set(.get, to: true)
        if let body { try easy.setBody(UnsafeRawBufferPointer(rebasing: body[..<bodyCount])) }
        try easy.set(.method, to: methodText)
        if method == .head { try easy.set(.noBody, to: true) }
        try easy.set(.url, to: origin)
        try easy.set(.requestTarget, to: target)
        try easy.setHeaders(headers)
    }
}

/// The header lines of a request, put together from the scenario's, its own, and ours.
enum HeaderLines {
    /// The value of a header that is not to be sent, though libcurl would of its own.
    static let none = "\u{0}"

    /// A request's own header takes the place of the scenario's of that name.
    static func merged(_ request: RequestSpec, http: HTTPSettings, userAgent: String) -> [HTTPSettings.Header] {
        var lines: [HTTPSettings.Header] = []
        for header in http.headers {
            let own = request.headers.filter { $0.name.lowercased() == header.name.lowercased() }
            if own.isEmpty {
                lines.append(header)
            } else if !lines.contains(where: { $0.name.lowercased() == header.name.lowercased() }) {
                lines += own
            }
        }
        for header in request.headers where !lines.contains(where: { $0.name.lowercased() == header.name.lowercased() }) {
            lines += request.headers.filter { $0.name.lowercased() == header.name.lowercased() }
        }
        return completed(lines, userAgent: userAgent, contentType: request.body?.contentType)
    }

    /// Adds what is sent though nobody wrote it, and takes out what libcurl would add.
    private static func completed(_ lines: [HTTPSettings.Header], userAgent: String, contentType: String?) -> [HTTPSettings.Header] {
        func has(_ name: String) -> Bool { lines.contains { $0.name.lowercased() == name } }
        var all = lines
        if !has("user-agent") { all.append(.init(name: "User-Agent", value: userAgent)) }
        if !has("expect") { all.append(.init(name: "Expect", value: none)) }
        if !has("content-type") { all.append(.init(name: "Content-Type", value: contentType ?? none)) }
        return all
    }
}
