import Measurements
import Scenarios
import Testing

@testable import Verdicts

/// What stands beside a verdict: who, by which law, how it goes again, how long it lasts.
@Suite struct AnswerTests {
    // MARK: Isolation

    private static func isolating(_ requests: Int, quick: Bool = true) -> RunFacts {
        var facts = JudgeTests.facts(requests: requests, quick: quick)
        facts.isolate = true
        return facts
    }

    @Test(arguments: [[7], [0], [11], [2, 9], [3, 4]]) func `of twelve requests those that leak are found by halving`(_ guilty: [Int]) {
        let run = SimulatedRun(facts: Self.isolating(12)) { run, request, _ in if guilty.contains(request) { run.open() } }
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        let leaking = verdict.classes.filter { $0.leaked > 0 }.map(\.request)
        #expect(Set(leaking) == Set(guilty.map { "request \($0)" }))
        for index in guilty {
            let found = verdict.classes.first { $0.request == "request \(index)" }
            #expect(found?.leakPer1000?.estimate == 1000)
            #expect(found?.unitTransfers == 20)
            #expect(verdict.reason.contains("“request \(index)” (2xx) left 20 in 20"), "\(verdict.reason)")
        }
        let units = run.stepsDone.filter { $0.kind == .unit }
        #expect(units.first?.mix == .some([0, 1, 2, 3, 4, 5]))
        #expect(units.count < (guilty.count == 1 ? 10 : 16))
    }

    @Test func `few requests are each sent alone, also where the run is quick`() {
        let run = SimulatedRun(facts: Self.isolating(3)) { run, request, _ in if request == 1 { run.open() } }
        let verdict = run.run()
        #expect(run.stepsDone.filter { $0.kind == .unit }.map(\.mix) == [.only(0), .only(1), .only(2)])
        #expect(verdict.classes.map(\.leaked) == [0, 20, 0])
        #expect(verdict.classes.allSatisfy { $0.leakPer1000 != nil })
    }

    @Test func `a thin leak is looked for with twice the dose, and no more than three times`() {
        var served = 0
        let run = SimulatedRun(facts: Self.isolating(2)) { run, request, _ in
            if request == 1 {
                served += 1
                if served % 30 == 0 { run.open() }
            }
        }
        let verdict = run.run()
        let units = run.stepsDone.filter { $0.kind == .unit }
        #expect(units.count <= 6 && units.contains { $0.plannedRequests == 40 })
        #expect(verdict.classes.filter { $0.request == "request 0" }.allSatisfy { $0.leaked == 0 })
    }

    @Test func `nothing is isolated where nothing was left`() {
        let run = SimulatedRun(facts: Self.isolating(12)) { run, _, _ in run.close(run.open()) }
        #expect(run.run().verdict == .clean)
        #expect(!run.stepsDone.contains { $0.kind == .unit })
    }

    // MARK: By time

    @Test(arguments: Self.tails) func `the exact binomial test agrees with scipy`(
        _ count: Int, _ trials: Int, _ share: Double, _ tail: Double
    ) {
        let found = Binomial.atLeast(count, of: trials, share: share)
        #expect(abs(found - tail) <= 1e-9 * tail, "\(found)")
    }

    /// scipy 1.17.1: `binom.sf(k - 1, n, p)`.
    private static let tails: [(Int, Int, Double, Double)] = [
        (0, 10, 0.3, 1), (1, 1, 0.25, 0.25), (5, 10, 0.1, 0.0016349374000000003), (30, 40, 0.5, 0.0011107168866146822),
        (12, 100, 0.05, 0.004274182466365919), (100, 100, 0.9, 2.6561398887587523e-05), (3, 20000, 0.0001, 0.3233235835913552),
        (250, 1000, 0.2, 6.883012222734626e-05), (60, 60, 0.1, 1.0000000000000033e-60),
    ]

    @Test func `the class after which the sessions began is a suspect, and the others are not`() {
        var facts = JudgeTests.facts(requests: 4)
        facts.unitDose = nil
        let run = SimulatedRun(facts: facts) { run, request, _ in if request == 2, run.served % 3 != 0 { run.open() } }
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        #expect(verdict.suspects.map(\.request) == ["request 2"])
        #expect(verdict.suspects.first.map { $0.sessions == $0.of && abs($0.share - 0.25) < 0.01 && $0.probability < 1e-6 } == true)
        #expect(verdict.reason.contains("By time"), "\(verdict.reason)")
    }

    @Test func `where all leak alike nobody is a suspect`() {
        var facts = JudgeTests.facts(requests: 4)
        facts.unitDose = nil
        var random = SplitMix(state: 11)
        let run = SimulatedRun(facts: facts) { run, _, _ in if Int.random(in: 0..<4, using: &random) == 0 { run.open() } }
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        #expect(verdict.suspects.isEmpty)
    }

    // MARK: Recovery

    /// Every twentieth request leaves a session that goes `after` seconds later.
    private static func timed(_ after: Int64, budget: Int = 792) -> (SimulatedRun, Verdict) {
        var facts = JudgeTests.facts(room: 2)
        facts.budget = budget
        let run = SimulatedRun(facts: facts) { run, _, _ in
            if run.served % 20 == 0 {
                run.open()
                run.sessions[run.sessions.count - 1].dies = run.now + after * 1_000_000
            }
        }
        return (run, run.run())
    }

    @Test(arguments: [16, 40]) func `what goes at one age after the settle is kept for a time and no leak`(_ age: Int64) {
        let (run, verdict) = Self.timed(age, budget: 4000)
        #expect(run.stepsDone.contains { [.recovery, .longIdle].contains($0.kind) }, "\(verdict.reason)")
        #expect(verdict.verdict == .bounded, "\(verdict.reason)")
        #expect(verdict.recovery?.kind == .timer)
        #expect(verdict.recovery?.afterSeconds.map { abs($0 - Double(age)) < 1.5 } == true)
        let (_, tight) = Self.timed(age, budget: 100)
        #expect(tight.verdict == .overBudget, "\(tight.reason)")
    }

    @Test func `what outlives the recovery is a leak that never goes`() {
        let run = SimulatedRun(facts: JudgeTests.facts(room: 2)) { run, _, _ in if run.served % 20 == 0 { run.open() } }
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        #expect(verdict.recovery?.kind == .never)
        #expect(run.stepsDone.count { $0.kind == .recovery } <= 1)
    }

    @Test func `what a collector takes in the silence stays a leak`() {
        let run = SimulatedRun(facts: JudgeTests.facts(room: 2)) { run, _, _ in run.open() }
        run.onSample = { run in
            // Long idle, a collector comes by and takes all, whatever its age.
            guard !run.loading, let first = run.sessions.first, run.now - first.lastUsed > 30_000_000 else { return }
            for session in run.sessions { run.close(session.pid) }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
    }

    @Test func `a quick run does not wait for a recovery`() {
        let run = SimulatedRun(facts: JudgeTests.facts(quick: true)) { run, _, _ in run.open() }
        #expect(run.run().verdict == .leak)
        #expect(!run.stepsDone.contains { $0.kind == .recovery })
    }

    // MARK: Laws

    @Test func `a leak of clients that hang up is named so, and requests are not blamed`() {
        let run = SimulatedRun(facts: JudgeTests.facts(requests: 2)) { run, request, _ in
            if request == 1 {
                run.outcome = .hungUp
                run.open()
            }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        #expect(verdict.law?.kind == .hangUp)
        #expect(verdict.law?.each == 1)
        #expect(verdict.reason.contains("clients that gave up"))
    }

    @Test func `clients that hang up beside a leak of every request are not blamed`() {
        let run = SimulatedRun(facts: JudgeTests.facts(requests: 2)) { run, request, _ in
            if request == 1 { run.outcome = .hungUp }
            run.open()
        }
        #expect(run.run().law?.kind == .request)
    }

    @Test(arguments: [0, 8]) func `a session each second without any load is a leak by the second`(room: Int) {
        var next: Int64 = 0
        let run = SimulatedRun(facts: JudgeTests.facts(room: room)) { _, _, _ in }
        run.onSample = { run in
            if run.now >= next {
                run.open()
                next = run.now + 1_000_000
            }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        #expect(verdict.law?.kind == .second, "\(verdict.reason)")
        #expect(verdict.law?.each.map { $0 > 0.8 && $0 < 1.3 } == true)
    }

    @Test func `a pool that fills by itself up to its room is no leak`() {
        var next: Int64 = 0
        let run = SimulatedRun(facts: JudgeTests.facts(room: 10)) { _, _, _ in }
        run.onSample = { run in
            if run.now >= next, run.sessions.count < 10 {
                run.open()
                next = run.now + 1_000_000
            }
        }
        let verdict = run.run()
        #expect([.bounded, .clean].contains(verdict.verdict), "\(verdict.reason)")
    }

    // MARK: Expected

    @Test(arguments: [(100_000, true), (10_000_000, nil)] as [(Int, Bool?)])
    func `a clean run promises to last until the restart only where it was long enough`(_ perDay: Int, _ survives: Bool?) {
        var facts = JudgeTests.facts()
        facts.expectedUse = ExpectedUse(requestsPerDay: perDay, restartsEvery: .seconds(86_400))
        let verdict = SimulatedRun(facts: facts) { _, _, _ in }.run()
        #expect(verdict.verdict == .clean)
        #expect(verdict.expected?.survives == survives, "\(verdict.reason)")
        // −ln 0.05 × requests until the restart ÷ the headroom of 990.
        #expect(verdict.expected?.requestsNeeded == (perDay == 100_000 ? 303 : 30_260))
    }

    @Test func `a leak that fills the database before the restart does not survive, and the time has an interval`() {
        var facts = JudgeTests.facts()
        facts.expectedUse = ExpectedUse(requestsPerDay: 100_000, restartsEvery: .seconds(86_400))
        let verdict = SimulatedRun(facts: facts) { run, _, _ in run.open() }.run()
        #expect(verdict.expected?.survives == false)
        let time = verdict.timeToExhaustionSeconds ?? 0
        #expect((verdict.timeToExhaustionLowSeconds ?? .infinity) <= time && (verdict.timeToExhaustionHighSeconds ?? 0) >= time)
        #expect(time > 0)
    }

    // MARK: Orphans and databases

    @Test(arguments: [(true, Verdict.Kind.stuck), (false, .bounded)])
    func `a session that a process held and nobody holds now is stuck after two settles`(_ isGone: Bool, _ wanted: Verdict.Kind) {
        let run = SimulatedRun(facts: JudgeTests.facts(room: 8)) { run, _, _ in
            if run.sessions.isEmpty { run.open() }
            run.use(run.sessions[0].pid)
        }
        run.socket = { step, _ in isGone && step >= 4 ? .gone : .held }
        let verdict = run.run()
        #expect(verdict.verdict == wanted, "\(verdict.reason)")
    }

    @Test func `a socket that is gone at one settle only is nothing`() {
        let run = SimulatedRun(facts: JudgeTests.facts(room: 8)) { run, _, _ in if run.sessions.isEmpty { run.open() } }
        run.socket = { step, _ in step == 4 ? .gone : .held }
        #expect(run.run().verdict == .bounded)
    }

    @Test(arguments: [(["a"], 8), (["a", "b", "c"], 24)]) func `threads may keep a session in each database`(
        _ databases: [String], _ room: Int
    ) {
        let run = SimulatedRun(facts: JudgeTests.facts(room: 8)) { run, _, _ in
            if run.sessions.count < 24, run.served % 9 == 0 { run.open() }
        }
        run.database = { databases[$0 % databases.count] }
        let verdict = run.run()
        #expect(verdict.owners.first?.room == room)
        if room == 24 { #expect(verdict.verdict == .bounded, "\(verdict.reason)") }
    }
}
