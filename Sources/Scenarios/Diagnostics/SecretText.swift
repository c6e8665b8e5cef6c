/// Which texts are secrets, and how they are hidden where a line is shown or a run is recorded.
enum SecretText {
    /// What stands in the place of a secret in a record.
    static let struckOut = "***"

    private static let words = [
        "authorization", "cookie", "token", "secret", "password", "passwd", "passphrase", "credential", "key", "bearer",
    ]

    /// Whether the value of a header, variable or parameter of this name is a secret.
    static func isSecret(name: some StringProtocol) -> Bool {
        let name = name.lowercased()
        return words.contains { name.contains($0) }
    }

    /// The text with passwords in URLs and values behind secret-looking names replaced by as many asterisks, so that columns
    /// stay where they are. A `${VAR}` stays: it is what was written.
    static func masking(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        maskURLPasswords(&scalars)
        maskNamedValues(&scalars)
        var masked = String.UnicodeScalarView()
        masked.append(contentsOf: scalars)
        return String(masked)
    }

    /// The text with the password of every `scheme://user:password@` struck out.
    static func strikingURLPasswords(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        for range in urlPasswords(in: scalars).reversed() {
            scalars.replaceSubrange(range, with: struckOut.unicodeScalars)
        }
        var struck = String.UnicodeScalarView()
        struck.append(contentsOf: scalars)
        return String(struck)
    }

    /// The password of every `scheme://user:password@`.
    static func urlPasswords(in text: String) -> [String] {
        let scalars = Array(text.unicodeScalars)
        return urlPasswords(in: scalars).map { range in
            var password = String.UnicodeScalarView()
            password.append(contentsOf: scalars[range])
            return String(password)
        }
    }

    private static func maskURLPasswords(_ scalars: inout [Unicode.Scalar]) {
        for range in urlPasswords(in: scalars) where !containsVariable(scalars[range]) {
            for index in range { scalars[index] = "*" }
        }
    }

    /// The password runs from the first colon behind `://` to the last `@` before white space, a quote, or a `?` behind an `@`:
    /// further than libpq reads, because a password with a raw `@` or `/` is a common mistake, and must not be shown for it. In a URL
    /// of HTTP, whose paths hold colons and `@`, it ends before the first `/`.
    private static func urlPasswords(in scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var index = 0
        while index + 2 < scalars.count {
            guard scalars[index] == ":", scalars[index + 1] == "/", scalars[index + 2] == "/" else {
                index += 1
                continue
            }
            let start = index + 3
            let isHTTP = ["http", "https"].contains { scalars[..<index].suffix($0.count).elementsEqual($0.unicodeScalars) }
            let stops = (isHTTP ? " \t\"'/" : " \t\"'").unicodeScalars
            var end = start
            var at: Int?
            while end < scalars.count, !stops.contains(scalars[end]) {
                if scalars[end] == "@" { at = end }
                if scalars[end] == "?", at != nil { break }
                end += 1
            }
            if let at, let colon = scalars[start..<at].firstIndex(of: ":"), colon + 1 < at {
                ranges.append(colon + 1..<at)
            }
            index = max(end, start)
        }
        return ranges
    }

    private static func maskNamedValues(_ scalars: inout [Unicode.Scalar]) {
        var index = 0
        while index < scalars.count {
            guard isName(scalars[index]) else {
                index += 1
                continue
            }
            let start = index
            while index < scalars.count, isName(scalars[index]) { index += 1 }
            var name = String.UnicodeScalarView()
            name.append(contentsOf: scalars[start..<index])
            guard isSecret(name: String(name)), let value = valueRange(in: scalars, after: index) else { continue }
            if !containsVariable(scalars[value]) {
                for position in value where scalars[position] != " " { scalars[position] = "*" }
            }
            index = value.upperBound
        }
    }

    /// The value behind `name:` or `name=`.
    private static func valueRange(in scalars: [Unicode.Scalar], after end: Int) -> Range<Int>? {
        var index = end
        while index < scalars.count, " \"'".unicodeScalars.contains(scalars[index]) { index += 1 }
        guard index < scalars.count, scalars[index] == ":" || scalars[index] == "=" else { return nil }
        let stops: String.UnicodeScalarView = (scalars[index] == ":" ? ",}]" : " &,}]\"'").unicodeScalars
        index += 1
        while index < scalars.count, scalars[index] == " " { index += 1 }
        let start = index
        while index < scalars.count, !stops.contains(scalars[index]) || containsVariable(scalars[start..<index]) { index += 1 }
        return start < index ? start..<index : nil
    }

    private static func containsVariable(_ scalars: ArraySlice<Unicode.Scalar>) -> Bool {
        zip(scalars, scalars.dropFirst()).contains { $0 == "$" && $1 == "{" }
    }

    private static func isName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }
}
