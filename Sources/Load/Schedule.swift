package import Scenarios

/// When the arrivals of an open phase are due.
///
///     arrivals
///        |        ▪
///        |     ▪         at the pacer's moments (uniform), or drawn along it (Poisson);
///        |  ▪            as many as are due before the phase ends
///        +-----------> time
package struct Schedule: Sendable {
    /// How many arrivals there are.
    package let count: Int
    private let source: Source

    private enum Source: Sendable {
        case function(@Sendable (Int) -> Duration)
        case poisson(PoissonArrivals)
    }

    /// - Parameter intendedStart: from the start of the phase, by the arrival's number from 0; does not fall as that grows. Called once
    ///   for each arrival, on the load's thread.
    package init(count: Int, intendedStart: @escaping @Sendable (Int) -> Duration) {
        self.count = count
        source = .function(intendedStart)
    }

    package init(_ arrivals: PoissonArrivals) {
        count = arrivals.count
        source = .poisson(arrivals)
    }

    /// The schedule of an open phase as the scenario says it; of a closed one, none.
    ///
    /// - Parameter seed: draws Poisson arrivals.
    package static func standard(_ phase: LoadPhase, seed: UInt64) -> Schedule {
        guard let pacer = phase.pacer, case .open(_, _, let duration, let arrivals, _) = phase else {
            return Schedule(count: 0) { _ in .zero }
        }
        switch arrivals {
        case .uniform: return Schedule(count: pacer.total(in: duration)) { pacer.intendedStart(of: $0) }
        case .poisson: return Schedule(PoissonArrivals(pacer, duration: duration, seed: seed))
        }
    }

    /// ``standard(_:seed:)`` of the seed 1.
    package static func standard(_ phase: LoadPhase) -> Schedule { standard(phase, seed: 1) }

    /// Goes through the arrivals once.
    struct Cursor {
        private var source: Source
        private var left: Int
        private var number = 0
        private let stride: Int
        /// The next arrival, from the start of the phase; `nil` after the last.
        private(set) var due: Duration?

        /// - Parameters:
        ///   - shard: whose arrivals are gone through.
        ///   - first: the number of the first arrival in the step.
        init(_ schedule: Schedule, shard: Shard = .whole, from first: Int = 0) {
            source = schedule.source
            left = schedule.count
            stride = shard.count
            move(by: shard.skip(from: first) + 1)
        }

        /// Goes on to the arrival after ``due``.
        mutating func advance() { move(by: stride) }

        private mutating func move(by steps: Int) {
            due = nil
            guard left >= steps else {
                left = 0
                return
            }
            left -= steps
            number += steps
            switch source {
            case .function(let start):
                due = start(number - 1)
            case .poisson(var arrivals):
                // Each is drawn from the one before.
                for _ in 0..<steps { due = arrivals.next() }
                source = .poisson(arrivals)
            }
        }
    }

    /// Every arrival in order; for plans and tests of schedules that are short.
    package var starts: [Duration] {
        var cursor = Cursor(self)
        var starts: [Duration] = []
        while let due = cursor.due {
            starts.append(due)
            cursor.advance()
        }
        return starts
    }
}
