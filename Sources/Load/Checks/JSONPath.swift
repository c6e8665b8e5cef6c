/// A member of a JSON text: names and numbers with dots between, such as `items.0.id`.
///
/// The text is gone through up to the member, and no tree is made of it. Numbers keep their digits. What is passed over is not
/// checked beyond what finding needs; of names that stand twice the first counts.
struct JSONPath {
    private let keys: [[UInt8]]

    init(_ text: String) {
        keys = text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false).map(Array.init)
    }

    /// `nil`: there is no such member, or no JSON.
    func find(in text: UnsafeRawBufferPointer) -> JSONValue? {
        var scanner = JSONScanner(text)
        for key in keys where !scanner.enter(key) { return nil }
        return scanner.value()
    }
}

/// A value as it stands in the text.
struct JSONValue {
    enum Kind { case string, number, literal, array, object }

    let kind: Kind
    /// With its quotes or brackets.
    let raw: UnsafeRawBufferPointer

    var isNull: Bool { kind == .literal && raw.first == UInt8(ascii: "n") }

    /// A string's content; of all else the text itself.
    var text: [UInt8] {
        kind == .string ? JSONScanner.unescaped(UnsafeRawBufferPointer(rebasing: raw[1..<(raw.count - 1)])) : Array(raw)
    }

    /// The elements of an array.
    var elements: [JSONValue] {
        guard kind == .array else { return [] }
        var scanner = JSONScanner(raw)
        var found: [JSONValue] = []
        guard scanner.open(UInt8(ascii: "[")) else { return [] }
        while !scanner.closes(UInt8(ascii: "]")), let value = scanner.value() {
            found.append(value)
            guard scanner.comma() else { break }
        }
        return found
    }
}

/// A place in a JSON text. Does not recurse, so that no nesting is too deep for it.
struct JSONScanner {
    private let text: UnsafeRawBufferPointer
    private var position = 0

    init(_ text: UnsafeRawBufferPointer) {
        self.text = text
        // A byte order mark.
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    private mutating func skipSpaces() {
        while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
    }

    /// The next byte that is no space.
    private mutating func peek() -> UInt8? {
        skipSpaces()
        return position < text.count ? text[position] : nil
    }

    mutating func open(_ bracket: UInt8) -> Bool {
        guard peek() == bracket else { return false }
        position += 1
        return true
    }

    mutating func closes(_ bracket: UInt8) -> Bool { peek() == bracket }

    mutating func comma() -> Bool { open(0x2C) }

    /// Goes to the member of an object, or the element of an array, that `key` names.
    mutating func enter(_ key: [UInt8]) -> Bool {
        switch peek() {
        case UInt8(ascii: "{"): enterMember(key)
        case UInt8(ascii: "["): enterElement(key)
        default: false
        }
    }

    private mutating func enterMember(_ key: [UInt8]) -> Bool {
        position += 1
        while peek() == UInt8(ascii: "\""), let name = value(), open(UInt8(ascii: ":")) {
            if name.text == key { return true }
            guard value() != nil, comma() else { return false }
        }
        return false
    }

    private mutating func enterElement(_ key: [UInt8]) -> Bool {
        guard let wanted = Int(String(decoding: key, as: UTF8.self)), wanted >= 0 else { return false }
        position += 1
        for _ in 0..<wanted {
            guard !closes(UInt8(ascii: "]")), value() != nil, comma() else { return false }
        }
        return !closes(UInt8(ascii: "]"))
    }

    /// Takes the value that stands here; `nil`: none does.
    mutating func value() -> JSONValue? {
        guard let first = peek() else { return nil }
        let start = position
        let kind: JSONValue.Kind
        switch first {
        case UInt8(ascii: "\""):
            kind = .string
            guard skipString() else { return nil }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            kind = first == UInt8(ascii: "{") ? .object : .array
            guard skipContainer() else { return nil }
        default:
            while position < text.count, Self.isWord(text[position]) { position += 1 }
            guard let word = Self.kind(ofWord: UnsafeRawBufferPointer(rebasing: text[start..<position])) else { return nil }
            kind = word
        }
        return JSONValue(kind: kind, raw: UnsafeRawBufferPointer(rebasing: text[start..<position]))
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E: true
        default: false
        }
    }

    private static func kind(ofWord word: UnsafeRawBufferPointer) -> JSONValue.Kind? {
        guard let first = word.first else { return nil }
        if ["true", "false", "null"].contains(where: { word.elementsEqual($0.utf8) }) { return .literal }
        let isNumber = (first == 0x2D || (first >= 0x30 && first <= 0x39)) && Double(String(decoding: word, as: UTF8.self)) != nil
        return isNumber ? .number : nil
    }

    /// At a quote; goes behind the one that ends the string.
    private mutating func skipString() -> Bool {
        position += 1
        while position < text.count {
            switch text[position] {
            case 0x22:
                position += 1
                return true
            case 0x5C: position += 2
            default: position += 1
            }
        }
        position = text.count
        return false
    }

    /// At a bracket; goes behind the one that ends it.
    private mutating func skipContainer() -> Bool {
        var depth = 0
        while position < text.count {
            switch text[position] {
            case 0x22:
                guard skipString() else { return false }
                continue
            case 0x7B, 0x5B: depth += 1
            case 0x7D, 0x5D: depth -= 1
            default: break
            }
            position += 1
            if depth == 0 { return true }
        }
        return false
    }

    /// A string's content; half of a surrogate pair becomes U+FFFD.
    static func unescaped(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        guard text.contains(0x5C) else { return Array(text) }
        var bytes: [UInt8] = []
        var index = 0
        while index < text.count {
            guard text[index] == 0x5C, index + 1 < text.count else {
                bytes.append(text[index])
                index += 1
                continue
            }
            let escape = text[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "b"): bytes.append(0x08)
            case UInt8(ascii: "f"): bytes.append(0x0C)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "u"):
                guard let unit = unit(text, at: index) else { continue }
                index += 4
                if UTF16.isLeadSurrogate(unit), index + 1 < text.count, text[index] == 0x5C, text[index + 1] == UInt8(ascii: "u"),
                    let trail = Self.unit(text, at: index + 2), UTF16.isTrailSurrogate(trail)
                {
                    index += 6
                    bytes += String(decoding: [unit, trail], as: UTF16.self).utf8
                } else {
                    bytes += String(decoding: [unit], as: UTF16.self).utf8
                }
            default: bytes.append(escape)
            }
        }
        return bytes
    }

    /// Four hexadecimal digits.
    private static func unit(_ text: UnsafeRawBufferPointer, at index: Int) -> UInt16? {
        guard index + 4 <= text.count else { return nil }
        return UInt16(String(decoding: text[index..<(index + 4)], as: UTF8.self), radix: 16)
    }
}
