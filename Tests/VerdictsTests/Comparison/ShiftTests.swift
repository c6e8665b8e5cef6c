import Testing

@testable import Verdicts

/// The exact distribution and the interval against values computed elsewhere.
@Suite struct ShiftTests {
    /// scipy 1.17.1: `scipy.stats._mannwhitneyu._MWU(m, n).cdf(u)`.
    @Test(
        "the distribution of U is scipy's",
        arguments: [
            (5, 5, 0, 0.003968253968253968), (5, 5, 2, 0.015873015873015872), (5, 5, 12, 0.5), (6, 9, 10, 0.02477522477522478),
            (12, 12, 37, 0.02245099764954389), (20, 15, 100, 0.04968855982073282),
        ])
    func distribution(m: Int, n: Int, u: Int, cumulative: Double) {
        #expect(abs(MannWhitney(m, n).cumulative(u) - cumulative) < 1e-12)
        #expect(abs(MannWhitney(n, m).cumulative(u) - cumulative) < 1e-12)
        #expect(abs(MannWhitney(m, n).probabilities.reduce(0, +) - 1) < 1e-12)
    }

    struct Sample: Sendable {
        var first: [Double]
        var second: [Double]
        var error: Double
        var low: Double
        var high: Double
        var estimate: Double
    }

    /// The shifts that scipy 1.17.1's `mannwhitneyu(second − shift, first, method='exact')` does not reject at `error`, found by trying
    /// each difference of a pair; the estimate is numpy's median of these differences.
    static let samples = [
        Sample(
            first: [10.0, 10.3, 9.73, 9.11, 9.55], second: [10.01, 11.06, 12.34, 10.51, 10.38], error: 0.05, low: 0.08, high: 2.61,
            estimate: 0.90),
        Sample(
            first: [10.49, 10.36, 10.11, 9.07, 9.97], second: [11.7, 9.66, 10.54, 9.1, 9.71], error: 0.05 / 6, low: -1.39, high: 2.63,
            estimate: 0.03),
        Sample(
            first: [8.16, 9.76, 8.73, 10.27, 10.16, 9.81, 7.48], second: [10.46, 10.95, 11.11, 9.47, 10.52], error: 0.05 / 6, low: -0.69,
            high: 3.47, estimate: 1.14),
        Sample(
            first: [9.02, 9.19, 11.06, 9.19, 9.97, 10.88, 9.42, 9.89],
            second: [11.11, 11.06, 9.77, 11.08, 12.36, 9.45, 11.86, 11.12, 10.36, 13.0], error: 0.01, low: 0.02, high: 2.67,
            estimate: 1.225),
        Sample(
            first: [10.76, 8.8, 10.07, 10.58, 9.81, 10.68, 9.93, 10.67, 11.44, 9.32, 10.2, 9.54],
            second: [11.13, 9.81, 10.42, 10.8, 11.9, 12.15, 9.68, 10.21, 11.65, 9.01, 10.54, 10.9], error: 0.05 / 6, low: -0.47, high: 1.58,
            estimate: 0.48),
    ]

    @Test("the interval holds the shifts that scipy's exact test does not reject", arguments: samples)
    func interval(sample: Sample) throws {
        let shift = try #require(Shift(from: sample.first, to: sample.second, error: sample.error))
        #expect(abs(shift.low - sample.low) < 1e-9)
        #expect(abs(shift.high - sample.high) < 1e-9)
        #expect(abs(shift.estimate - sample.estimate) < 1e-9)
        #expect(shift.confidence >= 1 - sample.error)
        let back = try #require(Shift(from: sample.second, to: sample.first, error: sample.error))
        #expect(abs(back.low + shift.high) < 1e-9)
        #expect(abs(back.high + shift.low) < 1e-9)
    }

    @Test("samples that are too small for the confidence have no interval")
    func tooSmall() {
        #expect(Shift(from: [1, 2, 3], to: [4, 5, 6], error: 0.05) == nil)
        #expect(Shift(from: [], to: [1], error: 0.5) == nil)
        #expect(Shift(from: [1, 2, 3, 4], to: [5, 6, 7, 8], error: 0.05) != nil)
        #expect(Shift.fewest(error: 0.05) == 4)
        #expect(Shift.fewest(error: Difference.error / Double(ComparedMetric.allCases.count)) == Difference.fewestRuns)
    }
}
