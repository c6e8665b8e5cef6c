/// What the lines of `latency.hlog` are told apart by: a class and one of its two times, as `latency:find%20a%20page%202xx`.
///
/// The format allows neither commas nor spaces nor line ends in a tag. Every byte of the UTF-8 of the class that is not a letter or
/// digit of ASCII or one of `-._~/:` is written as `%` and two hexadecimal digits, as in URLs.
package struct LatencyLogTag: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// From the intended start.
        case latency
        /// From the send.
        case service
    }

    package var kind: Kind
    package var request: String
    package var outcome: Outcome

    package init(kind: Kind, request: String, outcome: Outcome) {
        self.kind = kind
        self.request = request
        self.outcome = outcome
    }

    package var text: String {
        var bytes = Array(kind.rawValue.utf8) + [0x3A]
        for byte in "\(request) \(outcome.rawValue)".utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x2F, 0x3A: bytes.append(byte)
            default: bytes += [0x25, Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    /// - Returns: `nil` for what is no tag of ours.
    package init?(_ text: some StringProtocol) {
        guard let colon = text.firstIndex(of: ":"), let kind = Kind(rawValue: String(text[..<colon])),
            let name = Self.unescaped(text[text.index(after: colon)...].utf8), let blank = name.lastIndex(of: " "),
            let outcome = Outcome(rawValue: String(name[name.index(after: blank)...]))
        else { return nil }
        self.init(kind: kind, request: String(name[..<blank]), outcome: outcome)
    }

    private static func unescaped(_ text: some Sequence<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            guard byte == 0x25 else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(digits.firstIndex), let low = iterator.next().flatMap(digits.firstIndex) else {
                return nil
            }
            bytes.append(UInt8(high << 4 | low))
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
