import Measurements
import Testing
import Verdicts

/// An application behind PgBouncer before the judge: its clients are judged, and what PgBouncer itself holds is left out.
@Suite("Behind a PgBouncer") struct PgBouncerJudgeTests {
    private static func facts(named: Bool = true) -> RunFacts {
        var facts = JudgeTests.facts()
        if named {
            facts.pgbouncer = PgBouncerFacts(
                version: "PgBouncer 1.18.0", poolMode: "transaction", maxClientConn: 990, clientsAtStart: 1, defaultPoolSize: 20, timers: []
            )
        }
        return facts
    }

    @Test func `sessions that PgBouncer opens, keeps and rotates are no leak, and are charged to no request`() {
        let run = SimulatedRun(facts: Self.facts()) { run, _, worker in
            let client = run.open(owner: "client pid 100")
            run.close(client)
            // A pool of twenty that grows with the load, and drops its oldest.
            let held = run.sessions.filter { $0.owner == SessionOwnership.pgbouncer }
            if held.count < 20 || worker == 0 { run.open(owner: SessionOwnership.pgbouncer) }
            if held.count >= 20, worker == 0, let oldest = held.first { run.close(oldest.pid) }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .clean || verdict.verdict == .bounded, "\(verdict.reason)")
        #expect(verdict.leftBehind == 0)
        #expect(verdict.classes.allSatisfy { $0.leaked == 0 })
        let pooler = verdict.owners.first { $0.name == SessionOwnership.pgbouncer }
        #expect(pooler?.leftBehind == 0 && pooler?.room == nil)
    }

    @Test func `clients that are left open are a leak, though the sessions behind them stay as they are`() {
        let run = SimulatedRun(facts: Self.facts()) { run, _, _ in
            run.open(owner: "client pid 100")
            if !run.sessions.contains(where: { $0.owner == SessionOwnership.pgbouncer }) { run.open(owner: SessionOwnership.pgbouncer) }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .leak)
        #expect(verdict.leakPer1000Requests?.estimate == 1000)
        #expect(verdict.owners.first { $0.leftBehind > 0 }?.name == "client pid 100")
        #expect(verdict.owners.allSatisfy { $0.name != SessionOwnership.pgbouncer || $0.leftBehind == 0 })
        #expect(verdict.reason.contains("client connections of PgBouncer"))
        #expect(verdict.reason.contains("PostgreSQL's own count does not show this leak"))
    }

    @Test func `the same sessions of the application itself are a leak`() {
        let run = SimulatedRun(facts: Self.facts(named: false)) { run, _, _ in run.open() }
        let verdict = run.run()
        #expect(verdict.verdict == .leak)
        #expect(!verdict.reason.contains("PgBouncer"))
    }
}
