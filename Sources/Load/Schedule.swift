package import Scenarios

/// When the arrivals of an open phase are due: a pure function of their number.
///
///     arrivals
///        |        ▪
///        |     ▪         at k / rate, k = 0, 1, …; as many as are due before the phase ends
///        |  ▪
///        +-----------> time
package struct Schedule: Sendable {
    /// How many arrivals there are.
    package let count: Int
    /// From the start of the phase; does not fall as the number grows. Called once for each arrival, on the load's thread.
    package let intendedStart: @Sendable (Int) -> Duration

    package init(count: Int, intendedStart: @escaping @Sendable (Int) -> Duration) {
        self.count = count
        self.intendedStart = intendedStart
    }

    /// Arrivals at equal distances.
    ///
    /// - Parameter rate: per second; above 0.
    package static func uniform(rate: Double, duration: Duration) -> Schedule {
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        let exact = rate * seconds
        // 10/s for 0.3 s are 3 arrivals, though 10 × 0.3 is a little more than 3 in binary.
        let nearest = exact.rounded()
        let count = abs(exact - nearest) < 1e-9 * max(exact, 1) ? nearest : exact.rounded(.up)
        return Schedule(count: Int(count)) { number in
            .nanoseconds(Int64((Double(number) / rate * 1e9).rounded()))
        }
    }

    /// The schedule of an open phase as the scenario says it; of a closed one, none.
    package static func standard(_ phase: LoadPhase) -> Schedule {
        switch phase {
        case .open(let rate, let duration, _): .uniform(rate: rate, duration: duration)
        case .closed: Schedule(count: 0) { _ in .zero }
        }
    }
}
