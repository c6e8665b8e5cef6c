import Measurements
import Testing

@testable import Verdicts

/// Pools that fill slowly beside leaks, where nobody declared a room.
@Suite struct FillingTests {
    private static func doses(_ left: [Int], requests: [Int], connections: [Int]? = nil) -> [Filling.Dose] {
        var held = 24
        return left.indices.map { index in
            defer { held += left[index] }
            return Filling.Dose(
                left: left[index], held: held, requests: requests[index], connections: connections?[index] ?? 8,
                seconds: Double(requests[index]) / 100)
        }
    }

    @Test(arguments: [
        // A pool of 40, of 100 and of 250 places that are taken by chance, as `leaky --shape filling` filled them.
        ([15, 5, 0, 0, 0], [32, 64, 128, 101, 101]),
        ([21, 29, 19, 4, 3, 1], [32, 64, 128, 101, 101, 101]),
        ([25, 42, 49, 29, 27], [32, 64, 128, 101, 101]),
    ]) func `what falls as places fill is a pool`(_ left: [Int], _ requests: [Int]) {
        #expect(Filling(Self.doses(left, requests: requests)).isLikelier)
    }

    @Test func `the size of the pool is near`() {
        let filling = Filling(Self.doses([21, 29, 19, 4, 3, 1], requests: [32, 64, 128, 101, 101, 101]))
        #expect((99...115).contains(filling.size), "\(filling.size)")
    }

    @Test(arguments: [
        // By request, thin and thick; by connection; one for each load; Granian 1.3.2 with its collector.
        ([11, 11, 9, 12, 10], [101, 101, 101, 101, 101]),
        ([32, 64, 101, 101], [32, 64, 101, 101]),
        ([1, 0, 2, 1, 0, 1], [101, 101, 101, 101, 101, 101]),
        ([8, 8, 8, 8, 8, 8], [16, 32, 64, 128, 101, 101]),
        ([1, 1, 1, 1, 1, 1], [4, 8, 16, 32, 64, 101]),
        ([], []), ([5], [10]), ([0, 0, 0], [9, 9, 9]),
    ]) func `what goes on at one rate for anything is no pool`(_ left: [Int], _ requests: [Int]) {
        #expect(!Filling(Self.doses(left, requests: requests)).isLikelier)
    }

    @Test func `a leak of one rate is seldom taken for a pool`() {
        var random = SplitMix(state: 5)
        var mistaken = 0
        for _ in 0..<1000 {
            let left = (0..<7).map { _ in (0..<101).count { _ in Int.random(in: 0..<10, using: &random) == 0 } }
            if Filling(Self.doses(left, requests: [Int](repeating: 101, count: 7))).isLikelier { mistaken += 1 }
        }
        // Under one rate the gain is half of χ² with one degree of freedom, in half of the cases: P(χ² > 6) / 2 = 0.7%.
        #expect(mistaken <= 20, "\(mistaken)")
    }

    @Test func `a soak of thousands of doses is judged as a short run`() {
        let doses = Self.doses([Int](repeating: 10, count: 5000), requests: [Int](repeating: 101, count: 5000))
        #expect(!Filling(doses).isLikelier)
    }

    @Test(arguments: [(40, true), (40, false), (72, true), (72, false), (100, false)])
    func `a pool of undeclared size whose places are taken by chance is never a leak`(_ size: Int, _ quick: Bool) {
        for seed in 1...8 {
            var random = SplitMix(state: UInt64(seed))
            var places: [Int?] = Array(repeating: nil, count: size)
            let run = SimulatedRun(facts: JudgeTests.facts(room: nil, quick: quick)) { run, _, _ in
                let place = Int.random(in: 0..<size, using: &random)
                if let session = places[place] { run.use(session) } else { places[place] = run.open() }
            }
            let verdict = run.run()
            #expect([.bounded, .inconclusive].contains(verdict.verdict), "seed \(seed): \(verdict.reason)")
            if verdict.verdict == .inconclusive { #expect(verdict.reason.contains("places that fills"), "seed \(seed): \(verdict.reason)") }
        }
    }

    @Test(arguments: [true, false]) func `a leak behind a pool that has filled is a leak`(_ quick: Bool) {
        var missed = 0
        for seed in 1...20 {
            var random = SplitMix(state: UInt64(seed))
            let run = SimulatedRun(facts: JudgeTests.facts(room: nil, quick: quick)) { run, _, _ in
                if run.sessions.count < 30 || Int.random(in: 0..<5, using: &random) == 0 { run.open() }
            }
            if run.run().verdict != .leak { missed += 1 }
        }
        #expect(missed <= 1, "\(missed) of 20")
    }

    @Test func `one more wave is asked for while a pool seems to fill, step by step`() {
        var random = SplitMix(state: 1)
        var places: [Int?] = Array(repeating: nil, count: 100)
        let run = SimulatedRun(facts: JudgeTests.facts(room: nil, quick: true)) { run, _, _ in
            let place = Int.random(in: 0..<100, using: &random)
            if let session = places[place] { run.use(session) } else { places[place] = run.open() }
        }
        _ = run.run()
        let waves = run.stepsDone.filter { $0.kind == .wave }
        #expect(waves.count > 3)
        #expect(waves[3].why.contains("seems to fill: one more wave"), "\(waves[3].why)")
    }
}
