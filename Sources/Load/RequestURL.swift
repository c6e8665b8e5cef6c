import Curl
import Scenarios

/// A URL in the two parts that it is used in: where to connect, and what to ask for there.
///
/// The second part goes onto the wire byte for byte as it was written: libcurl is given it as the request's target and does not
/// parse it.
struct RequestURL: Hashable, Sendable {
    /// Scheme and authority, no slash at the end: `http://127.0.0.1:8000`.
    var origin: String
    /// Path and query; starts with a slash. What follows `#` is never part of it.
    var target: String
    /// In lower case, without a port.
    var host: String
    var isSecure: Bool
    /// What libcurl puts into `Host`: the port only where it is not the scheme's.
    var hostField: String

    /// - Parameter text: a path, which is joined to `base` byte for byte, or an absolute URL.
    /// - Parameter base: an absolute URL without a slash at the end.
    init(_ text: String, base: String, request: String) throws(LoadError) {
        let full = text.hasPrefix("/") ? base + text : text
        let bytes = full.utf8
        guard !bytes.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw .request(name: request, problem: "spaces and control characters cannot be sent in a URL; percent-encode them")
        }
        guard let colon = full.range(ofText: "://") else {
            throw .request(name: request, problem: "“\(full)” is neither a path that starts with / nor an absolute URL")
        }
        let delimiters: Set<UInt8> = [0x2F, 0x3F, 0x23]
        let end = bytes[colon.upperBound...].firstIndex { delimiters.contains($0) } ?? bytes.endIndex
        origin = String(full[..<end])
        let rest = full[end...]
        let asked = rest.utf8.firstIndex(of: 0x23).map { rest[..<$0] } ?? rest
        target = asked.hasPrefix("/") ? String(asked) : "/" + asked
        let scheme: String
        (scheme, host, hostField) = try Self.parts(of: origin, request: request)
        guard scheme == "http" || scheme == "https" else {
            throw .request(name: request, problem: "only http and https are sent, not \(scheme)")
        }
        isSecure = scheme == "https"
    }

    /// The port written, or that of the scheme.
    var port: Int? {
        do {
            return Int(try CurlURL(origin + "/").port)
        } catch {
            return nil
        }
    }

    private static func parts(of origin: String, request: String) throws(LoadError) -> (String, String, String) {
        do {
            let parsed = try CurlURL(origin + "/")
            return (parsed.scheme, parsed.host, hostField(of: parsed))
        } catch {
            throw .request(name: request, problem: "“\(origin)” is not a URL that libcurl understands: \(error)")
        }
    }

    private static func hostField(of url: borrowing CurlURL) -> String {
        let usual = url.scheme == "https" ? "443" : "80"
        return url.port == usual ? url.host : "\(url.host):\(url.port)"
    }

    private init(_ parsed: borrowing CurlURL) {
        origin = "\(parsed.scheme)://\(parsed.host):\(parsed.port)"
        target = parsed.path + (parsed.query.map { "?" + $0 } ?? "")
        host = parsed.host
        isSecure = parsed.scheme == "https"
        hostField = Self.hostField(of: parsed)
    }

    /// Where a `Location` header points, seen from here; `nil` for what is no URL, or not http or https.
    func following(_ location: String) -> RequestURL? {
        do {
            let url = try CurlURL(origin + target)
            try url.follow(location)
            let next = RequestURL(url)
            guard url.scheme == "http" || url.scheme == "https", !next.host.isEmpty else { return nil }
            return next
        } catch {
            return nil
        }
    }

    /// Whether credentials meant for one may be sent to the other.
    func hasOrigin(of other: RequestURL) -> Bool {
        origin == other.origin || Self.normal(origin) == Self.normal(other.origin)
    }

    private static func normal(_ origin: String) -> String? {
        guard let url = try? CurlURL(origin + "/") else { return nil }
        return "\(url.scheme)://\(url.host.lowercased()):\(url.port)"
    }
}

extension String {
    /// The first place where `text` stands, byte for byte.
    fileprivate func range(ofText text: String) -> Range<String.Index>? {
        let needle = Array(text.utf8)
        var start = utf8.startIndex
        while start != utf8.endIndex {
            if utf8[start...].starts(with: needle) { return start..<utf8.index(start, offsetBy: needle.count) }
            start = utf8.index(after: start)
        }
        return nil
    }
}
