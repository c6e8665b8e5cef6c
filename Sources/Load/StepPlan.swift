import LinuxIO
import Measurements
import Scenarios

/// A step worked out once for all threads: the dealt order and the arrivals, of which each thread takes its part.
struct StepPlan: Sendable {
    let step: Step
    /// How many threads carry it out: the first so many.
    let threads: Int
    let order: DealtOrder
    /// The most requests in flight on all threads together.
    let maximumInFlight: Int
    private let load: [LoadPhase]
    private let single: Bool
    /// Of the open phases, in their order.
    private let schedules: [Schedule]

    init(_ step: Step, _ settings: LoadSettings) throws(LoadError) {
        let scenario = settings.scenario
        let named: [Int] =
            switch step.mix {
            case .all: []
            case .only(let index): [index]
            case .some(let indices): indices
            }
        for index in named {
            guard scenario.requests.indices.contains(index) else { throw .noSuchRequest(index: index) }
        }
        self.step = step
        load = scenario.load
        single = step.connections == .one && scenario.http.version != .http2
        var schedules: [Schedule] = []
        if case .scenario = step.dose {
            for phase in scenario.load where phase.isOpen { schedules.append(settings.pacing(phase)) }
        }
        self.schedules = schedules
        let whole = Self.program(step, load: load, single: single, schedules: schedules, begin: .init(nanoseconds: 0), shard: .whole)
        maximumInFlight = whole.maximumInFlight
        order = DealtOrder(step.mix, planned: whole.planned, weights: scenario.requests.map(\.weight), dealer: settings.dealer)
        let most = step.connections == .one ? 1 : Self.widest(step.dose, load: load)
        threads = max(1, min(settings.threads, most))
    }

    /// The most threads that each have something to do in every phase.
    ///
    /// A ramp by requests goes on as its requests are started, so each thread must have one in flight from the beginning.
    private static func widest(_ dose: Step.Dose, load: [LoadPhase]) -> Int {
        switch dose {
        case .silence, .unit: 1
        case .closed(_, let concurrency): concurrency
        case .scenario:
            load.map { phase in
                switch phase {
                case .closed(let from, let to, .requests): min(from, to ?? from)
                case .closed(let from, let to, .duration): max(from, to ?? from)
                case .open(_, _, _, _, let most): most
                }
            }.min() ?? 1
        }
    }

    /// A thread's part of the program.
    func program(of shard: Shard, begin: MonotonicInstant) -> StepProgram {
        Self.program(step, load: load, single: single, schedules: schedules, begin: begin, shard: shard)
    }

    private static func program(
        _ step: Step, load: [LoadPhase], single: Bool, schedules: [Schedule], begin: MonotonicInstant, shard: Shard
    ) -> StepProgram {
        var rest = schedules[...]
        return StepProgram(step.dose, load: load, single: single, begin: begin, shard: shard) { _ in
            rest.popFirst() ?? Schedule(count: 0) { _ in .zero }
        }
    }
}

extension LoadPhase {
    var isOpen: Bool {
        if case .open = self { true } else { false }
    }

    var mostInFlight: Int {
        switch self {
        case .closed(let from, let to, _): max(from, to ?? from)
        case .open(_, _, _, _, let most): most
        }
    }
}
