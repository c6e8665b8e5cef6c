import Measurements
import Testing
import Verdicts

/// Waves for a time, and not a number of them.
@Suite struct SoakTests {
    private static func facts(hours: Double, room: Int? = 8, quick: Bool = false) -> RunFacts {
        var facts = JudgeTests.facts(room: room, quick: quick)
        facts.soakSeconds = hours * 3600
        return facts
    }

    @Test func `waves go on while another one fits, and the other steps come after them`() throws {
        let run = SimulatedRun(facts: Self.facts(hours: 1)) { run, _, _ in run.close(run.open()) }
        let verdict = run.run(limit: 20_000)
        #expect(verdict.verdict == .clean, "\(verdict.reason)")
        let waves = run.closed.map(\.row).filter { $0.kind == .wave }
        let first = try #require(waves.first)
        let last = try #require(waves.last)
        let wave = last.end - last.start
        #expect(last.end - first.start <= .seconds(3600) && last.end - first.start > .seconds(3600) - wave * 2)
        #expect(waves.count > 300)
        #expect(run.stepsDone.last?.kind == .longIdle)
        #expect(run.stepsDone[20].why.hasPrefix("the soak goes on, 5"), "\(run.stepsDone[20].why)")
    }

    @Test func `a soak of less than five waves has five, and a quick run three`() {
        for (quick, count) in [(false, 5), (true, 3)] {
            let run = SimulatedRun(facts: Self.facts(hours: 0.004, quick: quick)) { run, _, _ in run.close(run.open()) }
            _ = run.run(limit: 20_000)
            #expect(run.stepsDone.count { $0.kind == .wave } == count)
        }
    }

    @Test(arguments: [400, 4000, 10_000]) func `a soak finds a leak of one in thousands, and ends with it`(_ oneIn: Int) {
        var random = SplitMix(state: UInt64(oneIn))
        let run = SimulatedRun(facts: Self.facts(hours: 8)) { run, _, _ in
            let session = run.open()
            if Int.random(in: 0..<oneIn, using: &random) > 0 { run.close(session) }
        }
        let verdict = run.run(limit: 20_000)
        #expect(verdict.verdict == .leak, "\(verdict.reason)")
        let waves = run.stepsDone.count { $0.kind == .wave }
        // Beyond the room of eight, some dozen more are wanted.
        #expect(waves * 101 < oneIn * 32, "\(waves)")
    }

    @Test func `the same without a soak's waves is not seen`() {
        let run = SimulatedRun(facts: JudgeTests.facts()) { run, _, _ in
            let session = run.open()
            if run.served % 400 != 399 { run.close(session) }
        }
        #expect(run.run(limit: 20_000).verdict != .leak)
    }

    @Test(arguments: [8, nil]) func `a pool that stays full for a day of waves is bounded`(_ room: Int?) {
        var places: [Int: Int] = [:]
        var facts = Self.facts(hours: 24, room: room)
        facts.settleSeconds = 60
        let run = SimulatedRun(facts: facts) { run, _, worker in
            if let session = places[worker] { run.use(session) } else { places[worker] = run.open() }
        }
        let verdict = run.run(limit: 20_000)
        #expect(verdict.verdict == .bounded, "\(verdict.reason)")
        #expect(run.stepsDone.count { $0.kind == .wave } > 1000)
    }

    @Test func `a worker that is replaced each hour and opens its pool anew is no leak`() {
        var places: [Int: Int] = [:]
        var began: Int64 = 0
        let run = SimulatedRun(facts: Self.facts(hours: 12)) { run, _, worker in
            if run.now - began > 3_600_000_000 {
                places.values.forEach(run.close)
                places = [:]
                began = run.now
            }
            if let session = places[worker] { run.use(session) } else { places[worker] = run.open() }
        }
        let verdict = run.run(limit: 20_000)
        #expect([.bounded, .clean].contains(verdict.verdict), "\(verdict.reason)")
    }

    @Test func `a few steps that do not count do not end a soak`() {
        let run = SimulatedRun(facts: Self.facts(hours: 1)) { run, _, _ in run.close(run.open()) }
        // Nothing is sampled for two minutes in twenty.
        run.losesSample = { _ in run.now / 60_000_000 % 20 < 2 && run.now > 300_000_000 }
        let verdict = run.run(limit: 20_000)
        #expect(run.closed.count { !$0.judged.voidReason.isEmpty } > 10)
        #expect(verdict.verdict == .clean, "\(verdict.reason)")
    }

    @Test func `the plan has the time of a soak, and not its steps`() {
        var facts = Self.facts(hours: 8)
        let open = Outlook(facts: facts, assuming: .clean, loadDuration: .seconds(595))
        #expect(open.steps.count { $0.kind == .wave } == 5)
        #expect(open.furtherWaves == 48 - 5)
        #expect(open.atLeast >= .seconds(8 * 3600) && open.atLeast < .seconds(8 * 3600 + 900))
        #expect(open.requests == 618 + 43 * 101)
        #expect(Outlook(facts: facts, assuming: .clean, loadDuration: .zero).requests == nil)
        #expect(Outlook(facts: facts, assuming: .leaking, loadDuration: .seconds(595)).atLeast < .seconds(3 * 3600))
        facts.quick = true
        #expect(Outlook(facts: facts, assuming: .clean, loadDuration: .seconds(595)).furtherWaves == 0)
    }
}
