import Foundation
import Scenarios
import Testing

@Suite struct RampTests {
    @Test(arguments: [
        (10.0, 200.0, 120, 12_600), (0, 100, 1, 50), (100, 0, 1, 50), (10, 10, 2, 20), (1, 2, 1, 2), (0.1, 0.5, 10, 3),
        (200, 10, 120, 12_600), (0, 1_000_000, 10, 5_000_000),
    ]) func `a ramp has the mean of its rates times its duration, rounded up`(_ from: Double, _ to: Double, _ seconds: Int, _ total: Int) {
        #expect(Pacer.ramp(from: from, to: to, duration: .seconds(seconds)).total(in: .seconds(seconds)) == total)
    }

    @Test func `a ramp from 0 to 100 a second sends a quarter in its first half`() {
        let pacer = Pacer.ramp(from: 0, to: 100, duration: .seconds(2))
        #expect(pacer.expected(by: .seconds(1)) == 25)
        #expect(pacer.intendedStart(of: 25) == .seconds(1))
        #expect(pacer.intendedStart(of: 0) == .zero)
        #expect(pacer.expected(by: .seconds(3)) == 200)
        #expect(pacer.intendedStart(of: 200) == .seconds(3))
        #expect(Pacer.ramp(from: 100, to: 0, duration: .seconds(2)).intendedStart(of: 75) == .seconds(1))
    }

    @Test func `starts never fall, lie in the phase, and invert the count, for any ramp`() {
        var random = SplitMix64(seed: 11)
        for _ in 0..<1000 {
            let from = Double(random.below(5000)) / 10, to = Double(1 + random.below(5000)) / 10
            let duration = Duration.milliseconds(100 + random.below(5000))
            let pacer = Pacer.ramp(from: from, to: to, duration: duration)
            let total = pacer.total(in: duration)
            #expect(abs(Double(total) - pacer.expected(by: duration)) <= 1.000001)
            var last = Duration.zero
            for arrival in 0..<min(total, 50) {
                let start = pacer.intendedStart(of: arrival * max(1, total / 50))
                #expect(start >= last && start < duration)
                #expect(pacer.arrivals(by: start) >= arrival + 1)
                last = start
            }
        }
    }

    @Test func `equal ends are the constant rate`() {
        let ramp = Pacer.ramp(from: 7, to: 7, duration: .seconds(10)), constant = Pacer.constant(rate: 7)
        for arrival in [0, 1, 13, 69, 500] {
            let difference = ramp.intendedStart(of: arrival) - constant.intendedStart(of: arrival)
            #expect(abs(difference / .nanoseconds(1)) <= 1)
        }
    }

    @Test(arguments: [
        ("load: {concurrency: 1..50}", LoadPhase.closed(concurrency: 1, to: 50, end: .requests(101))),
        ("load: {concurrency: 50..1, duration: 5s}", .closed(concurrency: 50, to: 1, end: .duration(.seconds(5)))),
        ("load: {concurrency: 4..4}", .closed(concurrency: 4, end: .requests(101))),
        ("load: {rate: 10/s..200/s, duration: 2m}", .open(rate: 10, to: 200, duration: .seconds(120), maxInFlight: 500)),
        (
            "load: {rate: 0..60/m, duration: 1m, arrivals: poisson}",
            .open(rate: 0, to: 1, duration: .seconds(60), arrivals: .poisson, maxInFlight: 500)
        ),
    ]) func `ramps and arrivals are read, and survive the record of a run`(_ yaml: String, _ phase: LoadPhase) throws {
        let scenario = try read(ReadingTests.shortest + yaml)
        #expect(scenario.load == [phase])
        #expect(try JSONDecoder().decode(Scenario.self, from: JSONEncoder().encode(scenario)).load == [phase])
    }

    @Test func `a phase written before there were ramps is still read`() throws {
        let text = #"[{"open":{"rate":50,"duration":"5s","maxInFlight":9}},{"closed":{"concurrency":3,"end":{"requests":{"_0":7}}}}]"#
        let phases = try JSONDecoder().decode([LoadPhase].self, from: Data(text.utf8))
        #expect(phases == [.open(rate: 50, duration: .seconds(5), maxInFlight: 9), .closed(concurrency: 3, end: .requests(7))])
    }
}

@Suite struct PoissonArrivalsTests {
    static func starts(_ pacer: Pacer, _ duration: Duration, seed: UInt64) -> [Double] {
        var arrivals = PoissonArrivals(pacer, duration: duration, seed: seed)
        var starts: [Double] = []
        while let start = arrivals.next() { starts.append(start / .seconds(1)) }
        return starts
    }

    @Test func `there are as many as expected, in order, within the phase, and the seed decides which`() {
        for seed in 0..<50 as Range<UInt64> {
            let starts = Self.starts(.ramp(from: 10, to: 200, duration: .seconds(2)), .seconds(2), seed: seed)
            #expect(starts.count == 210)
            #expect(zip(starts, starts.dropFirst()).allSatisfy { $0 <= $1 })
            #expect(starts.allSatisfy { $0 >= 0 && $0 < 2 })
        }
        let constant = Pacer.constant(rate: 100)
        #expect(Self.starts(constant, .seconds(1), seed: 3) == Self.starts(constant, .seconds(1), seed: 3))
        #expect(Self.starts(constant, .seconds(1), seed: 3) != Self.starts(constant, .seconds(1), seed: 4))
    }

    /// Counts in windows that are a small share p of the phase have mean μ and variance μ (1 − p); the index of dispersion of the
    /// 2,000 windows here is then 0.99 ± 0.032 (one sigma, √(2/n)). Evenly spaced arrivals would have 0.
    @Test func `counts in windows vary as those of a Poisson process`() {
        var counts: [Double] = []
        for seed in 0..<20 as Range<UInt64> {
            var windows = Array(repeating: 0.0, count: 100)
            for start in Self.starts(.constant(rate: 100), .seconds(10), seed: seed) { windows[Int(start * 10)] += 1 }
            counts += windows
        }
        let mean = counts.reduce(0, +) / Double(counts.count)
        let variance = counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(counts.count - 1)
        #expect(mean == 10)
        #expect(abs(variance / mean - 0.99) < 0.1)
    }

    /// Rescaled by N(t), arrivals on a ramp are uniform: Kolmogorov and Smirnov's statistic of 20,000 draws stays below 1.95/√n but
    /// once in a thousand. The times themselves are far from it.
    @Test func `arrivals on a ramp follow its rate`() {
        let pacer = Pacer.ramp(from: 0, to: 1000, duration: .seconds(2))
        let times = (0..<20 as Range<UInt64>).flatMap { Self.starts(pacer, .seconds(2), seed: $0) }
        func distance(_ uniform: [Double]) -> Double {
            uniform.sorted().enumerated().map { abs((Double($0) + 0.5) / Double(uniform.count) - $1) }.max() ?? 1
        }
        let limit = 1.95 / Double(times.count).squareRoot()
        #expect(times.count == 20_000)
        #expect(distance(times.map { pacer.expected(by: .nanoseconds(Int64($0 * 1e9))) / 1000 }) < limit)
        #expect(distance(times.map { $0 / 2 }) > 10 * limit)
    }

    @Test func `the last arrivals are as far apart as the first`() {
        var first = 0.0, last = 0.0
        for seed in 0..<200 as Range<UInt64> {
            let starts = Self.starts(.constant(rate: 100), .seconds(10), seed: seed)
            first += starts[100] - starts[0]
            last += starts[999] - starts[899]
        }
        #expect(abs(first / 200 - 1) < 0.05)
        #expect(abs(last / 200 - 1) < 0.05)
    }
}
