/// The exact distribution of the Mann–Whitney statistic of two samples without ties: of all pairs of one value from each, the
/// number in which that of the first is the larger, when both samples come from one distribution.
///
/// Mann and Whitney, “On a test of whether one of two random variables is stochastically larger than the other”, Annals of
/// Mathematical Statistics 18 (1947), 50–60: P(U = u; m, n) = m/(m+n) P(u − n; m − 1, n) + n/(m+n) P(u; m, n − 1).
package struct MannWhitney: Hashable, Sendable {
    /// P(U = u) for u from 0 to m × n.
    package let probabilities: [Double]

    /// - Parameters: the sizes of the samples, at least 1; the work grows with the square of their product.
    package init(_ first: Int, _ second: Int) {
        // Row by row of the first sample's size; within a row by the second's.
        var row = [[Double]](repeating: [1], count: second + 1)
        for m in 1...max(first, 1) {
            var next: [[Double]] = [[1]]
            for n in 1...max(second, 1) {
                var sum = [Double](repeating: 0, count: m * n + 1)
                let (share, rest) = (Double(m) / Double(m + n), Double(n) / Double(m + n))
                for (u, probability) in row[n].enumerated() { sum[u + n] += share * probability }
                for (u, probability) in next[n - 1].enumerated() { sum[u] += rest * probability }
                next.append(sum)
            }
            row = next
        }
        probabilities = row[second]
    }

    /// P(U ≤ u).
    package func cumulative(_ u: Int) -> Double {
        u < 0 ? 0 : probabilities.prefix(u + 1).reduce(0, +)
    }
}

/// By how much the values of one sample lie above those of another: the Hodges–Lehmann estimate with its exact interval.
///
/// The estimate is the median of all differences of pairs; the interval goes from the k-th smallest of them to the k-th largest, k as
/// large as the Mann–Whitney distribution lets it be at the confidence that is asked for (Hollander, Wolfe and Chicken, Nonparametric
/// Statistical Methods, 3rd ed., §4.2–4.3; the interval of R's `wilcox.test(conf.int = TRUE)`). It supposes that the distributions
/// differ by a shift and nothing else. With ties its confidence is at least what is said.
package struct Shift: Hashable, Sendable {
    package let estimate: Double
    package let low: Double
    package let high: Double
    /// The confidence that the interval has, at least that which was asked for.
    package let confidence: Double

    /// - Parameter error: one less the confidence that is asked for.
    /// - Returns: `nil` when the samples are too small for an interval of that confidence.
    package init?(from first: [Double], to second: [Double], error: Double) {
        guard !first.isEmpty, !second.isEmpty else { return nil }
        let differences = second.flatMap { new in first.map { new - $0 } }.sorted()
        let distribution = MannWhitney(first.count, second.count)
        var k = 0
        var tail = 0.0
        // 2 P(U ≤ k − 1) is the chance to miss.
        while k < differences.count / 2, 2 * (tail + distribution.probabilities[k]) <= error {
            tail += distribution.probabilities[k]
            k += 1
        }
        guard k > 0 else { return nil }
        estimate = Median.of(sorted: differences)
        low = differences[k - 1]
        high = differences[differences.count - k]
        confidence = 1 - 2 * tail
    }

    /// The fewest values that two samples of one size must have for an interval.
    package static func fewest(error: Double) -> Int {
        var (count, chance) = (1, 1.0)
        // Both tails of the one arrangement in which all of one sample lie above the other: 2 / (2n choose n).
        while chance > error, count < 100 {
            count += 1
            chance = (1...count).reduce(2.0) { $0 * Double($1) / Double(count + $1) }
        }
        return count
    }
}

enum Median {
    /// Of values in order, at least one.
    static func of(sorted values: [Double]) -> Double {
        let middle = values.count / 2
        return values.count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
    }
}
