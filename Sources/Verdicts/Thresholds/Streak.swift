import Measurements
import Scenarios

/// How long a threshold has failed without a break.
struct Streak: Hashable {
    /// Since when it fails; `nil`: it held when it was last looked at.
    private var since: RunTime?
    /// The value furthest on the wrong side since then.
    private var worst = 0.0

    /// Takes in a value that was seen from one moment to another.
    ///
    /// - Returns: the worst value, once it has failed for as long as the threshold says.
    mutating func observe(_ value: Double, from start: RunTime, to end: RunTime, _ threshold: Threshold) -> Double? {
        guard !threshold.comparison.holds(value, threshold.limit) else {
            since = nil
            return nil
        }
        worst = since == nil ? value : threshold.comparison.worse(worst, value)
        let begin = since ?? start
        since = begin
        guard let sustained = threshold.sustained, end - begin >= sustained else { return nil }
        return worst
    }

    mutating func end() { since = nil }
}

extension Threshold.Comparison {
    /// Of two values for which the comparison fails, the one that is further on the wrong side.
    func worse(_ one: Double, _ other: Double) -> Double {
        switch self {
        case .below, .atMost, .equal, .unequal: max(one, other)
        case .above, .atLeast: min(one, other)
        }
    }
}
