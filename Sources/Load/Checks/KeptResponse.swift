import Glibc

/// What a transport is to keep of a response, beside counting it.
struct ResponseParts: OptionSet {
    let rawValue: UInt8

    /// The lines of the header.
    static let headers = ResponseParts(rawValue: 1)
    /// The body without its framing, up to ``longestBody``.
    static let body = ResponseParts(rawValue: 2)

    static let longestBody = 16 << 20
    /// What is kept of a buffer for the next response.
    static let keptBody = 64 << 10
}

/// What was kept of a response that has ended. Valid until the next exchange in its slot begins.
struct KeptResponse {
    var status = 0
    /// Lines without the status line, each `Name: value` and a line feed.
    var headers = UnsafeRawBufferPointer(start: nil, count: 0)
    /// `nil`: longer than what is kept.
    var body: UnsafeRawBufferPointer? = UnsafeRawBufferPointer(start: nil, count: 0)

    /// Goes through the values of a header, without the spaces around them, until `body` says that it is enough.
    ///
    /// - Parameter name: in lower case.
    func forEachValue(of name: [UInt8], _ body: (UnsafeRawBufferPointer) -> Bool) {
        var rest = headers[...]
        while let end = rest.firstIndex(of: 0x0A) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            guard line.count > name.count, line[line.startIndex + name.count] == 0x3A else { continue }
            guard zip(line, name).allSatisfy({ ($0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0) == $1 }) else { continue }
            if body(Self.trimmed(UnsafeRawBufferPointer(rebasing: line[(line.startIndex + name.count + 1)...]))) { return }
        }
    }

    static func trimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = text.count
        while start < end, text[start] == 0x20 || text[start] == 0x09 { start += 1 }
        while end > start, text[end - 1] == 0x20 || text[end - 1] == 0x09 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: text[start..<end])
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes stand somewhere in here.
    func holds(_ needle: [UInt8]) -> Bool {
        guard let first = needle.first else { return true }
        guard let baseAddress else { return false }
        return needle.withUnsafeBytes { needle in
            guard let wanted = needle.baseAddress else { return true }
            var offset = 0
            while count - offset >= needle.count,
                let found = memchr(baseAddress + offset, Int32(first), count - offset - needle.count + 1)
            {
                if memcmp(found, wanted, needle.count) == 0 { return true }
                offset = UnsafeRawPointer(found) - baseAddress + 1
            }
            return false
        }
    }
}
