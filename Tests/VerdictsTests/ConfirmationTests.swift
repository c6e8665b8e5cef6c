import Measurements
import Testing

@testable import Verdicts

/// What a wave after the unit doses tells, and what hides a leak or makes one up: other people's sessions, requests that fail.
@Suite struct ConfirmationTests {
    /// Each request takes the next of `size` places, which is opened when first taken.
    private static func inTurn(_ size: Int, facts: RunFacts) -> SimulatedRun {
        var places: [Int] = []
        return SimulatedRun(facts: facts) { run, _, _ in
            if places.count < size { places.append(run.open()) } else { run.use(places[run.served % size]) }
        }
    }

    /// Sessions left by each step, of so many requests.
    private static func steps(_ run: SimulatedRun) -> String {
        run.judge.evidence.map { "\($0.row.kind.rawValue) \($0.totalLeft) of \($0.row.given) over \($0.row.opened)" }.joined(
            separator: ", ")
    }

    /// P(Y ≥ 13) = 0.0210 and P(Y ≥ 14) = 0.0065 of 20 with a share of 0.4, by exact sums.
    @Test(arguments: [(13, 7, false), (14, 6, true), (8, 12, false), (0, 0, false)])
    func `fewer after the unit doses than before is told at one in a hundred`(_ before: Int, _ after: Int, _ wanted: Bool) {
        let steps = [(count: 3, requests: 10), (before - before / 2, 20), (before / 2, 20), (after, 60)]
        #expect(LeakTest.hasDeclined(steps, after: (first: 1, end: 3)) == wanted)
        #expect(!LeakTest.hasDeclined(steps, after: nil))
        #expect(!LeakTest.hasDeclined(Array(steps.prefix(3)), after: (first: 1, end: 3)))
    }

    @Test func `a law that makes what was left much less likely than another is none`() {
        // 10 ln(10/110) + 10 ln(100/110) = −24.9 for requests, 20 ln(1/2) = −13.9 for connections: e¹¹ times less likely.
        let requests = [(count: 10, requests: 10), (10, 100)]
        let connections = [(count: 10, requests: 1), (10, 1)]
        #expect(LeakTest.tenable([requests, connections]).map { $0.map(\.requests) } == [[1, 1]])
        // 4 ln(40/100) + 6 ln(60/100) = −6.7 and −6.9.
        let alike = [[(count: 4, requests: 40), (6, 60)], [(count: 4, requests: 1), (6, 1)]]
        #expect(LeakTest.tenable(alike).count == 2)
        #expect(LeakTest.tenable([[], []]).count == 2)
    }

    @Test(arguments: [
        // 10 by 100 requests make 7 in 70 to be expected, and 6 in 60 are too few to tell.
        ([10, 0, 0], [30, 40, 30], true), ([10, 0, 0], [40, 30, 30], false), ([10, 0, 1], [10, 80, 10], false), ([], [], false),
    ]) func `nothing in the last doses is told where some seven were to be expected`(_ left: [Int], _ requests: [Int], _ wanted: Bool) {
        #expect(LeakTest.hasEnded(zip(left, requests).map { (count: $0, requests: $1) }) == wanted)
    }

    @Test func `a large pool gets larger waves as long as slots are free, and one that is nearly full gets them, too`() {
        for (size, slots, concurrency) in [(200, 497, 1), (240, 497, 2), (80, 997, 2)] {
            for seed in 1...12 {
                var random = SplitMix(state: UInt64(seed))
                var places: Set<Int> = []
                var facts = JudgeTests.facts(slots: slots, room: nil)
                facts.concurrency = concurrency
                let run = SimulatedRun(facts: facts) { run, _, _ in
                    if places.insert(Int.random(in: 0..<size, using: &random)).inserted { run.open() }
                }
                run.threads = size * 9 / 10
                let verdict = run.run()
                #expect(verdict.verdict != .leak, "\(size) places, \(slots) slots, seed \(seed): \(Self.steps(run)) \(verdict.reason)")
            }
        }
    }

    @Test(arguments: [30, 45, 60, 90, 140, 200], [97, 197, 497])
    func `a pool of undeclared size that is taken in turn is no leak, wherever in the run it is full`(_ size: Int, _ slots: Int) {
        guard size * 3 / 2 < slots else { return }
        let run = Self.inTurn(size, facts: JudgeTests.facts(slots: slots, room: nil))
        let verdict = run.run()
        #expect(verdict.verdict != .leak, "\(verdict.reason)")
    }

    /// A load over two connections goes to two of four workers, and each wave to others.
    @Test func `pools of several workers that nobody declared are looked at again as long as slots are free`() {
        var places = [Int](repeating: 0, count: 4)
        var chosen = [0, 1]
        var random = SplitMix(state: 9)
        var facts = JudgeTests.facts(slots: 197, room: nil)
        facts.concurrency = 2
        let run = SimulatedRun(facts: facts) { run, _, worker in
            let pool = chosen[worker % 2]
            if places[pool] < 30 {
                places[pool] += 1
                run.open()
            }
        }
        run.whenClientsLeave = { _ in chosen = [Int.random(in: 0..<4, using: &random), Int.random(in: 0..<4, using: &random)] }
        let verdict = run.run()
        #expect(verdict.verdict != .leak, "\(verdict.reason)")
        let kinds = run.stepsDone.map(\.kind)
        #expect(kinds.suffix(from: kinds.lastIndex(of: .unit) ?? 0).count { $0 == .wave } >= 2, "\(kinds)")
    }

    /// One of two workers, whose processes are not seen, dies in the fourth wave, and requests that are sent alone find the new one.
    @Test(arguments: [16, 40]) func `what one worker opens anew is no leak that is taken away, and more than it may keep is`(_ most: Int) {
        var facts = JudgeTests.facts(room: 16)
        facts.declaredWorkers = 2
        var held: [Int] = []
        var (waves, requests, anew) = (0, 0, 0)
        let run = SimulatedRun(facts: facts) { run, _, _ in
            requests += 1
            switch run.stepsDone.last?.kind {
            case .unit where requests % 2 == 0 && anew < most:
                anew += 1
                run.open(owner: "app shop")
            case .rung where held.count < 29, .wave where waves == 2 && held.count < 32: held.append(run.open(owner: "app shop"))
            default: for pid in held.suffix(16) { run.use(pid) }
            }
        }
        run.whenClientsLeave = { run in
            guard run.stepsDone.last?.kind == .wave else { return }
            waves += 1
            if waves == 4 { for pid in held.prefix(16) { run.close(pid) } }
        }
        let verdict = run.run()
        #expect((verdict.verdict == .leak) == (most == 40), "\(verdict.reason)")
        #expect(anew >= min(most, 16))
    }

    /// Each place that is taken by chance is used again.
    @Test func `a large pool that is in use is no leak that is taken away`() {
        var random = SplitMix(state: 4)
        var places = [Int?](repeating: nil, count: 100)
        var facts = JudgeTests.facts(slots: 197, room: nil)
        facts.concurrency = 4
        for seed in 1...20 {
            random = SplitMix(state: UInt64(seed))
            places = [Int?](repeating: nil, count: 60 + seed * 4)
            let run = SimulatedRun(facts: facts) { run, _, _ in
                let place = Int.random(in: 0..<places.count, using: &random)
                if let pid = places[place] { run.use(pid) } else { places[place] = run.open() }
            }
            let verdict = run.run()
            #expect(verdict.verdict != .leak, "\(verdict.reason)")
        }
    }

    @Test func `a wave after the unit doses confirms a leak, and a declared room needs none`() {
        let run = SimulatedRun(facts: JudgeTests.facts(slots: 197, room: nil)) { run, _, _ in run.open() }
        #expect(run.run().verdict == .leak)
        let kinds = run.stepsDone.map(\.kind)
        let lastUnit = kinds.lastIndex(of: .unit) ?? 0
        #expect(kinds.suffix(from: lastUnit).contains(.wave), "\(kinds)")
        #expect(run.stepsDone.contains { $0.why.contains("a pool may have filled") })

        let declared = SimulatedRun(facts: JudgeTests.facts(slots: 197)) { run, _, _ in run.open() }
        #expect(declared.run().verdict == .leak)
        let after = declared.stepsDone.map(\.kind)
        #expect(!after.suffix(from: after.lastIndex(of: .unit) ?? 0).contains(.wave), "\(after)")
    }

    @Test func `a thin leak gets more waves as long as they leave something`() {
        var random = SplitMix(state: 3)
        let run = SimulatedRun(facts: JudgeTests.facts(room: 8)) { run, _, _ in
            if Int.random(in: 0..<60, using: &random) == 0 { run.open() }
        }
        #expect(run.run().verdict == .leak)
        let pool = Self.inTurn(5, facts: JudgeTests.facts())
        #expect(pool.run().verdict == .bounded)
        #expect(pool.stepsDone.count { $0.kind == .wave } == 5)
    }

    /// Sessions from before the run that only their database names.
    private static func addOthers(_ count: Int, to run: SimulatedRun) {
        run.now = -5_000_000
        for _ in 0..<count { run.others.insert(run.open(owner: "app psql")) }
        run.now = 0
    }

    @Test(arguments: [1, 40]) func `sessions of others that are ruled out hide no leak, and are no collector`(_ many: Int) {
        var isTied = false
        let run = SimulatedRun(facts: JudgeTests.facts(room: 0)) { run, _, _ in
            if run.served == 6, !isTied {
                isTied = true
                run.ruleOut()
            }
            if run.served % 40 == 39 { run.open() }
        }
        Self.addOthers(many, to: run)
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        #expect(!verdict.flags.contains(.collected))
        let left = run.stepsDone.count { $0.kind == .wave }
        #expect(left >= 2)
        #expect((15...40).contains(verdict.leakPer1000Requests?.estimate ?? 0), "\(verdict.reason)")
    }

    @Test func `sessions of others that began in silences and are ruled out are no growth without load`() {
        var next: Int64 = 500_000
        var facts = JudgeTests.facts()
        facts.throwaway = false
        let run = SimulatedRun(facts: facts) { run, _, _ in
            if run.stepsDone.filter({ $0.kind == .wave }).count == 4, !run.others.isEmpty { run.ruleOut() }
            run.close(run.open())
        }
        run.onSample = { run in
            guard run.now >= next, run.stepsDone.filter({ $0.kind == .wave }).count < 4 else { return }
            next += 800_000
            run.others.insert(run.open(owner: "app psql"))
        }
        Self.addOthers(1, to: run)
        let verdict = run.run()
        #expect(verdict.verdict == .clean, "\(verdict.reason)")
    }

    @Test func `sessions of others that are ruled out are not what was held before the load`() {
        var held: Int?
        let run = SimulatedRun(facts: JudgeTests.facts()) { run, _, _ in
            if let held { run.use(held) } else { held = run.open() }
            if run.served == 2 { run.ruleOut() }
        }
        Self.addOthers(20, to: run)
        let verdict = run.run()
        #expect(verdict.verdict == .bounded, "\(verdict.reason)")
        #expect(verdict.sessionsBefore == 0)
    }

    @Test func `requests that fail for want of a session acquit nobody beyond a declared room`() {
        // A pooler hands out 20 and no more; each request that gets one keeps it.
        let run = SimulatedRun(facts: JudgeTests.facts()) { run, _, _ in
            run.fails = run.sessions.count >= 20
            if !run.fails { run.open() }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
    }

    @Test func `what begins in each silence and never ends is no matter of what the baseline showed`() {
        var next: Int64 = 500_000
        var facts = JudgeTests.facts()
        facts.throwaway = false
        let run = SimulatedRun(facts: facts) { _, _, _ in }
        run.onSample = { run in
            guard run.now >= next else { return }
            next += 1_700_000
            run.open(owner: "app shop")
        }
        run.others = Set(1000...3000)
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        #expect(verdict.law?.kind == .second)
    }
}
