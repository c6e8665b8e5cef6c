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
    private var target: UnsafeMutablePointer<CChar>
    /// `nil`: the method that libcurl takes by itself.
    private let methodText: UnsafeMutablePointer<CChar>?
    private var headers: CurlSList
    let sendsBody: Bool
    private(set) var bodyCount: Int
    private var bytes: GrowingBytes
    /// Of a request that is rendered: where its target and the lines of its header stand in the bytes.
    private var targetRange = 0..<0
    /// With what a proxy wants before it.
    private var askedRange = 0..<0
    private var lineRanges: [Range<Int>] = []
    /// Names of headers that libcurl is not to send of its own, each ended by a line feed.
    private var removed: GrowingBytes
    /// What libcurl is given is older than the bytes.
    private var isStale = false
    /// The body of the response is to be decoded by libcurl.
    private let decodes: Bool
    /// Why the direct transport cannot send it; `nil`: it can.
    let obstacle: DirectObstacle?
    /// The number that the direct transport gave to its origin, valid for as long as ``originEpoch`` is the transport's.
    var origin = -1
    var originEpoch = -1

    /// - Parameter headers: as ``HeaderLines`` puts them together.
    /// - Parameter hasBody: there will be one, though it is not known yet.
    /// - Parameter looksIntoBody: the body of the response will be looked into, so that a compressed one must be decoded.
    /// - Parameter proxy: what it goes by; `nil`: none.
    init(
        url: RequestURL, method: RequestSpec.Method, headers: [HTTPSettings.Header], body: [UInt8]?, version: HTTPSettings.Version,
        name: String, looksIntoBody: Bool = false, hasBody: Bool = false, proxy: ProxyRoute? = nil
    ) throws(LoadError) {
        let sends = method != .head && (body != nil || hasBody || method == .post || method == .put || method == .patch)
        let sent = sends ? body ?? [] : []
        let head = RequestHead(
            url: url, method: method, headers: headers, bodyCount: sends ? sent.count : nil, version: version, proxy: proxy)
        self.url = url
        self.method = method
        self.headers = CurlSList()
        bytes = GrowingBytes(kept: .max)
        removed = GrowingBytes(kept: .max)
        originText = Self.copy(url.origin + "/")
        target = Self.copy(RequestHead.target(of: url, proxy: proxy))
        sendsBody = sends
        methodText = method == (sends ? .post : .get) ? nil : Self.copy(method.rawValue)
        bodyCount = sent.count
        decodes = looksIntoBody && headers.contains { $0.name.lowercased() == "accept-encoding" && $0.value != HeaderLines.none }
        obstacle = head.obstacle ?? (decodes ? .compressed : nil)
        // From here on all is filled in where it stands: what owns memory is not moved about.
        guard bytes.append(contentsOf: head.bytes), bytes.append(contentsOf: sent) else {
            throw .request(name: name, problem: "there is no memory for it")
        }
        for header in headers { try add(header, name: name) }
    }

    private mutating func add(_ header: HTTPSettings.Header, name: String) throws(LoadError) {
        let bytes = Array(header.name.utf8) + (header.value == HeaderLines.none ? [] : Array(header.value.utf8))
        guard !header.name.isEmpty, !bytes.contains(where: { $0 == 0 || $0 == 0x0A || $0 == 0x0D }) else {
            throw .request(name: name, problem: "the header “\(header.name)” has no name, or holds a line end")
        }
        do {
            // libcurl's ways of saying "not at all" (a colon and nothing) and "with an empty value" (a semicolon).
            switch header.value {
            case HeaderLines.none: try headers.append(header.name + ":")
            case "": try headers.append(header.name + ";")
            default: try headers.append("\(header.name): \(header.value)")
            }
        } catch {
            throw .curl(error)
        }
        guard header.value != HeaderLines.none || removed.append(contentsOf: bytes + [0x0A]) else {
            throw .request(name: name, problem: "there is no memory for it")
        }
    }

    deinit {
        originText.deallocate()
        target.deallocate()
        methodText?.deallocate()
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
    var wire: UnsafeRawBufferPointer { bytes.bytes }

    /// What is sent after the header.
    var body: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: wire[(wire.count - bodyCount)...]) }

    /// Where a connection for it leads, as libcurl wants it.
    func applyOrigin(to easy: borrowing CurlEasy) throws(CurlError) {
        try easy.set(.url, to: originText)
    }

    /// Sets everything that differs between requests.
    mutating func apply(to easy: borrowing CurlEasy) throws(CurlError) {
        if isStale { try refresh() }
        // Takes back what a request before has set: body, HEAD.
        try easy.set(.get, to: true)
        // Never null, though it may be empty: libcurl takes a null body as one that is to be read from somewhere.
        if sendsBody { try easy.setBody(body) }
        try easy.set(.method, to: methodText)
        if method == .head { try easy.set(.noBody, to: true) }
        try easy.set(.url, to: originText)
        try easy.set(.requestTarget, to: target)
        try easy.setHeaders(headers)
        try easy.setDecoding(decodes)
    }

    // MARK: Rendering

    /// Forgets the bytes of the time before.
    mutating func beginRendering(lines: Int) {
        bytes.removeAll()
        if lineRanges.count != lines { lineRanges = Array(repeating: 0..<0, count: lines) }
        isStale = true
    }

    /// Appends what `body` appends, and says where it stands.
    mutating func render(_ body: (inout GrowingBytes) -> Bool) -> Range<Int>? {
        let start = bytes.count
        return body(&bytes) ? start..<bytes.count : nil
    }

    /// - Parameter asked: with what a proxy wants before it.
    mutating func noteTarget(_ range: Range<Int>, asked: Range<Int>) {
        targetRange = range
        askedRange = asked
    }

    /// - Parameter range: the line without its end; empty: it is not sent.
    mutating func noteLine(_ index: Int, _ range: Range<Int>) { lineRanges[index] = range }

    mutating func noteBody(count: Int) { bodyCount = count }

    /// What it asks for this time, without the query.
    var path: UnsafeRawBufferPointer {
        guard !targetRange.isEmpty else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let asked = UnsafeRawBufferPointer(rebasing: wire[targetRange])
        return UnsafeRawBufferPointer(rebasing: asked[..<(asked.firstIndex(of: 0x3F) ?? asked.count)])
    }

    /// Where it goes this time.
    var currentURL: RequestURL {
        guard !targetRange.isEmpty else { return url }
        var current = url
        current.target = String(decoding: wire[targetRange], as: UTF8.self)
        return current
    }

    /// A line of the header as it was rendered, without its end; empty: it is not sent.
    func line(_ index: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: wire[lineRanges[index]]) }

    /// Makes target and list anew from the bytes: libcurl wants a string that ends with a zero, and a list.
    private mutating func refresh() throws(CurlError) {
        var list = CurlSList()
        for name in removed.bytes.split(separator: 0x0A) { try list.append(String(decoding: name, as: UTF8.self) + ":") }
        for range in lineRanges where !range.isEmpty {
            let line = UnsafeRawBufferPointer(rebasing: wire[range])
            if let colon = line.firstIndex(of: 0x3A), colon == line.count - 1 {
                try list.append(String(decoding: line.dropLast(), as: UTF8.self) + ";")
            } else {
                try list.append(line)
            }
        }
        headers = list
        let length = askedRange.count
        let text = UnsafeMutablePointer<CChar>.allocate(capacity: length + 1)
        UnsafeMutableRawBufferPointer(start: text, count: length).copyMemory(from: UnsafeRawBufferPointer(rebasing: wire[askedRange]))
        text[length] = 0
        target.deallocate()
        target = text
        isStale = false
    }
}
