import Measurements
import Testing
import Verdicts

/// What only a full run can tell: silences, connections, transactions, pools that run dry.
@Suite struct LongRunTests {
    @Test("a step up after each silence is a leak by idle periods", arguments: [8, nil])
    func staircase(room: Int?) {
        // Threads that end after 30 idle seconds leave their session open; one thread stays.
        var held: [Int: Int] = [:]
        var lastServed: Int64 = 0
        let run = SimulatedRun(facts: JudgeTests.facts(room: room)) { run, _, worker in
            if run.now - lastServed > 30_000_000 { held = held.filter { $0.key == 0 } }
            lastServed = run.now
            if held[worker] == nil { held[worker] = run.open() }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        #expect(verdict.law?.kind == .idlePeriod)
        #expect(verdict.law?.each == 7)
        #expect(run.stepsDone.filter { $0.kind == .longIdle }.count == 3)
    }

    @Test(
        "a pool whose places are found after silences only is no leak within its declared room, and a leak beyond it", arguments: [40, 20])
    func silencesWithinTheRoom(room: Int) {
        // Each silence has the load go to the next worker, whose pool is empty: places of one worker lie idle while others are opened.
        var lastServed: Int64 = 0
        var held: [Int] = []
        var busy = 0
        let run = SimulatedRun(facts: JudgeTests.facts(room: room)) { run, _, _ in
            if run.now - lastServed > 30_000_000 { busy = held.count }
            lastServed = run.now
            if held.count < min(busy + 8, 36) { held.append(run.open()) } else { run.use(held[held.count - 1]) }
        }
        let verdict = run.run()
        #expect(verdict.verdict == (room == 40 ? .bounded : .leak), "\(verdict.reason)")
        #expect(run.sessions.count > 20)
    }

    @Test("one session after each silence, however short, is a leak by idle periods")
    func oneAfterEachSilence() {
        var lastServed: Int64 = 0
        let run = SimulatedRun(facts: JudgeTests.facts(room: 8)) { run, _, _ in
            if run.now - lastServed > 3_000_000 { run.open() }
            lastServed = run.now
        }
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        #expect(verdict.law?.kind == .idlePeriod)
        #expect(verdict.law?.each.map { $0 > 0.8 && $0 <= 1 } == true)
    }

    @Test("a pool that closes idle sessions and opens them again is bounded, after one long idle")
    func idleTimer() {
        var held: [Int: Int] = [:]
        var lastServed: Int64 = 0
        let run = SimulatedRun(facts: JudgeTests.facts(room: nil)) { run, _, worker in
            if run.now - lastServed > 30_000_000 {
                for pid in held.values { run.close(pid) }
                held = [:]
            }
            lastServed = run.now
            if held[worker] == nil { held[worker] = run.open() }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .bounded, "\(verdict.reason)")
        #expect(run.stepsDone.filter { $0.kind == .longIdle }.count == 1)
    }

    @Test("a leak per client connection is told from one per request")
    func perConnection() {
        var seen: Set<Int> = []
        let run = SimulatedRun(facts: JudgeTests.facts(room: 8)) { run, _, worker in
            if seen.insert(worker).inserted { run.open() }
        }
        run.whenClientsLeave = { _ in seen = [] }
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        #expect(verdict.law?.kind == .connection)
        #expect(verdict.law.map { $0.low <= 1 && $0.high >= 1 } == true)
    }

    @Test("a session left in a transaction is stuck, not bounded")
    func stuck() {
        let run = SimulatedRun(facts: JudgeTests.facts(room: 8)) { run, _, _ in
            if run.served == 30 { run.transactions.insert(run.open()) }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .stuck, "\(verdict.reason)")
        #expect(verdict.exitCode == 1)
    }

    @Test("a pool whose places are not given back is starved")
    func starved() {
        let run = SimulatedRun(facts: JudgeTests.facts(room: 8)) { run, _, worker in
            if run.sessions.count < 5 { run.open() }
            run.fails = run.served >= 60
            if !run.fails, let session = run.sessions.first { run.use(session.pid) }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .starved, "\(verdict.reason)")
    }

    @Test("a database that fills up and is not ours is over budget where nothing can tell")
    func full() {
        // Opens ten for each request of the first rungs and then nothing more.
        let run = SimulatedRun(facts: JudgeTests.facts(slots: 40, room: nil, managed: false)) { run, _, _ in
            if run.served < 4 { for _ in 0..<10 { run.open() } }
        }
        run.threads = 60
        let verdict = run.run()
        #expect(verdict.verdict == .overBudget, "\(verdict.reason)")
    }
}
