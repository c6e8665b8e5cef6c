import Measurements
import Testing

@testable import Verdicts

/// Dose steps: which is asked for, and what each decides.
@Suite struct VariationTests {
    /// Runs `steps` of the judge and says what it asks for then.
    private func dosesAsked(_ run: SimulatedRun) -> [Step] {
        _ = run.run()
        return run.stepsDone.filter { $0.kind == .dose }
    }

    @Test func `where every request leaks new connections settle it, and nothing else is varied`() {
        let run = SimulatedRun(facts: JudgeTests.facts()) { run, _, _ in run.open() }
        let asked = dosesAsked(run)
        #expect(asked.map(\.connections) == [.fresh])
        #expect(run.judge.lawTest.kind == .request)
    }

    /// Waves of one size, at most two of them, no rungs and no unit doses: nothing else tells the laws apart.
    private static func plain(_ leaves: @escaping SimulatedRun.Behaviour) -> SimulatedRun {
        var facts = JudgeTests.facts(room: 2)
        facts.warmUpSeconds = nil
        facts.unitDose = nil
        facts.requestsPerWave = 64
        return SimulatedRun(facts: facts, behaviour: leaves)
    }

    @Test func `one in fourteen requests is told from connections by twice the requests, step by step`() {
        let run = Self.plain { run, _, _ in if run.served % 14 == 5 { run.open() } }
        var steps: [Step] = []
        while case .step(let step) = run.judge.next(), steps.count < 40 {
            steps.append(step)
            run.carryOut(step)
        }
        let doses = steps.filter { $0.kind == .dose }
        #expect(doses.first?.connections == .fresh)
        let second = doses.dropFirst().first
        #expect(second?.dose == .closed(requests: 128, concurrency: 8), "\(doses)")
        #expect(second?.why.contains("does the residue follow requests?") == true)
        #expect(run.judge.lawTest.kind == .request)
    }

    @Test func `a session for each request in flight at its peak is told by half of them, and is the law of concurrency`() {
        // Threads that a load begins, as many as it has requests in flight, and that leave their session when it ends.
        var held: Set<Int> = []
        let run = Self.plain { run, _, worker in
            let thread = worker >= 1000 ? (worker - 1000) % 8 : worker
            if held.insert(thread).inserted { run.open() }
        }
        run.whenClientsLeave = { _ in held = [] }
        let asked = dosesAsked(run)
        #expect(asked.first?.connections == .fresh)
        #expect(asked.contains { $0.dose == .closed(requests: 64, concurrency: 4) }, "\(asked.map(\.dose))")
        let verdict = run.judge.verdictNow()
        #expect(verdict.verdict == .leak)
        #expect(verdict.law?.kind == .concurrency, "\(verdict.reason)")
        #expect(verdict.law?.each == 1)
        #expect(verdict.reason.contains("requests in flight"))
    }

    @Test func `a session for each client connection stays the law of connections`() {
        var seen: Set<Int> = []
        let run = SimulatedRun(facts: JudgeTests.facts()) { run, _, worker in if seen.insert(worker).inserted { run.open() } }
        run.whenClientsLeave = { _ in seen = [] }
        #expect(run.run().law?.kind == .connection)
    }

    /// Of a quick run, its waves and a unit dose whose second half goes over new connections.
    @Test(arguments: [(0, Verdict.Law.Kind.connection), (9, .request)])
    func `a unit dose tells connections from requests without a dose step`(_ overOne: Int, _ wanted: Verdict.Law.Kind) {
        func step(_ id: Int, _ kind: Step.Kind, given: Int, opened: Int, left: Int) -> StepEvidence {
            let row = StepRow(
                step: id, kind: kind, planned: given, given: given, concurrency: 8, connections: .reused, start: .zero, loadEnd: .zero,
                end: RunTime(microseconds: 1), peakInFlight: 8, opened: opened, why: "")
            return StepEvidence(
                row: row, voidReason: "", transfers: given, unexpected: 0, left: ["pid 1": left], leftAtLoadEnd: left, deathsOfOlder: 0,
                floorBefore: 0, floor: left, dormant: 0, peak: left, headroom: 900, lowestHeadroom: 900, birthsSeen: left,
                birthsCounted: nil, birthsInSilence: 0, reaped: 0, coveragePerMille: 1000, inTransaction: [], inTransactionUntouched: [],
                touched: 0, unit: [])
        }
        var unit = step(4, .unit, given: 20, opened: 11, left: 11 + overOne)
        unit.freshConnection = StepEvidence.Share(requests: 11, left: 11)
        unit.reusedConnection = StepEvidence.Share(requests: 9, left: overOne)
        let steps = [
            step(1, .rung, given: 32, opened: 8, left: 8), step(2, .wave, given: 101, opened: 8, left: 8),
            step(3, .wave, given: 101, opened: 8, left: 8), unit,
        ]
        let silent = SilentGrowth(steps: steps, bound: 8, heldAtStart: 0, background: 0.05)
        #expect(LawTest(steps: steps, isByDose: true, silent: silent).kind == wanted)
    }

    @Test func `what comes without load is not varied`() {
        var next: Int64 = 0
        let run = SimulatedRun(facts: JudgeTests.facts(room: 2)) { _, _, _ in }
        run.onSample = { run in
            if run.now >= next {
                run.open()
                next = run.now + 500_000
            }
        }
        #expect(dosesAsked(run).isEmpty)
        #expect(run.judge.lawTest.kind == .second)
    }

    @Test(arguments: [20, 30]) func `few slots are enough for dose steps or there are none`(_ slots: Int) {
        let run = SimulatedRun(facts: JudgeTests.facts(slots: slots)) { run, _, _ in run.open() }
        let asked = dosesAsked(run)
        #expect(asked.allSatisfy { ($0.plannedRequests ?? 0) <= slots })
        #expect(run.judge.verdictNow().verdict == .leak)
    }

    @Test func `a quick run varies nothing`() {
        let run = SimulatedRun(facts: JudgeTests.facts(quick: true)) { run, _, _ in if run.served % 14 == 5 { run.open() } }
        #expect(dosesAsked(run).isEmpty)
    }
}
