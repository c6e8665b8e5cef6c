import Curl
import Glibc

/// The lines of a response, each without its end.
extension ResponseParser {
    private static let prefix: StaticString = "HTTP/1."

    /// Whether the beginning of a line can be that of a status line.
    static func mayBeginStatusLine(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let base = text.baseAddress else { return true }
        return memcmp(base, prefix.utf8Start, min(text.count, prefix.utf8CodeUnitCount)) == 0
    }

    /// `HTTP/1.1 200 OK`; what follows the status may be missing, with the space before it.
    mutating func takeStatusLine(_ text: UnsafeRawBufferPointer) {
        guard text.count >= 12, Self.mayBeginStatusLine(text), text[7] == 0x30 || text[7] == 0x31, text[8] == 0x20,
            text.count == 12 || text[12] == 0x20
        else { return state = .garbled }
        var number = 0
        for index in 9..<12 {
            guard let digit = Self.digit(text[index]) else { return state = .garbled }
            number = number * 10 + digit
        }
        guard number >= 100 else { return state = .garbled }
        minor = Int(text[7] - 0x30)
        code = number
        headerIsWhole = false
        fields = Fields()
        if !keptHeaders.isEmpty { keptHeaders.removeAll() }
        state = .headers
    }

    static func digit(_ byte: UInt8) -> Int? {
        byte >= 0x30 && byte <= 0x39 ? Int(byte - 0x30) : nil
    }

    /// `Name: value`. A line that begins with a space went on with the one before, once; readers differ on it.
    mutating func takeField(_ text: UnsafeRawBufferPointer, isTrailer: Bool) {
        var colon = 0
        while colon < text.count, text[colon] != 0x3A {
            guard text[colon] > 0x20, text[colon] != 0x7F else { return state = .garbled }
            colon += 1
        }
        guard colon > 0, colon < text.count else { return state = .garbled }
        if isTrailer { return }
        if keeps.contains(.headers) { keep(field: text) }
        switch colon {
        case 8: if wantsLocation, location.isEmpty, Self.isEqual(text, 0, "location") { takeLocation(Self.trimmed(text, from: 9)) }
        case 10: if Self.isEqual(text, 0, "connection") { takeConnection(text) }
        case 14: if Self.isEqual(text, 0, "content-length") { takeLength(Self.trimmed(text, from: 15)) }
        case 17: if Self.isEqual(text, 0, "transfer-encoding") { takeCoding(Self.trimmed(text, from: 18)) }
        default: break
        }
    }

    private mutating func keep(field: UnsafeRawBufferPointer) {
        _ = keptHeaders.append(field, limit: Self.longestHeader) && keptHeaders.append(byte: 0x0A)
    }

    private mutating func takeLocation(_ value: UnsafeRawBufferPointer) {
        _ = location.append(value, limit: Self.longestLine)
    }

    private mutating func takeLength(_ value: UnsafeRawBufferPointer) {
        // 18 digits fit an Int.
        guard value.count > 0, value.count <= 18 else { return fields.lengthIsWrong = true }
        var number = 0
        for byte in value {
            guard let digit = Self.digit(byte) else { return fields.lengthIsWrong = true }
            number = number * 10 + digit
        }
        if fields.length >= 0, fields.length != number { fields.lengthIsWrong = true }
        fields.length = number
    }

    private mutating func takeCoding(_ value: UnsafeRawBufferPointer) {
        if value.count == 8, Self.isEqual(value, 0, "identity") { return }
        // We asked for no other coding, and twice chunked is not once chunked.
        if fields.hasCoding || value.count != 7 || !Self.isEqual(value, 0, "chunked") { fields.codingIsWrong = true }
        fields.hasCoding = true
        fields.isChunked = true
    }

    /// A list of words of which two matter.
    private mutating func takeConnection(_ text: UnsafeRawBufferPointer) {
        var start = 11
        while start < text.count {
            var end = start
            while end < text.count, text[end] != 0x2C { end += 1 }
            let word = Self.trimmed(UnsafeRawBufferPointer(rebasing: text[..<end]), from: start)
            if word.count == 5, Self.isEqual(word, 0, "close") { fields.saysClose = true }
            if word.count == 10, Self.isEqual(word, 0, "keep-alive") { fields.saysKeepAlive = true }
            start = end + 1
        }
    }

    /// Without the spaces and tabs at its ends.
    private static func trimmed(_ text: UnsafeRawBufferPointer, from first: Int) -> UnsafeRawBufferPointer {
        var start = first
        var end = text.count
        while start < end, text[start] == 0x20 || text[start] == 0x09 { start += 1 }
        while end > start, text[end - 1] == 0x20 || text[end - 1] == 0x09 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: text[start..<end])
    }

    /// Whether `word`, in lower case, stands at `offset`, whatever its case there.
    private static func isEqual(_ text: UnsafeRawBufferPointer, _ offset: Int, _ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard text.count - offset >= count else { return false }
        for index in 0..<count {
            let byte = text[offset + index]
            let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            if lower != word.utf8Start[index] { return false }
        }
        return true
    }

    /// The empty line after the header: what comes next.
    mutating func endHeader() {
        if code < 200, code != 101 { return state = .statusLine }
        headerIsWhole = true
        keepsAlive = !fields.saysClose && (minor == 1 || fields.saysKeepAlive)
        if isHead || code == 204 || code == 304 { return state = .done }
        if code == 101 {
            // We never ask for another protocol: whatever follows is none of ours.
            keepsAlive = false
            return state = .done
        }
        if fields.lengthIsWrong || fields.codingIsWrong { return state = .garbled }
        if fields.isChunked {
            state = fields.length >= 0 || minor == 0 ? .garbled : .chunkSize
        } else if fields.length >= 0 {
            left = fields.length
            state = left == 0 ? .done : .body
        } else {
            keepsAlive = false
            state = .untilEnd
        }
    }

    /// Hexadecimal digits, and extensions after a semicolon that mean nothing to us.
    mutating func takeChunkSize(_ text: UnsafeRawBufferPointer) {
        var size = 0
        var index = 0
        while index < text.count {
            let value: Int
            switch text[index] {
            case 0x30...0x39: value = Int(text[index] - 0x30)
            case 0x41...0x46: value = Int(text[index] - 0x41) + 10
            case 0x61...0x66: value = Int(text[index] - 0x61) + 10
            default: value = -1
            }
            if value < 0 { break }
            // 15 digits fit an Int, with room for what is added up.
            guard size >> 56 == 0 else { return state = .garbled }
            size = size << 4 | value
            index += 1
        }
        guard index > 0, index <= 16 else { return state = .garbled }
        while index < text.count, text[index] == 0x20 || text[index] == 0x09 { index += 1 }
        guard index == text.count || text[index] == 0x3B else { return state = .garbled }
        left = size
        state = size == 0 ? .trailers : .chunk
    }
}
