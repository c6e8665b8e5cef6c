import Measurements
import Testing

@testable import Verdicts

/// Workers that are begun anew: what must fire and what must stay quiet.
@Suite struct RestartGrowthTests {
    /// A server whose one worker is replaced every `every` requests; each worker opens `size` sessions.
    ///
    /// - Parameters:
    ///   - gives: the old worker's sessions end with it.
    ///   - ends: the old worker is seen to end; a helper that it began holds what it does not give.
    private static func replacing(
        every: Int, size: Int = 2, gives: Bool, ends: Bool = false, facts: RunFacts = JudgeTests.facts()
    ) -> SimulatedRun {
        var worker = 0
        var held: [Int] = []
        let run = SimulatedRun(facts: facts) { run, _, _ in
            guard run.served % every == 0 else { return }
            if gives { for pid in held { run.close(pid) } }
            if ends, worker > 0 {
                run.end(worker: 200 + worker)
                if !gives { run.begin(worker: 500 + worker) }
            }
            worker += 1
            run.begin(worker: 200 + worker)
            held = (0..<size).map { _ in run.open(owner: "pid \(200 + worker)") }
        }
        return run
    }

    @Test(arguments: [(40, false), (40, true), (150, false)])
    func `what outlives each worker is a leak by restarts`(_ every: Int, _ quick: Bool) {
        let run = Self.replacing(every: every, size: every == 150 ? 6 : 2, gives: false, facts: JudgeTests.facts(quick: quick))
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        #expect(verdict.law?.kind == .restart)
        #expect(verdict.law?.each == (every == 150 ? 6 : 2))
        #expect(verdict.reason.contains("begun anew"))
        #expect(verdict.leakPer1000Requests == nil)
    }

    @Test(arguments: [40, 150], [true, false]) func `workers that take their sessions with them are no leak`(_ every: Int, _ quick: Bool) {
        let run = Self.replacing(every: every, gives: true, facts: JudgeTests.facts(quick: quick))
        let verdict = run.run()
        #expect([.clean, .bounded].contains(verdict.verdict), "\(verdict.reason)")
    }

    @Test func `where nobody says how many workers there are, added workers convict nobody`() {
        let run = Self.replacing(every: 40, gives: false, facts: JudgeTests.facts(room: nil))
        #expect(run.run().verdict != .leak)
    }

    @Test(arguments: [40, 60]) func `where each worker that ends leaves a process with its sessions, nobody need say how many there are`(
        _ every: Int
    ) {
        let run = Self.replacing(every: every, gives: false, ends: true, facts: JudgeTests.facts(room: nil))
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        #expect(verdict.law?.kind == .restart)
        #expect(run.judge.restartGrowth.isByEnds)
        #expect(verdict.reason.contains("Each time others ended, and there are more than before all the same"))
    }

    @Test(arguments: [40, 60]) func `workers that end with their sessions and are replaced convict nobody`(_ every: Int) {
        let run = Self.replacing(every: every, gives: true, ends: true, facts: JudgeTests.facts(room: nil))
        #expect(run.run().verdict != .leak)
        #expect(!run.judge.restartGrowth.isPossible)
    }

    @Test func `workers that are added up to what is declared are no leak`() {
        var facts = JudgeTests.facts()
        facts.declaredWorkers = 8
        var workers = 0
        let run = SimulatedRun(facts: facts) { run, _, _ in
            guard run.served % 60 == 0, workers < 8 else { return }
            workers += 1
            run.begin(worker: 200 + workers)
            for _ in 0..<8 { run.open(owner: "pid \(200 + workers)") }
        }
        let verdict = run.run()
        #expect([.clean, .bounded].contains(verdict.verdict), "\(verdict.reason)")
    }

    @Test func `a proven leak by restarts asks for no long idle, step by step`() {
        let run = Self.replacing(every: 40, gives: false)
        var asked: [Step.Kind] = []
        while case .step(let step) = run.judge.next(), asked.count < 40 {
            asked.append(step.kind)
            run.carryOut(step)
        }
        #expect(asked.filter { $0 == .wave }.count == 5)
        #expect(!asked.contains(.longIdle))
        #expect(run.judge.restartGrowth.isProven)
    }
}
