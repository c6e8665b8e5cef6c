/// Figures for people: the same in every report, in no language's own way but with commas between thousands.
package enum Figures {
    package static func count(_ value: Int) -> String {
        var digits = Array(String(value.magnitude))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return (value < 0 ? "-" : "") + String(digits)
    }

    package static func count(_ value: Int?) -> String { value.map { count($0) } ?? "–" }

    /// Three digits that say something: 1,234 · 123 · 12.3 · 1.23 · 0.012.
    package static func rate(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return "?" }
        let size = value.magnitude
        let decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
        return fixed(value, decimals: decimals)
    }

    package static func rate(_ value: Double?) -> String { value.map { rate($0) } ?? "–" }

    /// With at most so many decimals, no zeros at the end.
    package static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite, value.magnitude < 1e12 else { return "?" }
        let scale = (0..<decimals).reduce(1) { product, _ in product * 10 }
        let scaled = Int((value * Double(scale)).rounded())
        var text = count(Int((scaled.magnitude) / UInt(scale)))
        var fraction = String(scaled.magnitude % UInt(scale) + UInt(scale)).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        if decimals > 0, !fraction.isEmpty { text += "." + fraction }
        return scaled < 0 ? "-" + text : text
    }

    package static func milliseconds(_ value: Double?) -> String {
        guard let value else { return "–" }
        return value >= 10_000 ? "\(rate(value / 1000)) s" : "\(rate(value)) ms"
    }

    /// `estimate [low–high]`.
    package static func interval(_ rate: RunSummary.Rate) -> String {
        "\(Self.rate(rate.estimate)) [\(Self.rate(rate.low))–\(Self.rate(rate.high))]"
    }

    /// A clock: 0:07, 12:34, 1:02:03.
    package static func clock(_ duration: Duration) -> String {
        let seconds = max(0, Int(duration.inSeconds.rounded(.down)))
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
    }

    /// In words: 0.4 s, 42 s, 3 min 5 s, 2 h 10 min, 3.5 days.
    package static func span(_ duration: Duration) -> String {
        let seconds = duration.inSeconds
        let whole = Int(min(max(seconds, 0), 1e12).rounded())
        switch seconds {
        case ..<10: return "\(fixed(max(seconds, 0), decimals: 1)) s"
        case ..<60: return "\(whole) s"
        case ..<3600: return whole % 60 == 0 ? "\(whole / 60) min" : "\(whole / 60) min \(whole % 60) s"
        case ..<172_800: return "\(whole / 3600) h \(whole / 60 % 60) min"
        default: return "\(fixed(min(seconds, 1e12) / 86_400, decimals: 1)) days"
        }
    }

    /// `1 session`, `2 sessions`.
    package static func plural(_ value: Int, _ word: String) -> String { "\(count(value)) \(word)\(value == 1 ? "" : "s")" }

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}

extension Duration {
    fileprivate var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
