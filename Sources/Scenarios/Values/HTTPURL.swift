/// An absolute `http` or `https` URL, cut into what a client needs; the path is kept byte for byte.
package struct HTTPURL: Hashable, Sendable {
    package enum Scheme: String, Hashable, Sendable {
        case http
        case https

        package var defaultPort: Int { self == .http ? 80 : 443 }
    }

    package let scheme: Scheme
    /// In lower case; an IPv6 address without its brackets.
    package let host: String
    /// 1 to 65535; the scheme's own when the URL names none.
    package let port: Int
    /// What follows host and port: a path and a query, or nothing.
    package let path: String

    /// - Throws: what is wrong, in words that hold nothing of the URL, because a URL can hold a password.
    package init(_ text: String) throws(HTTPURLError) {
        if let problem = Self.problem(ofCharacters: text) { throw problem }
        guard let colon = text.firstRange(of: "://"), let scheme = Scheme(rawValue: text[..<colon.lowerBound].lowercased()) else {
            throw HTTPURLError("it does not begin with `http://` or `https://`")
        }
        let behind = text[colon.upperBound...]
        let authority = behind.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else {
            throw HTTPURLError("it holds a user or a password", help: "send an `Authorization` header")
        }
        self.scheme = scheme
        path = String(behind.dropFirst(authority.count))
        let port: Substring
        (host, port) = try Self.hostAndPort(authority)
        if port.isEmpty {
            self.port = scheme.defaultPort
        } else {
            guard port.allSatisfy({ $0.isASCII && $0.isWholeNumber }), let number = Int(port), (1...65535).contains(number) else {
                throw HTTPURLError("its port is not a number from 1 to 65535")
            }
            self.port = number
        }
    }

    /// Scheme, host and port: two URLs of the same origin reach the same server.
    package var origin: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == scheme.defaultPort ? "\(scheme.rawValue)://\(name)" : "\(scheme.rawValue)://\(name):\(port)"
    }

    /// What is wrong with the characters of a URL or a path, by which a request would be garbled on the wire; `nil` when nothing is.
    package static func problem(ofCharacters text: String) -> HTTPURLError? {
        for scalar in text.unicodeScalars {
            if scalar == " " { return HTTPURLError("it holds a space", help: "write `%20`, or `+` in a query") }
            if scalar.properties.generalCategory == .control { return HTTPURLError("it holds a control character") }
            if scalar == "#" { return HTTPURLError("it holds a fragment, which is never sent", help: "write `%23` for the character") }
            if !scalar.isASCII {
                let encoded = String(scalar).utf8.map { "%" + String($0, radix: 16, uppercase: true) }.joined()
                return HTTPURLError("it holds `\(scalar)`, which is not ASCII", help: "write `\(encoded)`")
            }
        }
        return nil
    }

    private static func hostAndPort(_ authority: Substring) throws(HTTPURLError) -> (host: String, port: Substring) {
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else { throw HTTPURLError("its `[` is not closed") }
            let address = authority[authority.index(after: authority.startIndex)..<close]
            let behind = authority[close...].dropFirst()
            guard IPAddress(String(address)) != nil, address.contains(":") else {
                throw HTTPURLError("no IPv6 address stands between its brackets")
            }
            guard behind.isEmpty || behind.first == ":" else { throw HTTPURLError("what follows its `]` is no port") }
            return (address.lowercased(), behind.dropFirst())
        }
        let host = authority.prefix { $0 != ":" }
        guard !host.isEmpty else { throw HTTPURLError("it names no host") }
        guard host.utf8.count <= 253, host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }) else {
            throw HTTPURLError("its host is no name and no address", help: "an IPv6 address stands in `[ ]`")
        }
        let behind = authority.dropFirst(host.count)
        guard behind.count != 1 else { throw HTTPURLError("no port follows its `:`") }
        return (host.lowercased(), behind.dropFirst())
    }
}

/// Why a text is no URL that can be loaded; holds nothing of the text but a character.
package struct HTTPURLError: Error, Hashable, CustomStringConvertible {
    /// A clause about the URL: `it names no host`.
    package let reason: String
    package let help: String?

    init(_ reason: String, help: String? = nil) {
        self.reason = reason
        self.help = help
    }

    package var description: String { help.map { "\(reason); \($0)" } ?? reason }
}
