import Curl
import Measurements
import Scenarios

/// What every handle of libcurl is set to, over either transport: whom to believe, by which way to go, and nothing that the
/// environment says.
struct ConnectionSetup {
    let http: HTTPSettings
    private let authorities: String?
    private let socket: String?
    private let target: RequestURL?
    let proxy: ProxyRoute?

    init(_ settings: LoadSettings) {
        http = settings.scenario.http
        authorities = http.tls.authorities ?? settings.authorities
        socket = settings.socket
        target = settings.socket == nil ? nil : try? RequestURL("/", base: settings.targetBase, request: "")
        proxy = http.proxy.map { ProxyRoute($0) }
    }

    /// - Parameter timeout: milliseconds, connecting included.
    func apply(to easy: borrowing CurlEasy, timeout: Int) throws(CurlError) {
        try easy.set(.timeoutMilliseconds, to: timeout)
        try easy.set(.connectTimeoutMilliseconds, to: timeout)
        try easy.set(.noSignal, to: true)
        try easy.set(.tcpNoDelay, to: true)
        try easy.set(.pathAsIs, to: true)
        try easy.set(.allowHTTP09, to: false)
        try easy.set(.followLocation, to: false)
        try easy.set(.decodeContent, to: false)
        try easy.set(.maximumIdleAge, to: 86_400)
        try easy.set(.nameCacheTimeout, to: -1)
        try easy.set(.protocols, to: "http,https")
        // Neither of the environment's proxies, nor its ways round them.
        try easy.set(.proxy, to: http.proxy ?? "")
        try easy.set(.noProxy, to: http.proxy == nil ? "*" : "")
        if let authorities { try easy.set(.authorities, to: authorities) }
        if let certificate = http.tls.certificate { try easy.set(.certificate, to: certificate) }
        if let key = http.tls.key { try easy.set(.key, to: key) }
        if !http.tls.verify {
            try easy.set(.verifyPeer, to: false)
            try easy.set(.verifyHost, to: 0)
        }
    }

    /// Where connections for `url` go: the target's to its Unix socket, if it has one.
    func applyWay(to url: RequestURL, on easy: borrowing CurlEasy) throws(CurlError) {
        guard let socket, let target else { return }
        try easy.set(.unixSocket, to: url.hasOrigin(of: target) ? socket : nil)
    }

    /// Whether this libcurl can send but one request over a connection to there.
    func needsFresh(_ url: RequestURL) -> Bool {
        http.version == .http2 && !url.isSecure && CurlLibrary.failsToReusePriorKnowledge
    }

    /// Where a request for `url` goes, for people: never a user or a password.
    func way(to url: RequestURL) -> String {
        let origin = (url.isSecure ? "https://" : "http://") + url.hostField
        if let socket, let target, url.hasOrigin(of: target) { return "\(origin) at \(socket)" }
        return proxy.map { "\(origin) by the proxy \($0.name)" } ?? origin
    }
}

/// An HTTP proxy, as far as a request through it is written otherwise.
struct ProxyRoute: Hashable, Sendable {
    /// Scheme, host and port.
    let name: String
    /// The value of `Proxy-Authorization`; `nil`: none.
    let authorization: String?
    /// Plain HTTP goes to it as a request for an absolute URL. Else it is a tunnel for everything.
    let takesAbsoluteURLs: Bool
    /// It is talked to without TLS.
    let isPlain: Bool

    init(_ text: String) {
        let url = text.contains("://") ? text : "http://" + text
        let parsed = Self.parts(of: url)
        name = parsed.name
        takesAbsoluteURLs = parsed.scheme == "http" || parsed.scheme == "https"
        isPlain = parsed.scheme == "http"
        authorization = parsed.user.map { "Basic " + Base64.encode(Array("\($0):\(parsed.password ?? "")".utf8)) }
    }

    private static func parts(of text: String) -> (name: String, scheme: String, user: String?, password: String?) {
        do {
            let url = try CurlURL(text)
            return ("\(url.scheme)://\(url.host):\(url.port)", url.scheme, url.decodedUser, url.decodedPassword)
        } catch {
            // libcurl says so for each request.
            return ("that is no URL", "", nil, nil)
        }
    }
}

/// The alphabet of RFC 4648, section 4, with padding.
enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let bits = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
            for place in 0..<4 { text.append(place <= part.count ? digits[bits >> (18 - 6 * place) & 63] : 0x3D) }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
