/// Amounts of bytes as people write them: a decimal number and a unit.
///
/// Units are `B`, `KB`, `MB`, `GB` (powers of 1000; `kB` too) and `KiB`, `MiB`, `GiB` (of 1024).
package enum ByteText {
    private static let units: [Substring: Int] = [
        "B": 1, "KB": 1000, "kB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
    ]

    /// Whole bytes; `nil` when the text is no amount, or above 10¹⁵.
    package static func parse(_ text: String) -> Int? {
        let number = text.prefix { $0.isASCII && ($0.isWholeNumber || $0 == ".") }
        guard let unit = units[text.dropFirst(number.count)], number.first != ".", number.last != ".",
            let count = RateText.decimal(number)
        else { return nil }
        let bytes = count * Double(unit)
        guard bytes <= 1e15, bytes == bytes.rounded() else { return nil }
        return Int(bytes)
    }

    /// Bytes per second, written `10KB/s`.
    package static func parseRate(_ text: String) -> Int? {
        text.hasSuffix("/s") ? parse(String(text.dropLast(2))) : nil
    }

    /// The shortest exact form that ``parse(_:)`` reads back.
    package static func string(_ bytes: Int) -> String {
        for (unit, size) in [("GB", 1_000_000_000), ("GiB", 1 << 30), ("MB", 1_000_000), ("MiB", 1 << 20), ("KB", 1000), ("KiB", 1 << 10)]
        where bytes > 0 && bytes % size == 0 {
            return "\(bytes / size)\(unit)"
        }
        return "\(bytes)B"
    }
}
