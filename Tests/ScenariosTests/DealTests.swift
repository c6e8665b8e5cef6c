import Scenarios
import Testing

@Suite struct DealTests {
    @Test(arguments: [
        ([6, 3, 1], 101, [61, 30, 10]), ([1], 7, [7]), ([1, 1, 1], 10, [4, 3, 3]), ([1, 1, 1], 11, [4, 4, 3]), ([1, 1], 0, [0, 0]),
        ([1, 10_000], 100, [0, 100]), ([3, 3, 1], 5, [2, 2, 1]), ([6, 3, 1], 1, [1, 0, 0]), ([6, 3, 1], 10, [6, 3, 1]),
        ([10_000, 10_000], Int.max, [Int.max / 2 + 1, Int.max / 2]),
    ]) func `a dose is dealt by largest remainder, ties in order`(_ weights: [Int], _ dose: Int, _ counts: [Int]) {
        #expect(Deal(weights: weights, seed: 1).counts(dose: dose) == counts)
    }

    @Test func `every dose adds up, and nobody is a transfer away from the exact share`() {
        var random = SplitMix64(seed: 11)
        for _ in 0..<500 {
            let weights = (0...random.below(12)).map { _ in 1 + random.below(1000) }
            let dose = random.below(5000)
            let counts = Deal(weights: weights, seed: 0).counts(dose: dose)
            let total = weights.reduce(0, +)
            #expect(counts.reduce(0, +) == dose)
            for (count, weight) in zip(counts, weights) {
                #expect(abs(count * total - dose * weight) < total)
            }
        }
    }

    @Test func `a dose dealt among some leaves the others out`() {
        let deal = Deal(weights: [6, 3, 1, 5], seed: 1)
        #expect(deal.counts(dose: 8, among: [2, 1]) == [0, 6, 2, 0])
        #expect(Set(deal.sequence(dose: 20, among: [3])) == [3])
    }

    @Test func `a sequence holds exactly the counts, in an order that the seed decides`() {
        let deal = Deal(weights: [6, 3, 1], seed: 7)
        let sequence = deal.sequence(dose: 101)
        #expect((0..<3).map { request in sequence.count { $0 == request } } == [61, 30, 10])
        #expect(sequence == deal.sequence(dose: 101))
        #expect(sequence != Deal(weights: [6, 3, 1], seed: 8).sequence(dose: 101))
        #expect(sequence != sequence.sorted())
    }

    @Test func `waves of the same dose have the same counts in different orders`() {
        let deal = Deal(weights: [5, 2], seed: 7)
        let waves = (0..<4).map { deal.sequence(dose: 51, wave: $0) }
        #expect(Set(waves.map { $0.sorted() }).count == 1)
        #expect(Set(waves).count == 4)
    }

    @Test func `a plan made from a seed never changes`() {
        // Frozen: the same seed must give the same order under every version.
        #expect(Deal(weights: [6, 3, 1], seed: 42).sequence(dose: 12) == Self.frozen)
        var generator = SplitMix64(seed: 1_234_567)
        // The first values of Vigna's splitmix64.c for this seed, as Rosetta Code lists them.
        #expect(
            (0..<5).map { _ in generator.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ])
    }

    private static let frozen = [1, 1, 0, 0, 0, 0, 1, 0, 0, 2, 1, 0]

    @Test func `an endless deal is exact after every block`() {
        let deal = Deal(weights: [6, 4, 2], seed: 3)
        #expect(deal.smallestFullDose == 6)
        var endless = deal.endless()
        var orders: Set<[Int]> = []
        for _ in 0..<50 {
            let block = (0..<6).map { _ in endless.next() }
            #expect(block.sorted() == [0, 0, 0, 1, 1, 2])
            orders.insert(block)
        }
        #expect(orders.count > 10)
    }

    @Test func `numbers below a bound are even`() {
        var generator = SplitMix64(seed: 5)
        var counts = [0, 0, 0]
        for _ in 0..<30_000 { counts[generator.below(3)] += 1 }
        #expect(counts.allSatisfy { (9_700...10_300).contains($0) }, "\(counts)")
    }
}

@Suite struct PacerTests {
    @Test(arguments: [
        (10.0, Duration.seconds(2), 20), (0.5, .seconds(120), 60), (0.05, .seconds(60), 3), (3.0, .seconds(1), 3),
        (1.0, .milliseconds(1), 1),
        (1000, .milliseconds(1500), 1500), (1_000_000, .seconds(1), 1_000_000), (1.0 / 3, .seconds(10), 4), (10, .zero, 0),
        (7, .seconds(86_400), 604_800),
    ]) func `a phase has its rate times its duration, rounded up`(_ rate: Double, _ duration: Duration, _ total: Int) {
        #expect(Pacer.constant(rate: rate).total(in: duration) == total)
    }

    @Test func `the first arrival is at once, and each is due at its start`() {
        let pacer = Pacer.constant(rate: 10)
        #expect(pacer.arrivals(by: .nanoseconds(-1)) == 0)
        #expect(pacer.arrivals(by: .zero) == 1)
        #expect(pacer.arrivals(by: .nanoseconds(99_999_999)) == 1)
        #expect(pacer.arrivals(by: .milliseconds(100)) == 2)
        #expect(pacer.intendedStart(of: 19) == .milliseconds(1900))
    }

    @Test func `starts and counts agree for any rate`() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<2000 {
            let rate = Double(1 + random.below(1_000_000_000)) / Double(1 + random.below(100_000))
            let arrival = random.below(1_000_000)
            let pacer = Pacer.constant(rate: min(rate, 1_000_000))
            let start = pacer.intendedStart(of: arrival)
            #expect(pacer.arrivals(by: start) == arrival + 1)
            #expect(pacer.arrivals(by: start - .nanoseconds(1)) == arrival)
        }
    }

    @Test func `times beyond all bounds are answered`() {
        #expect(Pacer.constant(rate: 1e-9).arrivals(by: .seconds(Int64.max)) > 0)
        #expect(Pacer.constant(rate: 1e-9).intendedStart(of: .max) > .zero)
        #expect(LoadPhase.open(rate: 2, duration: .seconds(1), maxInFlight: 5).pacer == .constant(rate: 2))
        #expect(
            LoadPhase.open(rate: 2, to: 4, duration: .seconds(1), maxInFlight: 5).pacer == .ramp(from: 2, to: 4, duration: .seconds(1)))
        #expect(LoadPhase.standard.pacer == nil)
    }
}
