/// Cuts a stream of bytes into lines and keeps the last of them.
///
/// A line longer than 2,000 bytes is cut into several; what is no UTF-8 is shown as U+FFFD.
struct LineTail: Sendable {
    private let capacity: Int
    private var kept: [String] = []
    private var partial: [UInt8] = []
    private static let longest = 2_000

    init(capacity: Int = 40) {
        self.capacity = capacity
    }

    /// The last lines, the one not yet ended included.
    var lines: [String] {
        let all = partial.isEmpty ? kept : kept + [String(decoding: partial, as: UTF8.self)]
        return Array(all.suffix(capacity))
    }

    /// Takes bytes in, and returns the lines that they completed.
    mutating func consume(_ bytes: some Sequence<UInt8>) -> [String] {
        var completed: [String] = []
        for byte in bytes {
            if byte == 0x0A || partial.count >= Self.longest {
                if partial.last == 0x0D { partial.removeLast() }
                completed.append(String(decoding: partial, as: UTF8.self))
                partial.removeAll(keepingCapacity: true)
            }
            if byte != 0x0A { partial.append(byte) }
        }
        kept = Array((kept + completed).suffix(capacity))
        return completed
    }
}
