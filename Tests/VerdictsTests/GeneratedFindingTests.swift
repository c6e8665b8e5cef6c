import Measurements
import Testing
import Verdicts

/// What generated runs showed to be judged wrongly, in small.
@Suite struct GeneratedFindingTests {
    @Test func `sessions that the server's processes open before the load are nobody else's`() {
        var facts = JudgeTests.facts()
        facts.throwaway = false
        var next: Int64 = 0
        let run = SimulatedRun(facts: facts) { _, _, _ in }
        run.onSample = { run in
            if run.now >= next {
                run.open()
                next = run.now + 1_000_000
            }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        #expect(!verdict.flags.contains(.contaminated))
    }

    @Test(arguments: [8, 12]) func `what is closed some seconds after each request is no leak, though requests sent alone leave it`(
        _ age: Int64
    ) {
        var facts = JudgeTests.facts()
        facts.budget = 4000
        let run = SimulatedRun(facts: facts) { run, _, _ in
            run.open()
            run.sessions[run.sessions.count - 1].dies = run.now + age * 1_000_000
        }
        let verdict = run.run()
        #expect(verdict.verdict != .leak, "\(verdict.reason)")
    }

    @Test func `deaths that a late sample finds are not of another age`() {
        var facts = JudgeTests.facts(slots: 97, room: 2)
        (facts.budget, facts.concurrency) = (4000, 4)
        let run = SimulatedRun(facts: facts) { run, _, _ in
            run.open()
            run.sessions[run.sessions.count - 1].dies = run.now + 5_700_000
        }
        // No samples for three seconds, twice.
        run.losesSample = { (125...155).contains($0) || (180...210).contains($0) }
        let verdict = run.run()
        #expect(verdict.verdict != .leak, "\(verdict.reason)")
        #expect(verdict.recovery?.kind == .timer)
    }

    @Test func `what goes at one age while requests are sent one at a time goes at that age`() {
        var facts = JudgeTests.facts(slots: 97, room: nil)
        (facts.budget, facts.concurrency) = (4000, 1)
        let run = SimulatedRun(facts: facts) { run, _, _ in
            run.open()
            run.sessions[run.sessions.count - 1].dies = run.now + 34_500_000
        }
        let verdict = run.run()
        #expect(verdict.verdict != .leak, "\(verdict.reason)")
        #expect(verdict.recovery?.kind == .timer)
    }
}
