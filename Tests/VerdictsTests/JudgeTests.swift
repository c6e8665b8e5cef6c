import Measurements
import Testing
import Verdicts

/// What must fire and what must stay quiet, side by side, on simulated applications.
@Suite struct JudgeTests {
    static func facts(
        requests: Int = 1, slots: Int = 990, room: Int? = 8, quick: Bool = false, managed: Bool = true
    ) -> RunFacts {
        RunFacts(
            requests: (0..<requests).map { RunFacts.Request(name: "request \($0)", weight: 1) }, quick: quick, limit: slots,
            headroom: slots, budget: slots * 8 / 10, declaredRoomPerWorker: room, declaredWorkers: room == nil ? nil : 1, managed: managed,
            throwaway: true)
    }

    // MARK: Leaks

    @Test("a session for each request is a leak of 1,000 in 1,000", arguments: [true, false])
    func everyRequestLeaks(quick: Bool) {
        let run = SimulatedRun(facts: Self.facts(quick: quick)) { run, _, _ in run.open() }
        let verdict = run.run()
        #expect(verdict.verdict == .leak)
        #expect(verdict.exitCode == 1)
        #expect(verdict.leakPer1000Requests?.estimate == 1000)
        #expect(verdict.classes.first?.leakPer1000?.estimate == 1000)
        #expect(run.sessions.count <= 990 - run.judge.facts.guardRail)
    }

    @Test("a leak of one in ten is found, with an interval that holds it", arguments: [8, nil])
    func oneInTen(room: Int?) {
        var random = SplitMix(state: 7)
        let run = SimulatedRun(facts: Self.facts(room: room)) { run, _, _ in
            if Int.random(in: 0..<10, using: &random) == 0 { run.open() }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .leak)
        let rate = verdict.leakPer1000Requests
        #expect(rate.map { $0.low < 100 && $0.high > 100 } == true)
    }

    @Test("a leak that a collector cleans up behind is a leak, flagged as collected", arguments: [true, false])
    func collected(quick: Bool) {
        let run = SimulatedRun(facts: Self.facts(quick: quick)) { run, _, _ in
            run.open()
            if run.sessions.count >= 60 { for session in run.sessions.prefix(40) { run.close(session.pid) } }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .leak)
        #expect(verdict.flags.contains(.collected))
        #expect(verdict.leakPer1000Requests.map { $0.estimate > 500 } == true)
    }

    @Test("the class that leaks is named, and the others are not")
    func oneClass() {
        let run = SimulatedRun(facts: Self.facts(requests: 3)) { run, request, _ in if request == 1 { run.open() } }
        let verdict = run.run()
        #expect(verdict.verdict == .leak)
        #expect(verdict.classes.map(\.leaked).map { $0 > 0 } == [false, true, false])
        #expect(verdict.classes[1].leakPer1000?.estimate == 1000)
        #expect(verdict.reason.contains("request 1"))
    }

    @Test(
        "twenty slots are enough to find a leak, and the last of them are never taken",
        arguments: [(8, true), (8, false), (nil, true), (nil, false)] as [(Int?, Bool)])
    func twentySlots(room: Int?, managed: Bool) {
        var most = 0
        let run = SimulatedRun(facts: Self.facts(slots: 18, room: room, managed: managed)) { run, _, _ in
            run.open()
            most = max(most, run.sessions.count)
        }
        run.threads = 10
        let verdict = run.run()
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        #expect(most <= 16)
    }

    // MARK: Innocents

    @Test("nothing left is clean, with its detection limit")
    func clean() {
        let run = SimulatedRun(facts: Self.facts()) { _, _, _ in }
        let verdict = run.run()
        #expect(verdict.verdict == .clean)
        #expect(verdict.exitCode == 0)
        #expect(verdict.requests == 4 + 8 + 505 + 101)
        #expect(verdict.reason.contains("0 in 618: fewer than 1 in 206 (95%)"))
        #expect(run.stepsDone.map(\.kind) == [.baseline, .rung, .rung, .wave, .wave, .wave, .wave, .wave, .longIdle])
    }

    @Test("one session per request, closed well, is churn and clean")
    func churn() {
        let run = SimulatedRun(facts: Self.facts()) { run, _, _ in
            let pid = run.open()
            run.close(pid)
        }
        let verdict = run.run()
        #expect(verdict.verdict == .clean)
        #expect(verdict.flags.contains(.churn))
    }

    @Test("threads that each keep one session are bounded", arguments: [8, nil], [20, 990])
    func threads(room: Int?, slots: Int) {
        var held: [Int: Int] = [:]
        let run = SimulatedRun(facts: Self.facts(slots: slots, room: room)) { run, _, worker in
            if held[worker] == nil { held[worker] = run.open() }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .bounded, "\(verdict.reason)")
        #expect(!run.stepsDone.contains { $0.kind == .unit })
    }

    @Test("a thread that drops its old session for a new one each request is bounded", arguments: [8, nil])
    func closeSkipped(room: Int?) {
        var held: [Int: Int] = [:]
        var served = 0
        let run = SimulatedRun(facts: Self.facts(room: room)) { run, _, _ in
            served += 1
            let thread = served % 9
            if let old = held[thread] { run.close(old) }
            held[thread] = run.open()
        }
        let verdict = run.run()
        #expect(verdict.verdict == .bounded, "\(verdict.reason)")
    }

    @Test("a pool of five with overflow that closes and refills is bounded", arguments: [15, nil])
    func overflow(room: Int?) {
        var random = SplitMix(state: 3)
        let run = SimulatedRun(facts: Self.facts(room: room)) { run, _, worker in
            if run.sessions.count < 5 { run.open() } else if worker > 4 { run.close(run.open()) }
            if Int.random(in: 0..<40, using: &random) == 0, let first = run.sessions.first {
                run.close(first.pid)
                run.open()
            }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .bounded, "\(verdict.reason)")
    }

    @Test("a session per client connection that goes with the client is clean")
    func perConnection() {
        var held: [Int: Int] = [:]
        let run = SimulatedRun(facts: Self.facts(room: nil)) { run, _, worker in
            if held[worker] == nil { held[worker] = run.open() }
        }
        run.whenClientsLeave = { run in
            for pid in held.values { run.close(pid) }
            held = [:]
        }
        let verdict = run.run()
        #expect(verdict.verdict == .clean, "\(verdict.reason)")
    }

    @Test("sessions that a timer closes in the settle are no leak")
    func timedRelease() {
        let run = SimulatedRun(facts: Self.facts(room: nil)) { run, _, _ in
            run.open()
            run.sessions[run.sessions.count - 1].dies = run.now + 1_200_000
        }
        let verdict = run.run()
        #expect(verdict.verdict == .clean, "\(verdict.reason)")
    }

    @Test("sessions that go two seconds after their request are no leak", arguments: [8, nil])
    func lateRelease(room: Int?) {
        let run = SimulatedRun(facts: Self.facts(room: room)) { run, _, _ in
            run.open()
            run.sessions[run.sessions.count - 1].dies = run.now + 2_000_000
        }
        let verdict = run.run()
        #expect(verdict.verdict == .clean, "\(verdict.reason)")
    }

    @Test("a large pool that uses its places in turn is bounded", arguments: [100, nil])
    func roundRobin(room: Int?) {
        var places: [Int?] = Array(repeating: nil, count: 72)
        var turn = 0
        let run = SimulatedRun(facts: Self.facts(room: room)) { run, _, _ in
            turn = (turn + 1) % places.count
            if let session = places[turn] { run.use(session) } else { places[turn] = run.open() }
        }
        let verdict = run.run()
        #expect(verdict.verdict == .bounded, "\(verdict.reason)")
    }

    // MARK: Nothing to say

    @Test("a blind sampler makes the run inconclusive")
    func blind() {
        let run = SimulatedRun(facts: Self.facts()) { run, _, _ in run.open() }
        run.losesSample = { $0 > 60 && $0 % 50 != 0 }
        let verdict = run.run()
        #expect(verdict.verdict == .inconclusive)
        #expect(verdict.exitCode == 3)
    }

    @Test("without privileges a leak is still a leak and health is inconclusive, with what to run")
    func privileges() {
        var facts = Self.facts(room: nil)
        facts.seesSessions = false
        facts.grant = "GRANT pg_monitor TO watcher"
        let healthy = SimulatedRun(facts: facts) { _, _, _ in }
        let verdict = healthy.run()
        #expect(verdict.verdict == .inconclusive)
        #expect(verdict.reason.contains("GRANT pg_monitor TO watcher"))
        let leaking = SimulatedRun(facts: facts) { run, _, _ in run.open() }
        #expect(leaking.run().verdict == .leak)
    }

    @Test("an expected leak passes, and a clean run where a leak was expected fails")
    func expectedLeak() {
        var facts = Self.facts()
        facts.expected = "leak"
        #expect(SimulatedRun(facts: facts) { run, _, _ in run.open() }.run().exitCode == 0)
        #expect(SimulatedRun(facts: facts) { _, _, _ in }.run().exitCode == 1)
    }

    @Test("a run cut short after two waves says what they showed, with a flag")
    func cutShortLate() {
        let run = SimulatedRun(facts: Self.facts()) { _, _, _ in }
        let verdict = run.run(limit: 5)
        #expect(verdict.verdict == .clean)
        #expect(verdict.flags.contains(.cutShort))
    }

    @Test("a run without its waves is inconclusive and says so")
    func cutShort() {
        let run = SimulatedRun(facts: Self.facts()) { _, _, _ in }
        let verdict = run.run(limit: 2)
        #expect(verdict.verdict == .inconclusive)
        #expect(verdict.flags.contains(.cutShort))
    }
}
