import Glibc

/// The Mann–Kendall test for a trend, as it is, and with the correction of Hamed and Rao for autocorrelated values.
///
/// S = Σ over i < j of sign(xⱼ − xᵢ); Var S = (n(n−1)(2n+5) − Σ over ties t(t−1)(2t+5)) / 18; Z = (S ∓ 1) / √Var S, normal. Sources:
/// Mann, “Nonparametric tests against trend”, Econometrica 13 (1945), 245–259; Kendall, Rank Correlation Methods (1975); ties as
/// `pymannkendall.original_test`.
package struct MannKendall: Sendable {
    package let score: Int
    package let z: Double
    /// Two-sided; 1 where the variance is not positive.
    package let probability: Double

    package init(_ values: [Int]) {
        score = Self.score(values)
        (z, probability) = Self.test(score, variance: Self.variance(values))
    }

    private init(score: Int, variance: Double) {
        self.score = score
        (z, probability) = Self.test(score, variance: variance)
    }

    /// With the variance enlarged by the autocorrelation of the ranks: Var* = Var · (1 + 2 / (n(n−1)(n−2)) · Σ over lags i of
    /// (n−i)(n−i−1)(n−i−2) · ρᵢ), over the lags whose ρ is significant at 5%. The ranks are those of what is left when Sen's slope is
    /// taken off. Source: Hamed, Rao, “A modified Mann–Kendall trend test for autocorrelated data”, Journal of Hydrology 204 (1998),
    /// 182–196; all lags, as `pymannkendall.hamed_rao_modification_test`.
    package static func hamedRao(_ values: [Int]) -> MannKendall {
        let n = values.count
        guard n > 3 else { return MannKendall(values) }
        let slope = senSlope(values)
        let ranks = ranks(values.enumerated().map { Double($1) - Double($0 + 1) * slope })
        let mean = ranks.reduce(0, +) / Double(n)
        let centred = ranks.map { $0 - mean }
        let power = centred.reduce(0) { $0 + $1 * $1 }
        guard power > 0 else { return MannKendall(score: score(values), variance: variance(values)) }
        let bound = 1.959963984540054 / Double(n).squareRoot()
        var sum = 0.0
        centred.withUnsafeBufferPointer { centred in
            for lag in 1..<n {
                var product = 0.0
                for index in 0..<(n - lag) { product += centred[index] * centred[index + lag] }
                let correlation = product / power
                if abs(correlation) > bound {
                    let left = Double(n - lag)
                    sum += left * (left - 1) * (left - 2) * correlation
                }
            }
        }
        let count = Double(n)
        let factor = 1 + 2 / (count * (count - 1) * (count - 2)) * sum
        return MannKendall(score: score(values), variance: variance(values) * factor)
    }

    /// Kendall's S by counting: values are whole and few of them differ.
    private static func score(_ values: [Int]) -> Int {
        guard let low = values.min(), let high = values.max() else { return 0 }
        var before = [Int](repeating: 0, count: high - low + 1)
        var sum = 0
        for value in values {
            let place = value - low
            for (other, count) in before.enumerated() where count > 0 { sum += other < place ? count : other > place ? -count : 0 }
            before[place] += 1
        }
        return sum
    }

    private static func variance(_ values: [Int]) -> Double {
        func term(_ n: Int) -> Double { Double(n) * Double(n - 1) * Double(2 * n + 5) }
        var ties: [Int: Int] = [:]
        for value in values { ties[value, default: 0] += 1 }
        // Whole numbers below 2^53, so that the order of the sum does not matter.
        return (term(values.count) - ties.values.reduce(0) { $0 + term($1) }) / 18
    }

    private static func test(_ score: Int, variance: Double) -> (Double, Double) {
        guard variance > 0 else { return (0, 1) }
        let z = Double(score - score.signum()) / variance.squareRoot()
        return (z, erfc(abs(z) / 2.0.squareRoot()))
    }

    /// The median of the slopes between all pairs. Source: Sen, “Estimates of the regression coefficient based on Kendall's tau”,
    /// J. Am. Stat. Assoc. 63 (1968), 1379–1389.
    static func senSlope(_ values: [Int]) -> Double {
        var slopes: [Double] = []
        slopes.reserveCapacity(values.count * (values.count - 1) / 2)
        for first in values.indices {
            for second in (first + 1)..<max(values.count, first + 1) {
                slopes.append(Double(values[second] - values[first]) / Double(second - first))
            }
        }
        guard !slopes.isEmpty else { return 0 }
        let middle = slopes.count / 2
        let upper = select(middle, in: &slopes)
        if slopes.count % 2 == 1 { return upper }
        return ((slopes[..<middle].max() ?? upper) + upper) / 2
    }

    /// The value of this place in the order; all before it are no larger (Hoare, “Algorithm 65: find”, 1961).
    private static func select(_ place: Int, in values: inout [Double]) -> Double {
        var (low, high) = (0, values.count - 1)
        while low < high {
            let pivot = values[(low + high) / 2]
            var (left, right) = (low, high)
            while left <= right {
                while values[left] < pivot { left += 1 }
                while values[right] > pivot { right -= 1 }
                if left <= right {
                    values.swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if place <= right { high = right } else if place >= left { low = left } else { break }
        }
        return values[place]
    }

    /// Of equal values, the mean of their ranks.
    private static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var first = 0
        while first < order.count {
            var last = first
            while last + 1 < order.count, values[order[last + 1]] == values[order[first]] { last += 1 }
            for index in first...last { ranks[order[index]] = Double(first + last) / 2 + 1 }
            first = last + 1
        }
        return ranks
    }
}
