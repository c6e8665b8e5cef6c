/// What libpq takes to open a session: a URI or `keyword=value` pairs, read far enough to find mistakes and passwords.
///
/// libpq itself has the last word when it connects; hosts and names of parameters are not looked up here.
package enum ConnectionString {
    private static let schemes = ["postgresql://", "postgres://"]
    private static let secretKeywords: Set<String> = ["password", "sslpassword", "oauth_client_secret"]

    /// Why libpq would not take the text, in words that hold nothing of it; `nil` when nothing is wrong.
    static func problem(in text: String) -> String? {
        if text.isEmpty { return "it is empty" }
        if text.utf8.contains(0) { return "it holds a NUL character" }
        guard let scheme = schemes.first(where: text.hasPrefix) else {
            if text.contains("://") && !text.contains("=") { return "it does not begin with `postgresql://` or `postgres://`" }
            return pairs(text) == nil ? "it is neither a URI nor `keyword=value` pairs" : nil
        }
        return problem(inURI: text.dropFirst(scheme.count))
    }

    /// The text with its password struck out; all of it when it cannot be read.
    package static func withoutPassword(_ text: String) -> String {
        if schemes.contains(where: text.hasPrefix) {
            let struck = SecretText.strikingURLPasswords(text)
            guard let question = struck.lastIndex(of: "?") else { return struck }
            let query = struck[question...].dropFirst()
            let parameters = query.split(separator: "&", omittingEmptySubsequences: false).map { parameter -> String in
                guard let equals = parameter.firstIndex(of: "="), isSecret(String(parameter[..<equals])) else { return String(parameter) }
                return String(parameter[...equals]) + SecretText.struckOut
            }
            return struck[...question] + parameters.joined(separator: "&")
        }
        guard let pairs = pairs(text) else { return SecretText.struckOut }
        var struck = text
        for pair in pairs.reversed() where isSecret(pair.keyword) { struck.replaceSubrange(pair.value, with: SecretText.struckOut) }
        return struck
    }

    /// The passwords of a text, as they stand in it; none when it is no connection string.
    static func passwords(in text: String) -> [String] {
        guard schemes.contains(where: text.hasPrefix) else {
            return (pairs(text) ?? []).filter { isSecret($0.keyword) }.map { String(text[$0.value]) }
        }
        let parameters = (text.firstIndex(of: "?").map { text[$0...].dropFirst() } ?? "").split(separator: "&")
        let secrets = parameters.compactMap { parameter -> String? in
            guard let equals = parameter.firstIndex(of: "="), isSecret(String(parameter[..<equals])) else { return nil }
            return String(parameter[equals...].dropFirst())
        }
        return SecretText.urlPasswords(in: text) + secrets
    }

    private static func isSecret(_ keyword: String) -> Bool {
        secretKeywords.contains((percentDecoded(keyword[...]) ?? keyword).lowercased())
    }

    private static func problem(inURI rest: Substring) -> String? {
        guard percentDecoded(rest) != nil else { return "it holds a `%` without two hexadecimal digits behind it" }
        guard !rest.contains(where: \.isWhitespace) else { return "it holds white space" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let hosts = authority.lastIndex(of: "@").map { authority[$0...].dropFirst() } ?? authority
        if authority.count(where: { $0 == "@" }) > 1 { return "an `@` in a user or a password is written `%40`" }
        for host in hosts.split(separator: ",", omittingEmptySubsequences: false) {
            if let problem = problem(inHost: host) { return problem }
        }
        if let question = rest.firstIndex(of: "?") {
            for parameter in rest[question...].dropFirst().split(separator: "&") where parameter.count(where: { $0 == "=" }) != 1 {
                return "a parameter behind its `?` is not of the form `name=value`"
            }
        }
        return nil
    }

    private static func problem(inHost host: Substring) -> String? {
        var behind = host
        if host.first == "[" {
            guard let close = host.firstIndex(of: "]") else { return "its `[` is not closed" }
            behind = host[close...].dropFirst()
        }
        guard let colon = behind.firstIndex(of: ":") else { return nil }
        let port = behind[colon...].dropFirst()
        guard port.isEmpty || port.allSatisfy({ $0.isASCII && $0.isWholeNumber }) && (1...65535).contains(Int(port) ?? 0) else {
            return "its port is not a number from 1 to 65535"
        }
        return nil
    }

    /// `keyword = value`, the value in single quotes or without white space, `\` before a quote or a backslash; `nil` when it is not so.
    private static func pairs(_ text: String) -> [(keyword: String, value: Range<String.Index>)]? {
        var pairs: [(keyword: String, value: Range<String.Index>)] = []
        var index = text.startIndex
        func skipSpace() { while index < text.endIndex, text[index].isWhitespace { index = text.index(after: index) } }
        skipSpace()
        while index < text.endIndex {
            let start = index
            while index < text.endIndex, text[index] != "=", !text[index].isWhitespace { index = text.index(after: index) }
            let keyword = String(text[start..<index])
            skipSpace()
            guard index < text.endIndex, text[index] == "=", isKeyword(keyword) else { return nil }
            index = text.index(after: index)
            skipSpace()
            guard let end = endOfValue(in: text, from: index) else { return nil }
            pairs.append((keyword, index..<end))
            index = end
            skipSpace()
        }
        return pairs.isEmpty ? nil : pairs
    }

    private static func isKeyword(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_") }
    }

    private static func endOfValue(in text: String, from start: String.Index) -> String.Index? {
        var index = start
        let isQuoted = index < text.endIndex && text[index] == "'"
        if isQuoted { index = text.index(after: index) }
        while index < text.endIndex {
            if text[index] == "\\" {
                index = text.index(after: index)
                guard index < text.endIndex else { return nil }
            } else if isQuoted, text[index] == "'" {
                return text.index(after: index)
            } else if !isQuoted, text[index].isWhitespace {
                return index
            }
            index = text.index(after: index)
        }
        return isQuoted ? nil : index
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let digits = String(rest.prefix(2)), digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit),
                let decoded = UInt8(digits, radix: 16)
            else { return nil }
            bytes.append(decoded)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
