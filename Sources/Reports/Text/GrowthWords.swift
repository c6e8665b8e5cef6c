import Verdicts

/// What a report says of growth beside sessions.
enum GrowthWords {
    /// `descriptors, +3 per request [2.9–3.1]`; figures below 0.1 per request, and memory, are per 1,000 requests.
    static func line(_ growth: Verdict.Growth) -> String {
        let rate = growth.per1000Requests
        let shown: (Double) -> String
        let unit: String
        if growth.what == .memory {
            let (name, bytes) = Self.unit(of: rate.estimate)
            shown = { Figures.rate($0 / bytes) }
            unit = " \(name) per 1,000 requests"
        } else if rate.estimate >= 100 {
            shown = { Figures.rate($0 / 1000) }
            unit = " per request"
        } else {
            shown = { Figures.rate($0) }
            unit = " per 1,000 requests"
        }
        let name = growth.what.rawValue.replacing("_", with: " ")
        let among = growth.processes > 1 ? " in \(growth.processes) processes" : ""
        return "\(name)\(among), +\(shown(rate.estimate))\(unit) [\(shown(rate.low))–\(shown(rate.high))]"
    }

    private static func unit(of bytes: Double) -> (name: String, bytes: Double) {
        bytes >= 1e6 ? ("MB", 1e6) : bytes >= 1e3 ? ("kB", 1e3) : ("bytes", 1)
    }
}
