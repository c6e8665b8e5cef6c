/// How far a host is away, judged by its name or address alone: no name is resolved.
package enum HostReach: Hashable, Sendable {
    case loopback
    /// An address of a private network (RFC 1918, RFC 4193), a link-local one, or a name under `.local`.
    case `private`
    /// Everything else, and every name that needs DNS to tell.
    case elsewhere

    /// - Parameter host: a name or an address, with or without the brackets of IPv6.
    package init(host: String) {
        var name = host.lowercased()
        if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
        if name.hasSuffix(".") { name.removeLast() }
        if let address = IPAddress(name) {
            self = address.reach
        } else if name == "localhost" || name.hasSuffix(".localhost") {
            self = .loopback
        } else if name.hasSuffix(".local") {
            self = .private
        } else {
            self = .elsewhere
        }
    }

    /// Whether a load on it must be allowed in so many words: `authorized: true`.
    package var needsAuthorization: Bool { self == .elsewhere }
}

/// A literal address. IPv4 is four decimal numbers without leading zeros: other spellings (`127.1`, `0x7f000001`, `010.0.0.1`) mean
/// different things to different resolvers, and are names here.
struct IPAddress {
    /// 16 bytes; IPv4 is mapped (`::ffff:a.b.c.d`).
    private let bytes: [UInt8]

    init?(_ text: String) {
        let address = text.prefix { $0 != "%" }
        if let four = Self.ipv4(address), address.count == text.count {
            bytes = Self.mappedPrefix + four
        } else if address.contains(":"), let sixteen = Self.ipv6(address) {
            bytes = sixteen
        } else {
            return nil
        }
    }

    private static let mappedPrefix: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]

    var reach: HostReach {
        if bytes.starts(with: Self.mappedPrefix) { return Self.reach(ofIPv4: Array(bytes[12...])) }
        if bytes.dropLast().allSatisfy({ $0 == 0 }), bytes[15] <= 1 { return .loopback }
        if bytes[0] & 0xFE == 0xFC { return .private }
        if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0x80 { return .private }
        return .elsewhere
    }

    private static func reach(ofIPv4 bytes: [UInt8]) -> HostReach {
        switch (bytes[0], bytes[1]) {
        case (127, _): .loopback
        // Linux connects to itself.
        case (0, 0) where bytes[2] == 0 && bytes[3] == 0: .loopback
        case (10, _), (172, 16...31), (192, 168), (169, 254): .private
        default: .elsewhere
        }
    }

    private static func ipv4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard part.allSatisfy({ $0.isASCII && $0.isWholeNumber }), part == "0" || part.first != "0", let byte = UInt8(part) else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }

    private static func ipv6(_ text: Substring) -> [UInt8]? {
        guard let gap = text.firstRange(of: "::") else {
            guard let bytes = groups(text), bytes.count == 16 else { return nil }
            return bytes
        }
        guard let head = groups(text[..<gap.lowerBound]), let tail = groups(text[gap.upperBound...]), head.count + tail.count <= 14 else {
            return nil
        }
        return head + Array(repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, let four = ipv4(part) {
                bytes += four
            } else {
                guard (1...4).contains(part.count), part.allSatisfy(\.isHexDigit), let group = UInt16(part, radix: 16) else { return nil }
                bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
            }
        }
        return bytes
    }
}
