import Measurements
import Testing
import Verdicts

/// A load that is not ours, cut at its gaps: what must be called a leak, and what must not.
@Suite struct WatchTests {
    static func facts(room: Int? = nil, seesSessions: Bool = true) -> RunFacts {
        RunFacts(
            requests: [], concurrency: 1, limit: 990, headroom: 990, budget: 790, declaredRoomPerWorker: room,
            declaredWorkers: room == nil ? nil : 1, seesSessions: seesSessions, grant: seesSessions ? "" : "GRANT pg_monitor TO watcher",
            watch: RunFacts.Watch(gapSeconds: 3, command: "load"))
    }

    /// A baseline, then loads of these sizes.
    ///
    /// - Parameter gap: seconds; 0: the load goes on.
    static func watch(
        _ loads: [Int], gap: Int = 4, facts: RunFacts = facts(), threads: Int = 4, _ behaviour: @escaping SimulatedRun.Behaviour
    ) -> Verdict {
        let run = SimulatedRun(facts: facts, behaviour: behaviour)
        run.threads = threads
        run.carryOut(Step(id: 0, kind: .baseline, dose: .silence(.seconds(2)), why: ""))
        for (index, requests) in loads.enumerated() {
            run.carryOut(
                Step(
                    id: index + 1, kind: .watch, dose: .closed(requests: requests, concurrency: 8), settle: .seconds(gap),
                    why: ""))
        }
        return run.judge.verdictNow()
    }

    // MARK: Leaks

    @Test func `a session left by every request, load after load, is a leak at so many a second`() {
        let verdict = Self.watch([40, 40, 40, 40]) { run, _, _ in run.open() }
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        #expect(verdict.law?.kind == .second)
        // 120 in three loads of 50 ms and their gaps of 4 s.
        let each = verdict.law?.each ?? 0
        #expect(each > 9.5 && each < 10.1, "\(each)")
        #expect(verdict.timeToExhaustionSeconds.map { $0 > 70 && $0 < 90 } == true)
        #expect(verdict.exitCode == 1)
        #expect(verdict.queries.reduce(0) { $0 + $1.sessions } == 160)
    }

    @Test func `one session left by each load is a leak where the room is known`() {
        let loads = Array(repeating: 30, count: 8)
        var load = 0
        let verdict = Self.watch(loads, facts: Self.facts(room: 0)) { run, _, _ in
            load += 1
            if load % 30 == 1 { run.open() }
        }
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
    }

    @Test func `one session left by each load, and no room known, is not proven`() {
        var load = 0
        let verdict = Self.watch(Array(repeating: 30, count: 8)) { run, _, _ in
            load += 1
            if load % 30 == 1 { run.open() }
        }
        #expect(verdict.verdict == .inconclusive, "\(verdict.reason)")
        #expect(verdict.exitCode == 3)
    }

    // MARK: Innocents

    @Test func `churn is clean`() {
        let verdict = Self.watch([40, 40, 40]) { run, _, _ in run.close(run.open()) }
        #expect(verdict.verdict == .clean, "\(verdict.reason)")
        #expect(verdict.exitCode == 0)
    }

    @Test(arguments: [4, 100]) func `threads that each keep a session are bounded`(threads: Int) {
        var held: [Int: Int] = [:]
        let verdict = Self.watch([10, 40, 40, 40], threads: threads) { run, _, worker in
            if let mine = held[worker] { run.use(mine) } else { held[worker] = run.open() }
        }
        #expect(verdict.verdict == .bounded, "\(verdict.reason)")
    }

    @Test(arguments: [(20, Verdict.Kind.bounded), (60, .inconclusive)])
    func `a pool that a first large load filled, and small ones hardly use, is no leak`(_ size: Int, _ wanted: Verdict.Kind) {
        var pool: [Int] = []
        let verdict = Self.watch([200, 10, 10, 10]) { run, _, _ in
            if pool.count < size, run.served < 200 { pool.append(run.open()) } else { run.use(pool[run.served % 5]) }
        }
        #expect(verdict.verdict == wanted, "\(verdict.reason)")
    }

    @Test func `a pool that replaces its sessions by age is bounded, though new ones are there after each load`() {
        var pool: [Int] = []
        let verdict = Self.watch([40, 40, 40, 40, 40]) { run, _, worker in
            if run.served % 40 == 0 {
                for pid in pool { run.close(pid) }
                pool = (0..<30).map { _ in run.open() }
            }
            run.use(pool[worker])
        }
        #expect([.bounded, .inconclusive].contains(verdict.verdict), "\(verdict.reason)")
        #expect(verdict.verdict != .leak)
    }

    // MARK: Too little seen

    @Test func `without a gap a leak is at most inconclusive, and the side that it leans to is told`() {
        let leaking = Self.watch([40, 40, 40, 40, 40], gap: 0) { run, _, _ in run.open() }
        #expect(leaking.verdict == .inconclusive, "\(leaking.reason)")
        #expect(leaking.reason.contains("leans to a leak"))
        let healthy = Self.watch([40, 40, 40, 40, 40], gap: 0) { run, _, _ in run.close(run.open()) }
        #expect(healthy.verdict == .inconclusive, "\(healthy.reason)")
        #expect(healthy.reason.contains("leans to health"))
    }

    @Test func `one load that left everything is not proven, and more of them are asked for`() {
        let verdict = Self.watch([100]) { run, _, _ in run.open() }
        #expect(verdict.verdict == .inconclusive)
        #expect(verdict.reason.contains("leans to a leak") && verdict.reason.contains("--repeat 5"), "\(verdict.reason)")
    }

    @Test func `without privileges nothing is said but the GRANT`() {
        let verdict = Self.watch([40, 40, 40, 40], facts: Self.facts(seesSessions: false)) { run, _, _ in run.open() }
        // Whether a session is touched cannot be seen.
        #expect(verdict.verdict == .inconclusive && verdict.reason.contains("GRANT pg_monitor TO watcher"), "\(verdict.reason)")
        let healthy = Self.watch([40, 40, 40, 40], facts: Self.facts(seesSessions: false)) { run, _, _ in run.close(run.open()) }
        #expect(healthy.verdict == .inconclusive)
        #expect(healthy.reason.contains("GRANT pg_monitor TO watcher"))
    }

    @Test func `nothing at all is told as such`() {
        let verdict = Self.watch([]) { _, _, _ in }
        #expect(verdict.verdict == .inconclusive)
        #expect(verdict.reason.contains("No session of the application did anything"))
    }
}
