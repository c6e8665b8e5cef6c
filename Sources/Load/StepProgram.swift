import LinuxIO
import Measurements
import Scenarios

/// What a step starts and when: the phases of its load, as a machine that is asked what to do next.
///
/// Pure: time comes in, actions go out. A phase that ends by its duration hands over at that moment, with its last requests
/// still in flight; one that ends by a count hands over when its last response has ended.
struct StepProgram {
    enum Action: Equatable {
        /// Start a request, which was due at this moment.
        case start(intended: MonotonicInstant)
        /// An arrival was due, and no place is free: it is not sent.
        case drop
        /// Nothing before this moment (`nil`: no moment known) or the end of a transfer.
        case wait(until: MonotonicInstant?)
        /// Nothing more to start, and nothing in flight.
        case finished
    }

    private enum Phase {
        case closed(ConcurrencyRamp, started: Int, of: Int)
        case closedFor(ConcurrencyRamp, duration: Duration)
        /// The arrivals of which this thread has so many, the first of the phase having the number `from` in the step.
        case open(Schedule, own: Int, from: Int, duration: Duration, maxInFlight: Int)
        case unit(left: Int, gap: Duration)
        case silence(Duration)
    }

    private var phases: [Phase] = []
    private var current = 0
    /// When the current phase began.
    private var begin: MonotonicInstant
    /// Of an open phase, its arrivals.
    private var arrivals: Schedule.Cursor?
    /// Of a unit dose, the earliest next start.
    private var notBefore: MonotonicInstant
    /// Requests that may yet be started in the step.
    private var allowance: Int
    private var stopped = false
    private let shard: Shard
    /// For how long arrivals are due.
    private(set) var arrivalSpan = Duration.zero
    /// What was dealt last could not be sent, and nothing that can be until another ends.
    private var isBlocked = false
    /// The most requests in flight that the program can ask for.
    let maximumInFlight: Int
    /// Requests that become due in all; `nil` where the server's speed decides.
    let planned: Int?

    /// - Parameters:
    ///   - single: never more than one request in flight in a closed phase (one connection that serves one at a time).
    ///   - shard: the thread's part of it.
    init(
        _ dose: Step.Dose, load: [LoadPhase], single: Bool, begin: MonotonicInstant, shard: Shard = .whole,
        pacing: (LoadPhase) -> Schedule
    ) {
        self.shard = shard
        self.begin = begin
        notBefore = begin
        var limit: Int?
        switch dose {
        case .silence(let duration): phases = [.silence(duration)]
        case .closed(let requests, let concurrency):
            phases = [.closed(ConcurrencyRamp(from: concurrency, to: concurrency), started: 0, of: requests)]
        case .unit(let requests, let gap): phases = [.unit(left: requests, gap: gap)]
        case .scenario(let cap):
            limit = cap
            phases = load.map { phase in
                switch phase {
                case .closed(let from, let to, .requests(let count)):
                    .closed(ConcurrencyRamp(from: from, to: to ?? from), started: 0, of: count)
                case .closed(let from, let to, .duration(let duration)):
                    .closedFor(ConcurrencyRamp(from: from, to: to ?? from), duration: duration)
                case .open(_, _, let duration, _, let most):
                    .open(pacing(phase), own: 0, from: 0, duration: duration, maxInFlight: most)
                }
            }
        }
        if single { phases = phases.map(Self.onOneConnection) }
        phases = Self.parts(of: phases, shard)
        let total = Self.total(of: phases)
        let own = limit.map { shard.part(of: $0) } ?? .max
        allowance = own
        planned = total.map { min($0, own) }
        maximumInFlight = phases.map { Self.width(of: $0, shard) }.max() ?? 0
        for case .open(_, _, _, let duration, _) in phases { arrivalSpan += duration }
    }

    /// The requests of a step are numbered through its phases; behind one that ends by time, from 0 again.
    private static func parts(of phases: [Phase], _ shard: Shard) -> [Phase] {
        var first = 0
        return phases.map { phase in
            switch phase {
            case .closed(let concurrency, let started, let count):
                defer { first += count }
                return .closed(concurrency, started: started, of: shard.part(of: count, from: first))
            case .open(let schedule, _, _, let duration, let most):
                defer { first += schedule.count }
                return .open(
                    schedule, own: shard.part(of: schedule.count, from: first), from: first, duration: duration,
                    maxInFlight: shard.part(of: most))
            case .closedFor:
                first = 0
                return phase
            case .unit, .silence:
                return phase
            }
        }
    }

    private static func onOneConnection(_ phase: Phase) -> Phase {
        let one = ConcurrencyRamp(from: 1, to: 1)
        return switch phase {
        case .closed(_, let started, let count): .closed(one, started: started, of: count)
        case .closedFor(_, let duration): .closedFor(one, duration: duration)
        case .open(let schedule, let own, let first, let duration, _):
            .open(schedule, own: own, from: first, duration: duration, maxInFlight: 1)
        case .unit, .silence: phase
        }
    }

    private static func total(of phases: [Phase]) -> Int? {
        var sum = 0
        for phase in phases {
            switch phase {
            case .closed(_, _, let count), .unit(let count, _): sum += count
            case .open(_, let own, _, _, _): sum += own
            case .silence: break
            case .closedFor: return nil
            }
        }
        return sum
    }

    private static func width(of phase: Phase, _ shard: Shard) -> Int {
        switch phase {
        case .closed(let concurrency, _, _), .closedFor(let concurrency, _): shard.part(of: concurrency.most)
        case .open(_, _, _, _, let maxInFlight): maxInFlight
        case .unit: 1
        case .silence: 0
        }
    }

    /// What to do now. To be asked until it says wait or finished, and again when that is over.
    ///
    /// - Parameter mayConnect: whether a closed phase may begin one more beside those in flight. Arrivals on schedule do not wait for that.
    mutating func next(now: MonotonicInstant, inFlight: Int, mayConnect: Bool = true) -> Action {
        while !stopped, allowance > 0, current < phases.count {
            if let action = nextOfPhase(now: now, inFlight: inFlight, mayConnect: mayConnect || inFlight == 0) { return action }
        }
        return inFlight == 0 ? .finished : .wait(until: nil)
    }

    /// `nil`: the phase is over, and the next one has begun.
    private mutating func nextOfPhase(now: MonotonicInstant, inFlight: Int, mayConnect: Bool) -> Action? {
        switch phases[current] {
        case .closed(let concurrency, let started, let count):
            if isBlocked, inFlight > 0 { return .wait(until: nil) }
            if started >= count {
                guard inFlight == 0 else { return .wait(until: nil) }
                advance(to: now)
                return nil
            }
            guard mayConnect, inFlight < shard.part(of: concurrency.level(started: started, of: count)) else { return .wait(until: nil) }
            phases[current] = .closed(concurrency, started: started + 1, of: count)
            allowance -= 1
            return .start(intended: now)
        case .closedFor(let concurrency, let duration):
            let end = begin + duration
            guard now < end, !isBlocked || inFlight > 0 else {
                advance(to: min(now, end))
                return nil
            }
            if isBlocked { return .wait(until: end) }
            guard mayConnect else { return .wait(until: end) }
            let passed = now - begin
            guard inFlight < shard.part(of: concurrency.level(at: passed, of: duration)) else {
                return .wait(until: concurrency.nextChange(after: passed, of: duration).map { begin + $0 } ?? end)
            }
            allowance -= 1
            return .start(intended: now)
        case .open(let schedule, _, let first, let duration, let maxInFlight):
            if arrivals == nil { arrivals = Schedule.Cursor(schedule, shard: shard, from: first) }
            guard let next = arrivals?.due else { return waitForEnd(begin + duration, now: now) }
            let due = begin + next
            guard due <= now else { return .wait(until: due) }
            arrivals?.advance()
            allowance -= 1
            return inFlight < maxInFlight ? .start(intended: due) : .drop
        case .unit(let left, let gap):
            guard inFlight == 0 else { return .wait(until: nil) }
            if left == 0 {
                advance(to: now)
                return nil
            }
            guard notBefore <= now else { return .wait(until: notBefore) }
            phases[current] = .unit(left: left - 1, gap: gap)
            allowance -= 1
            return .start(intended: now)
        case .silence(let duration):
            return waitForEnd(begin + duration, now: now)
        }
    }

    private mutating func waitForEnd(_ end: MonotonicInstant, now: MonotonicInstant) -> Action? {
        guard now >= end else { return .wait(until: end) }
        advance(to: end)
        return nil
    }

    private mutating func advance(to instant: MonotonicInstant) {
        current += 1
        begin = instant
        arrivals = nil
        notBefore = instant
        isBlocked = false
    }

    /// A request has ended, its redirects included.
    mutating func ended(at now: MonotonicInstant) {
        isBlocked = false
        guard current < phases.count, case .unit(_, let gap) = phases[current] else { return }
        notBefore = now + gap
    }

    /// As many were started as the step may.
    var isSpent: Bool { allowance == 0 }

    /// What was to be started was not, for want of data, and no other can be in its place: a closed phase waits for the end of a request,
    /// whose user may have what it needs; with none in flight a phase of a duration is over, and one of a count counts down.
    mutating func block() { isBlocked = true }

    /// Starts nothing from now on.
    mutating func stop() { stopped = true }
}
