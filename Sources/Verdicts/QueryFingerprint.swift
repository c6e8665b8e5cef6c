/// What makes queries alike: their text without literals, numbers, comments and differences of white space.
///
/// Reads SQL as PostgreSQL's scanner does (docs, “Lexical Structure”): strings with doubled quotes, `E''` with backslashes, `U&''`, `B''`
/// and `X''`, dollar quotes with or without a tag, nested block comments, line comments, quoted identifiers, parameters `$1`. Lists of literals
/// behind IN, VALUES and in ARRAY[…] shrink to one. A text that was cut off (pg_stat_activity keeps 1 KB) ends where it ends.
package struct QueryFingerprint: Hashable, Sendable {
    /// The text with `?` for literals; empty when nothing but comments was there.
    package let text: String
    /// The pairs of sqlcommenter's comments (`/*route='%2Fpage',controller='index'*/`), decoded; later ones win.
    package let tags: [String: String]

    package init(_ query: String) {
        var scanner = Scanner(Array(query.utf8))
        scanner.run()
        text = scanner.folded
        tags = scanner.tags
    }

    private struct Scanner {
        let bytes: [UInt8]
        var at = 0
        var tokens: [Token] = []
        var tags: [String: String] = [:]

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        enum Token: Hashable {
            /// A literal, or a list of them.
            case literal
            case word(String)
            /// One character of punctuation or operators.
            case mark(UInt8)
        }

        mutating func run() {
            while at < bytes.count { token() }
        }

        private func byte(_ ahead: Int = 0) -> UInt8? { at + ahead < bytes.count ? bytes[at + ahead] : nil }

        private mutating func token() {
            let first = bytes[at]
            switch first {
            case _ where first.isSpace: at += 1
            case UInt8(ascii: "-") where byte(1) == UInt8(ascii: "-"): lineComment()
            case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"): blockComment()
            case UInt8(ascii: "'"): string(escapes: false)
            case UInt8(ascii: "\""): identifier()
            case UInt8(ascii: "$"): dollar()
            case _ where first.isDigit, UInt8(ascii: ".") where byte(1)?.isDigit == true: number()
            case _ where first.isWordStart: word()
            default:
                tokens.append(.mark(first))
                at += 1
            }
        }

        // MARK: Comments

        private mutating func lineComment() {
            while at < bytes.count, bytes[at] != 0x0A { at += 1 }
        }

        private mutating func blockComment() {
            let start = at + 2
            var depth = 0
            while at < bytes.count {
                if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                    depth += 1
                    at += 2
                } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                    depth -= 1
                    at += 2
                    if depth == 0 { break }
                } else {
                    at += 1
                }
            }
            if depth == 0, at - 2 >= start { SQLCommenter.parse(bytes[start..<(at - 2)], into: &tags) }
        }

        // MARK: Literals

        /// Two strings with white space between are one in SQL only across lines; both are literals, and lists shrink anyway.
        private mutating func string(escapes: Bool) {
            at += 1
            while let next = byte() {
                at += 1
                if next == UInt8(ascii: "\\"), escapes {
                    at += 1
                } else if next == UInt8(ascii: "'") {
                    if byte() != UInt8(ascii: "'") { break }
                    at += 1
                }
            }
            tokens.append(.literal)
        }

        /// `$1`, `$$…$$`, `$tag$…$tag$`.
        private mutating func dollar() {
            if byte(1)?.isDigit == true {
                at += 1
                while byte()?.isDigit == true { at += 1 }
                tokens.append(.literal)
                return
            }
            var end = at + 1
            while end < bytes.count, bytes[end].isWordPart, bytes[end] != UInt8(ascii: "$") { end += 1 }
            guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else {
                tokens.append(.mark(bytes[at]))
                at += 1
                return
            }
            let tag = bytes[at...end]
            at = end + 1
            while at < bytes.count {
                if bytes[at] == UInt8(ascii: "$"), bytes[at...].starts(with: tag) {
                    at += tag.count
                    break
                }
                at += 1
            }
            tokens.append(.literal)
        }

        /// `12`, `1_000`, `1.5e-3`, `0xFF`, `.5`.
        private mutating func number() {
            var before: UInt8 = 0
            while let next = byte() {
                let isSign = (next == UInt8(ascii: "+") || next == UInt8(ascii: "-")) && (before | 0x20) == UInt8(ascii: "e")
                guard next.isDigit || next == UInt8(ascii: ".") || next.isWordPart || isSign else { break }
                before = next
                at += 1
            }
            tokens.append(.literal)
        }

        // MARK: Words

        private mutating func word() {
            let start = at
            while let next = byte(), next.isWordPart || next == UInt8(ascii: "$") { at += 1 }
            let word = String(decoding: bytes[start..<at], as: UTF8.self)
            if byte() == UInt8(ascii: "'"), ["e", "b", "x", "n"].contains(word.lowercased()) {
                return string(escapes: word.lowercased() == "e")
            }
            if word.lowercased() == "u", byte() == UInt8(ascii: "&"), byte(1) == UInt8(ascii: "'") {
                at += 1
                return string(escapes: false)
            }
            // An unquoted name means the same in any case.
            tokens.append(.word(word.lowercased()))
        }

        private mutating func identifier() {
            let start = at
            at += 1
            while let next = byte() {
                at += 1
                guard next == UInt8(ascii: "\"") else { continue }
                if byte() != UInt8(ascii: "\"") { break }
                at += 1
            }
            tokens.append(.word(String(decoding: bytes[start..<at], as: UTF8.self)))
        }

        // MARK: Folding

        /// The tokens with one blank between words; `?, ?, ?` is `?`, `(?), (?)` is `(?)`, `-?` is `?`.
        var folded: String {
            var kept: [Token] = []
            for token in tokens {
                kept.append(token)
                while shrink(&kept) {}
            }
            if kept.last == .mark(UInt8(ascii: ";")) { kept.removeLast() }
            var text = ""
            var last: Token?
            for token in kept {
                if let last, Self.isApart(last, token) { text += " " }
                switch token {
                case .literal: text += "?"
                case .word(let word): text += word
                case .mark(let byte): text.unicodeScalars.append(Unicode.Scalar(byte))
                }
                last = token
            }
            return text
        }

        private func shrink(_ kept: inout [Token]) -> Bool {
            let comma = Token.mark(UInt8(ascii: ","))
            let (open, close) = (Token.mark(UInt8(ascii: "(")), Token.mark(UInt8(ascii: ")")))
            if kept.suffix(3) == [.literal, comma, .literal] {
                kept.removeLast(2)
                return true
            }
            let row = [open, Token.literal, close]
            if kept.suffix(7) == row + [comma] + row {
                kept.removeLast(4)
                return true
            }
            // A sign belongs to the number where no operand is before it.
            if kept.count >= 2, kept.last == .literal, [.mark(UInt8(ascii: "-")), .mark(UInt8(ascii: "+"))].contains(kept[kept.count - 2]) {
                let before = kept.count >= 3 ? kept[kept.count - 3] : open
                let isOperand: Bool =
                    switch before {
                    case .literal: true
                    case .word(let word): !Self.beforeSign.contains(word)
                    case .mark(let mark): [UInt8(ascii: ")"), UInt8(ascii: "]")].contains(mark)
                    }
                guard !isOperand else { return false }
                kept.remove(at: kept.count - 2)
                return true
            }
            return false
        }

        private static let beforeSign: Set<String> = [
            "select", "where", "and", "or", "not", "in", "between", "limit", "offset", "then", "else", "when", "values", "set", "return",
            "by",
        ]

        /// Words that are no function where a parenthesis follows.
        private static let keywords: Set<String> = beforeSign.union([
            "from", "join", "on", "using", "exists", "any", "all", "as", "over", "filter", "having", "union", "except", "intersect",
            "lateral",
        ])

        /// Whether a blank goes between two tokens.
        private static func isApart(_ left: Token, _ right: Token) -> Bool {
            let tight = ",)].;:[".utf8
            if case .mark(let mark) = right, tight.contains(mark) { return false }
            if case .mark(let mark) = left, "([.:".utf8.contains(mark) { return false }
            guard case .mark(let next) = right else { return true }
            switch left {
            case .mark(let mark): return ",)".utf8.contains(mark) || next == UInt8(ascii: "(")
            case .word(let word): return next != UInt8(ascii: "(") || keywords.contains(word)
            case .literal: return true
            }
        }
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
    /// Letters, `_`, and every byte of a character outside ASCII.
    fileprivate var isWordStart: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) || self == 0x5F || self >= 0x80 }
    fileprivate var isWordPart: Bool { isWordStart || isDigit }
}
