import Curl

/// How a value is put into the place that it is for.
enum TemplateEncoding {
    /// As it is.
    case none
    /// What a request line cannot hold (up to 0x20, and 0x7F) percent-encoded, all else as it is.
    case url
    /// Control characters but the tab left out.
    case header
    /// As JSON strings are escaped, without the quotes.
    case json
    /// As `application/x-www-form-urlencoded` (WHATWG URL).
    case form

    private static let digits: StaticString = "0123456789ABCDEF"

    /// - Returns: whether there was memory.
    func append(_ value: UnsafeRawBufferPointer, to bytes: inout GrowingBytes) -> Bool {
        if case .none = self { return bytes.append(value, limit: .max) }
        var isWhole = true
        for byte in value { isWhole = append(byte, to: &bytes) && isWhole }
        return isWhole
    }

    private func append(_ byte: UInt8, to bytes: inout GrowingBytes) -> Bool {
        switch self {
        case .none: bytes.append(byte: byte)
        case .url: byte <= 0x20 || byte == 0x7F ? Self.percent(byte, &bytes) : bytes.append(byte: byte)
        case .header: byte < 0x20 && byte != 0x09 || byte == 0x7F ? true : bytes.append(byte: byte)
        case .json: Self.json(byte, &bytes)
        case .form:
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2A, 0x2D, 0x2E, 0x5F: bytes.append(byte: byte)
            case 0x20: bytes.append(byte: 0x2B)
            default: Self.percent(byte, &bytes)
            }
        }
    }

    private static func percent(_ byte: UInt8, _ bytes: inout GrowingBytes) -> Bool {
        bytes.append(byte: 0x25) && hexadecimal(byte, &bytes)
    }

    private static func hexadecimal(_ byte: UInt8, _ bytes: inout GrowingBytes) -> Bool {
        bytes.append(byte: digits.utf8Start[Int(byte >> 4)]) && bytes.append(byte: digits.utf8Start[Int(byte & 15)])
    }

    private static func json(_ byte: UInt8, _ bytes: inout GrowingBytes) -> Bool {
        let short: UInt8
        switch byte {
        case 0x22, 0x5C: short = byte
        case 0x08: short = UInt8(ascii: "b")
        case 0x09: short = UInt8(ascii: "t")
        case 0x0A: short = UInt8(ascii: "n")
        case 0x0C: short = UInt8(ascii: "f")
        case 0x0D: short = UInt8(ascii: "r")
        case 0..<0x20:
            let start: StaticString = "\\u00"
            let text = UnsafeRawBufferPointer(start: start.utf8Start, count: start.utf8CodeUnitCount)
            return bytes.append(text, limit: .max) && hexadecimal(byte, &bytes)
        default: return bytes.append(byte: byte)
        }
        return bytes.append(byte: 0x5C) && bytes.append(byte: short)
    }
}
