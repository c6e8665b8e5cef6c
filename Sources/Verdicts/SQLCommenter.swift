/// The comments by which frameworks tell where a query comes from: `/*controller='index',route='%2Fpolls'*/`.
///
/// Keys and values are URL-encoded, values stand in single quotes with `\'` for one inside, pairs are separated by commas. Source:
/// the sqlcommenter specification (google.github.io/sqlcommenter/spec). A comment that is none of these has no pairs.
enum SQLCommenter {
    /// - Parameter comment: what is between `/*` and `*/`.
    static func parse(_ comment: some Collection<UInt8>, into tags: inout [String: String]) {
        let text = String(decoding: comment, as: UTF8.self).unicodeScalars
        var found: [String: String] = [:]
        var rest = text[...]
        while true {
            rest = rest.drop { $0 == " " || $0 == "\n" || $0 == "\t" }
            guard let equals = rest.firstIndex(of: "="), equals > rest.startIndex else { return }
            let key = rest[..<equals]
            rest = rest[rest.index(after: equals)...]
            guard rest.first == "'",
                key.allSatisfy({ $0.isASCII && ($0.properties.isAlphabetic || "0123456789_-.%".unicodeScalars.contains($0)) })
            else { return }
            rest = rest.dropFirst()
            var value = String.UnicodeScalarView()
            var isClosed = false
            while let next = rest.first {
                rest = rest.dropFirst()
                if next == "\\", let escaped = rest.first {
                    value.append(escaped)
                    rest = rest.dropFirst()
                } else if next == "'" {
                    isClosed = true
                    break
                } else {
                    value.append(next)
                }
            }
            guard isClosed, let name = decoded(String(key)), let content = decoded(String(value)) else { return }
            found[name] = content
            rest = rest.drop { $0 == " " }
            if rest.isEmpty { break }
            guard rest.first == "," else { return }
            rest = rest.dropFirst()
        }
        tags.merge(found) { _, new in new }
    }

    /// `nil` when what is behind a `%` is no byte, or the bytes are no UTF-8.
    private static func decoded(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let next = rest.popFirst() {
            if next == UInt8(ascii: "%") {
                guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
                rest = rest.dropFirst(2)
                bytes.append(value)
            } else {
                bytes.append(next)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
