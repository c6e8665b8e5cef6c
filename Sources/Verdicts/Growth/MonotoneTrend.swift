/// Whether values at equal distances rise, and by how much each time.
///
/// The slope is the median of the slopes of all pairs (Theil, “A rank-invariant method of linear and polynomial regression
/// analysis”, 1950; Sen, “Estimates of the regression coefficient based on Kendall's tau”, J. Am. Stat. Assoc. 63 (1968),
/// 1379–1389), which one value in four may miss without moving it far. The test is that of Mann, “Nonparametric tests against
/// trend”, Econometrica 13 (1945), 245–259, with the exact distribution of the number of falling pairs. The interval is Sen's.
struct MonotoneTrend {
    /// More values than this are not looked at: the last ones count.
    static let most = 40

    /// Per step from one value to the next.
    let slope: Double
    /// Sen's 95% interval; all of the slopes where there are too few values for less.
    let low: Double
    let high: Double
    /// The probability of no more falling pairs than there are, were all orders of the values equally likely. One-sided.
    let probability: Double

    /// - Returns: `nil` for fewer than two values.
    init?(_ values: [Double]) {
        guard values.count >= 2 else { return nil }
        var slopes: [Double] = []
        slopes.reserveCapacity(values.count * (values.count - 1) / 2)
        for first in values.indices {
            for second in values.indices[(first + 1)...] {
                slopes.append((values[second] - values[first]) / Double(second - first))
            }
        }
        slopes.sort()
        let middle = slopes.count / 2
        slope = slopes.count % 2 == 1 ? slopes[middle] : (slopes[middle - 1] + slopes[middle]) / 2
        let cumulative = Self.cumulative(values.count)
        // A tie counts against the rise.
        probability = cumulative[slopes.count { $0 <= 0 }]
        let trimmed = cumulative.firstIndex { $0 > 0.025 } ?? 0
        low = slopes[min(max(trimmed - 1, 0), middle)]
        high = slopes[max(slopes.count - max(trimmed, 1), middle)]
    }

    /// P(falling pairs ≤ k) for each k, over all orders of `count` values (the Mahonian numbers).
    static func cumulative(_ count: Int) -> [Double] {
        var density = [1.0]
        for size in 2...max(count, 2) {
            var next = [Double](repeating: 0, count: density.count + size - 1)
            for (pairs, share) in density.enumerated() {
                for more in 0..<size { next[pairs + more] += share / Double(size) }
            }
            density = next
        }
        var sum = 0.0
        return density.map { share in
            sum += share
            return min(sum, 1)
        }
    }
}
