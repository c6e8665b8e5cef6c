/// Durations as people write them.
///
/// Grammar: one or more of `<decimal><unit>`, units `h`, `m`, `s`, `ms` in this order and each at most once; only the last decimal may
/// have a fraction: `100ms`, `1.5s`, `1h30m`. Finer than a microsecond is cut off.
package enum DurationText {
    private static let units: [(name: String, microseconds: Int64)] = [
        ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1000),
    ]

    /// `nil` when the text is no duration, or longer than ten years.
    package static func parse(_ text: String) -> Duration? {
        var rest = Substring(text)
        var remaining = units[...]
        var total: Int64 = 0
        var ended = false
        while !rest.isEmpty {
            guard !ended else { return nil }
            let number = rest.prefix { $0.isASCII && ($0.isWholeNumber || $0 == ".") }
            let behind = rest.dropFirst(number.count)
            let name = behind.prefix { $0.isASCII && $0.isLetter }
            guard let index = remaining.firstIndex(where: { $0.name == name }),
                let microseconds = microseconds(number, of: units[index].microseconds)
            else { return nil }
            total += microseconds
            guard total <= 10 * 366 * 24 * 3_600_000_000 else { return nil }
            ended = number.contains(".")
            remaining = remaining[(index + 1)...]
            rest = behind.dropFirst(name.count)
        }
        return text.isEmpty ? nil : .microseconds(total)
    }

    /// The shortest form that ``parse(_:)`` reads back: `90s` is `1m30s`; finer than a microsecond is cut off.
    package static func string(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        var text = ""
        if seconds >= 3600 { text += "\(seconds / 3600)h" }
        if seconds % 3600 >= 60 { text += "\(seconds % 3600 / 60)m" }
        let microseconds = attoseconds / 1_000_000_000_000
        if seconds == 0, microseconds != 0 { return decimal(microseconds, of: 1000) + "ms" }
        if seconds % 60 > 0 || microseconds > 0 { text += decimal(seconds % 60 * 1_000_000 + microseconds, of: 1_000_000) + "s" }
        return text.isEmpty ? "0s" : text
    }

    private static func microseconds(_ number: Substring, of unit: Int64) -> Int64? {
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard let head = parts.first, parts.count <= 2, let whole = Int64(head), whole <= 1_000_000_000_000 / (unit / 1000) else {
            return nil
        }
        guard parts.count == 2 else { return whole * unit }
        guard !parts[1].isEmpty, parts[1].count <= 9, let fraction = Int64(parts[1]) else { return nil }
        let scale = (0..<parts[1].count).reduce(Int64(1)) { product, _ in product * 10 }
        return whole * unit + fraction * unit / scale
    }

    private static func decimal(_ value: Int64, of scale: Int64) -> String {
        guard value % scale != 0 else { return String(value / scale) }
        var fraction = String(value % scale + scale).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(value / scale).\(fraction)"
    }
}
