import Curl
import Scenarios

/// Why a request goes over the general transport.
enum DirectObstacle: String, Sendable {
    case version = "HTTP/2"
    case user = "a user in the URL"
    case host = "a host name that libcurl has to encode"
    case framing = "a header that frames the message"
    case proxy = "a proxy that is not one of http://"
    case compressed = "a compressed body that is looked into"
}

/// The header of a request as bytes: what libcurl 7.88 would send, in its order.
struct RequestHead {
    private static let framing: Set<String> = [
        "connection", "content-length", "expect", "transfer-encoding", "upgrade", "te", "proxy-connection", "proxy-authorization",
    ]

    private(set) var bytes: [UInt8] = []
    private(set) var obstacle: DirectObstacle?

    /// - Parameter bodyCount: `nil`: neither a body nor a length of one.
    init(
        url: RequestURL, method: RequestSpec.Method, headers: [HTTPSettings.Header], bodyCount: Int?, version: HTTPSettings.Version,
        proxy: ProxyRoute? = nil
    ) {
        obstacle = Self.obstacle(url: url, headers: headers, version: version, proxy: proxy)
        guard obstacle == nil else { return }
        let isForProxy = Self.isForProxy(url, proxy)
        line("\(method.rawValue) \(Self.target(of: url, proxy: proxy)) HTTP/\(version.rawValue)")
        if let own = headers.first(where: { $0.name.lowercased() == "host" }) {
            // libcurl writes the name itself, and sends one.
            if own.value != HeaderLines.none { line(own.value.isEmpty ? "Host:" : "Host: \(own.value)") }
        } else {
            line("Host: \(url.hostField)")
        }
        if isForProxy, let authorization = proxy?.authorization { line("Proxy-Authorization: \(authorization)") }
        if !headers.contains(where: { $0.name.lowercased() == "accept" }) { line("Accept: */*") }
        if isForProxy { line("Proxy-Connection: Keep-Alive") }
        for header in headers where header.name.lowercased() != "host" && header.value != HeaderLines.none {
            // Nothing but spaces is no value for libcurl, and the line is not sent.
            if header.value.isEmpty {
                line("\(header.name):")
            } else if !header.value.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0B || $0 == 0x0C }) {
                line("\(header.name): \(header.value)")
            }
        }
        if let bodyCount { line("Content-Length: \(bodyCount)") }
        line("")
    }

    /// Whether it is the proxy that reads the header.
    static func isForProxy(_ url: RequestURL, _ proxy: ProxyRoute?) -> Bool {
        proxy?.takesAbsoluteURLs == true && !url.isSecure
    }

    /// What is asked for: of a proxy the whole URL, without a user.
    static func target(of url: RequestURL, proxy: ProxyRoute?) -> String {
        isForProxy(url, proxy) ? "http://\(url.hostField)\(url.target)" : url.target
    }

    private static func obstacle(
        url: RequestURL, headers: [HTTPSettings.Header], version: HTTPSettings.Version, proxy: ProxyRoute?
    ) -> DirectObstacle? {
        if version == .http2 { return .version }
        if let proxy, !proxy.isPlain { return .proxy }
        if url.origin.utf8.contains(0x40) { return .user }
        if url.hostField.isEmpty || !url.hostField.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x25 }) { return .host }
        let frames = headers.contains { $0.value != HeaderLines.none && framing.contains($0.name.lowercased()) }
        return frames ? .framing : nil
    }

    private mutating func line(_ text: String) {
        bytes += text.utf8
        bytes += [0x0D, 0x0A]
    }
}
