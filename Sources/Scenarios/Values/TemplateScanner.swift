/// Cuts a text at its placeholders, byte by byte, so that what is no UTF-8 stays as it is.
///
/// `{{words}}` is a placeholder: a name, and behind it arguments with spaces between; `{{{{` is the text `{{`. Of three braces before a
/// name the first is text.
enum TemplateScanner {
    enum Part: Hashable {
        /// Never empty.
        case text([UInt8])
        /// The words with single spaces between.
        case placeholder(String)
        /// Some characters from a `{{` on that no placeholder follows; always the last part.
        case malformed(String)
    }

    private static let open = UInt8(ascii: "{")
    private static let close = UInt8(ascii: "}")

    static func parts(of bytes: [UInt8]) -> [Part] {
        var parts: [Part] = []
        var text: [UInt8] = []
        var rest = bytes[...]
        while let start = pair(of: open, in: rest) {
            text += rest[..<start]
            rest = rest[(start + 2)...]
            let more = rest.prefix(2).prefix { $0 == open }.count
            if more == 2 {
                text += [open, open]
                rest = rest.dropFirst(2)
                continue
            }
            if more == 1 {
                text.append(open)
                rest = rest.dropFirst()
            }
            if !text.isEmpty { parts.append(.text(text)) }
            text = []
            guard let end = pair(of: close, in: rest.prefix(longestPlaceholder)), let words = words(rest[..<end]) else {
                let shown = String(decoding: rest.prefix(80), as: UTF8.self).prefix(20)
                return parts + [.malformed("{{" + shown)]
            }
            parts.append(.placeholder(words))
            rest = rest[(end + 2)...]
        }
        text += rest
        return text.isEmpty ? parts : parts + [.text(text)]
    }

    /// The bytes that are read as `text`.
    static func escape(_ text: [UInt8]) -> [UInt8] {
        guard pair(of: open, in: text[...]) != nil else { return text }
        var escaped: [UInt8] = []
        var rest = text[...]
        while let start = pair(of: open, in: rest) {
            escaped += rest[..<start] + [open, open, open, open]
            rest = rest[(start + 2)...]
        }
        return escaped + rest
    }

    private static let longestPlaceholder = 1000

    /// Where two of the byte stand.
    private static func pair(of byte: UInt8, in bytes: ArraySlice<UInt8>) -> Int? {
        var from = bytes.startIndex
        while let index = bytes[from...].firstIndex(of: byte), index + 1 < bytes.endIndex {
            if bytes[index + 1] == byte { return index }
            from = index + 1
        }
        return nil
    }

    /// A name is a letter or `_`, then letters, digits, `_`, `-` or `.`; in an argument any of these may stand first.
    private static func words(_ inner: ArraySlice<UInt8>) -> String? {
        let words = inner.split(separator: UInt8(ascii: " "))
        guard let first = words.first?.first, isLetter(first), words.allSatisfy({ $0.allSatisfy(isOfName) }) else { return nil }
        return words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
}
