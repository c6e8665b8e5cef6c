import Measurements
import Testing

@testable import Verdicts

/// What cannot be seen convicts nobody: use of sessions without privileges, and sessions that were tied to their process late.
@Suite struct BlindnessTests {
    private static func limited(room: Int? = nil) -> RunFacts {
        var facts = JudgeTests.facts(room: room)
        facts.seesSessions = false
        facts.grant = "GRANT pg_monitor TO watcher"
        return facts
    }

    @Test func `requests that begin to fail are not called starved where nobody sees whether sessions are touched`() {
        for (facts, wanted) in [(JudgeTests.facts(room: 8), Verdict.Kind.starved), (Self.limited(room: 8), .inconclusive)] {
            let run = SimulatedRun(facts: facts) { run, _, _ in
                if run.sessions.count < 5 { run.open() }
                run.fails = run.served >= 60
                if !run.fails, let session = run.sessions.first { run.use(session.pid) }
            }
            #expect(run.run().verdict == wanted)
        }
    }

    @Test func `a pool that fills is not dormant where nobody sees whether sessions are used`() {
        var opened = 0
        let run = SimulatedRun(facts: Self.limited()) { run, _, _ in
            // One more now and then, and all of them used; without privileges nobody is told.
            if run.served % 60 == 0, opened < 20 {
                opened += 1
                run.open()
            }
        }
        #expect(run.run().verdict == .inconclusive)
    }

    @Test func `a session that could not be tied to its process and is gone adds no room`() {
        var lastServed: Int64 = 0
        let run = SimulatedRun(facts: JudgeTests.facts(room: 8)) { run, _, _ in
            if run.now - lastServed > 3_000_000 { run.open() }
            lastServed = run.now
            if run.served == 150 {
                run.open(owner: "app shop")
                run.sessions[run.sessions.count - 1].dies = run.now + 3_000_000
            }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        #expect(verdict.law?.kind == .idlePeriod)
    }

    @Test func `a first sample that meets a pool between two sessions is not what was there before`() {
        let run = SimulatedRun(facts: JudgeTests.facts(room: 8)) { _, _, _ in }
        run.onSample = { run in
            // Seven in the first sample, eight from the second on.
            let wanted = run.now < 100_000 ? 7 : 8
            while run.sessions.count < wanted { run.open() }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .clean, "\(verdict.reason)")
        #expect(verdict.sessionsBefore == 8)
    }

    @Test func `a replacement that a sample meets half way leaves nothing`() {
        // A pool of eight whose oldest session is replaced at the end of the second wave, after its last sample.
        var held: [Int] = []
        let run = SimulatedRun(facts: JudgeTests.facts(room: 8)) { _, _, _ in }
        run.onSample = { run in
            while held.count < 8 { held.append(run.open()) }
        }
        var done = 0
        while case .step(let step) = run.judge.next(), done < 40 {
            done += 1
            if step.kind == .wave, done == 6 {
                run.onSample = { _ in }
                run.close(held.removeFirst())
                run.carryOut(step)
                run.onSample = { run in
                    while held.count < 8, run.loading { held.append(run.open()) }
                }
            } else {
                run.carryOut(step)
            }
        }
        let verdict = run.judge.verdictNow()
        #expect(verdict.verdict == .clean, "\(verdict.reason)")
        #expect(verdict.leftBehind == 0)
    }

    @Test(arguments: [true, false]) func `what begins without load as fast as under it may be anybody's where privileges hide whose it is`(
        _ sees: Bool
    ) {
        var next: Int64 = 500_000
        let run = SimulatedRun(facts: sees ? JudgeTests.facts(room: 8) : Self.limited(room: 8)) { _, _, _ in }
        run.onSample = { run in
            guard run.now >= next else { return }
            next += 150_000
            run.open()
        }
        let verdict = run.run()
        #expect(verdict.verdict == (sees ? .leak : .inconclusive), "\(verdict.reason)")
    }
}
