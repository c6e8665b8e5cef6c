import Curl

/// The cookies of one virtual user (RFC 6265), in what a load needs: name, value, domain, path, Secure, Max-Age, Expires, deletion.
///
/// There is no list of public suffixes, and no limit by domain. As in curl and browsers, loopback counts as secure.
/// Pure: the time comes in, seconds since 1970.
struct CookieJar {
    private struct Cookie {
        var name: [UInt8]
        var value: [UInt8]
        var domain: String
        /// To this host alone, not to those below it.
        var isHostOnly: Bool
        var path: [UInt8]
        var isSecure: Bool
        /// `nil`: until the user begins anew.
        var expires: Int64?
    }

    /// Where a request goes.
    struct Place {
        /// In lower case.
        var host: String
        /// The path of the request, without its query.
        var path: UnsafeRawBufferPointer
        var isSecure: Bool
    }

    /// Beyond it the oldest goes.
    static let limit = 300

    /// The oldest first.
    private var cookies: [Cookie] = []

    var isEmpty: Bool { cookies.isEmpty }

    /// Takes the value of a `Set-Cookie`; what is no cookie, or another's, is left out.
    mutating func take(_ text: UnsafeRawBufferPointer, from place: Place, now: Int64) {
        guard let parsed = SetCookie(text, now: now) else { return }
        var domain = place.host
        if let wanted = parsed.domain {
            guard Self.host(place.host, isIn: wanted) else { return }
            domain = wanted
        }
        let cookie = Cookie(
            name: parsed.name, value: parsed.value, domain: domain, isHostOnly: parsed.domain == nil,
            path: parsed.path ?? Self.defaultPath(place.path), isSecure: parsed.isSecure, expires: parsed.expires)
        let known = cookies.firstIndex { $0.name == cookie.name && $0.domain == cookie.domain && $0.path == cookie.path }
        if let expires = cookie.expires, expires <= now {
            if let known { cookies.remove(at: known) }
        } else if let known {
            cookies[known] = cookie
        } else {
            if cookies.count == Self.limit { cookies.removeFirst() }
            cookies.append(cookie)
        }
    }

    /// Appends the value of `Cookie` for a request, longer paths first, then older ones; nothing when no cookie is for it.
    ///
    /// - Returns: whether there was memory.
    func append(for place: Place, now: Int64, to bytes: inout GrowingBytes) -> Bool {
        guard !cookies.isEmpty else { return true }
        var isWhole = true
        var longest = cookies.map(\.path.count).max() ?? 0
        while longest > 0 {
            var next = 0
            for cookie in cookies where cookie.path.count <= longest {
                guard cookie.path.count == longest else {
                    next = max(next, cookie.path.count)
                    continue
                }
                guard Self.isFor(cookie, place, now: now) else { continue }
                if !bytes.isEmpty { isWhole = Self.append([0x3B, 0x20], to: &bytes) && isWhole }
                isWhole = Self.append(cookie.name, to: &bytes) && bytes.append(byte: 0x3D) && isWhole
                isWhole = Self.append(cookie.value, to: &bytes) && isWhole
            }
            longest = next
        }
        return isWhole
    }

    private static func append(_ more: [UInt8], to bytes: inout GrowingBytes) -> Bool {
        more.withUnsafeBytes { bytes.append($0, limit: .max) }
    }

    private static func isFor(_ cookie: Cookie, _ place: Place, now: Int64) -> Bool {
        if let expires = cookie.expires, expires <= now { return false }
        if cookie.isSecure, !place.isSecure, !isLoopback(place.host) { return false }
        guard cookie.isHostOnly ? cookie.domain == place.host : host(place.host, isIn: cookie.domain) else { return false }
        return path(place.path, isIn: cookie.path)
    }

    private static func isLoopback(_ host: String) -> Bool { host == "localhost" || host == "127.0.0.1" || host == "[::1]" }

    /// Section 5.1.3: the domain itself, or a name below it; an address is only itself.
    private static func host(_ host: String, isIn domain: String) -> Bool {
        if host == domain { return true }
        guard host.hasSuffix("." + domain) else { return false }
        let isAddress = host.hasPrefix("[") || host.utf8.allSatisfy { $0 == 0x2E || ($0 >= 0x30 && $0 <= 0x39) }
        return !isAddress
    }

    /// Section 5.1.4.
    private static func path(_ path: UnsafeRawBufferPointer, isIn folder: [UInt8]) -> Bool {
        guard path.starts(with: folder) else { return false }
        return path.count == folder.count || folder.last == 0x2F || path[folder.count] == 0x2F
    }

    /// Section 5.1.4: up to the last slash, without it.
    private static func defaultPath(_ path: UnsafeRawBufferPointer) -> [UInt8] {
        guard path.first == 0x2F, let slash = path.lastIndex(of: 0x2F), slash > 0 else { return [0x2F] }
        return Array(path[..<slash])
    }
}
