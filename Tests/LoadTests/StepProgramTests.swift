import LinuxIO
import Measurements
import Scenarios
import Testing

@testable import Load

/// The program of a step on a clock that only the test moves.
@Suite struct StepProgramTests {
    static let begin = MonotonicInstant(nanoseconds: 1_000_000_000)

    static func program(_ load: [LoadPhase], cap: Int? = nil, single: Bool = false) -> StepProgram {
        StepProgram(.scenario(cap: cap), load: load, single: single, begin: begin, pacing: { Schedule.standard($0, seed: 1) })
    }

    /// Starts what can be started at a moment, none of it ending; what was started, and the wait behind it.
    static func fill(_ program: inout StepProgram, at now: MonotonicInstant, inFlight: Int) -> (Int, StepProgram.Action) {
        var started = 0
        while true {
            let action = program.next(now: now, inFlight: inFlight + started)
            guard case .start = action else { return (started, action) }
            started += 1
        }
    }

    @Test func `a ramp in time opens its levels for equal times, and waits for the next`() {
        var program = Self.program([.closed(concurrency: 1, to: 5, end: .duration(.seconds(10)))])
        #expect(program.maximumInFlight == 5)
        #expect(program.planned == nil)
        var inFlight = 0
        for level in 1...5 {
            let now = Self.begin + .seconds(2 * (level - 1)) + .nanoseconds(1)
            let (started, action) = Self.fill(&program, at: now, inFlight: inFlight)
            #expect(started == 1)
            inFlight += started
            guard case .wait(let until?) = action else { Issue.record("\(action)"); return }
            #expect(abs((until - (Self.begin + .seconds(2 * level))) / .nanoseconds(1)) <= 2)
        }
        #expect(program.next(now: Self.begin + .seconds(10), inFlight: 0) == .finished)
    }

    @Test func `a closed phase begins nothing while connections are being made, and a schedule does not wait`() {
        let closed: [LoadPhase] = [
            .closed(concurrency: 4, end: .requests(8)), .closed(concurrency: 4, end: .duration(.seconds(1))),
        ]
        for phase in closed {
            var program = Self.program([phase])
            // With none in flight nothing would ever wake it.
            #expect(program.next(now: Self.begin, inFlight: 0, mayConnect: false) == .start(intended: Self.begin))
            guard case .wait = program.next(now: Self.begin, inFlight: 1, mayConnect: false) else { Issue.record("\(phase)"); return }
            #expect(program.next(now: Self.begin, inFlight: 1, mayConnect: true) == .start(intended: Self.begin))
        }
        var open = Self.program([.open(rate: 10, duration: .seconds(1), maxInFlight: 5)])
        let later = Self.begin + .seconds(1)
        guard case .start = open.next(now: later, inFlight: 1, mayConnect: false) else { Issue.record("it waits"); return }
    }

    @Test func `a ramp down starts nothing until enough have ended`() {
        var program = Self.program([.closed(concurrency: 3, to: 1, end: .duration(.seconds(3)))])
        #expect(Self.fill(&program, at: Self.begin, inFlight: 0).0 == 3)
        let later = Self.begin + .milliseconds(2500)
        #expect(Self.fill(&program, at: later, inFlight: 3).0 == 0)
        #expect(Self.fill(&program, at: later, inFlight: 1).0 == 0)
        #expect(Self.fill(&program, at: later, inFlight: 0).0 == 1)
    }

    @Test(arguments: [(1, 4, [1, 1, 2, 2, 3, 3, 4, 4]), (4, 1, [4, 4, 3, 3, 2, 2, 1, 1]), (2, 2, Array(repeating: 2, count: 8))])
    func `a ramp in requests gives each level as many`(_ from: Int, _ to: Int, _ levels: [Int]) {
        var program = Self.program([.closed(concurrency: from, to: to, end: .requests(8))])
        #expect(program.planned == 8)
        for level in levels {
            #expect(program.next(now: Self.begin, inFlight: level) == .wait(until: nil))
            #expect(program.next(now: Self.begin, inFlight: level - 1) == .start(intended: Self.begin))
        }
        #expect(program.next(now: Self.begin, inFlight: 0) == .finished)
    }

    @Test func `on one connection a ramp has one level, and a cap cuts it off`() {
        var program = Self.program([.closed(concurrency: 1, to: 9, end: .requests(90))], cap: 2, single: true)
        #expect(program.maximumInFlight == 1)
        #expect(Self.fill(&program, at: Self.begin, inFlight: 0).0 == 1)
        #expect(Self.fill(&program, at: Self.begin, inFlight: 0).0 == 1)
        #expect(program.next(now: Self.begin, inFlight: 0) == .finished)
    }

    @Test(arguments: LoadPhase.Arrivals.allCases) func `every arrival of an open phase is due once, and the next phase has its own`(
        _ arrivals: LoadPhase.Arrivals
    ) {
        let phase = LoadPhase.open(rate: 20, to: 60, duration: .seconds(1), arrivals: arrivals, maxInFlight: 2)
        var program = Self.program([phase, phase])
        #expect(program.planned == 80)
        let due = Schedule.standard(phase, seed: 1).starts
        var now = Self.begin
        var seen: [Duration] = []
        while true {
            switch program.next(now: now, inFlight: 0) {
            case .start(let intended): seen.append(intended - Self.begin)
            case .wait(let until?): now = until
            case .finished:
                #expect(seen == due + due.map { $0 + .seconds(1) })
                return
            case let action:
                Issue.record("\(action)")
                return
            }
        }
    }
}
