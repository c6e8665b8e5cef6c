/// When the transfers of an open load are meant to begin: a pure function of time, that reads no clock.
///
/// Arrivals are numbered from 0; times count from the start of the phase. A load loop asks how many arrivals are due by now, and
/// sends as many as it has not sent; latency is measured from ``intendedStart(of:)``, so that a stall of the generator or of the
/// server is not hidden. In the spirit of vegeta's `lib/pacer.go`.
///
/// A further kind of pace is a further case: it needs its number of arrivals as a function of time, and that function's inverse.
/// Arrivals at random are drawn along a pacer, by ``PoissonArrivals``.
package enum Pacer: Hashable, Sendable {
    /// The same interval between all arrivals, at `rate` per second, above 0.
    ///
    ///     arrivals │        ╭─
    ///              │      ╭─╯       start of arrival k    t(k) = k / rate            [s]
    ///              │    ╭─╯         arrivals by time t    n(t) = ⌊rate · t⌋ + 1      [1]
    ///              │  ╭─╯           arrivals in all, T    N(T) = ⌈rate · T⌉          [1]
    ///              │╭─╯
    ///              └─────────── t
    ///
    /// The first arrival is at once, and none is at the very end: 10/s for 2 s is 20 arrivals, from 0 s to 1.9 s.
    case constant(rate: Double)

    /// A rate that goes from `from` to `to` per second in a straight line over `duration`, and stays there; neither below 0, one above.
    ///
    ///       rate │                             a = (r₁ − r₀) / T                               [1/s²]
    ///         r₁ │        ╭────                N(t) = r₀·t + a·t²/2,  t ≤ T                    [1]
    ///            │     ╭──╯                    start of arrival k:
    ///            │  ╭──╯                       t(k) = 2k / (r₀ + √(r₀² + 2·a·k))               [s]
    ///         r₀ │──╯                          arrivals in all: ⌈N(T)⌉ = ⌈(r₀ + r₁)·T/2⌉      [1]
    ///            └────────┴──── t
    ///                     T
    ///
    /// t(k) is the root of N(t) = k with the difference of near numbers multiplied away, so that it also holds where a is 0 or small.
    case ramp(from: Double, to: Double, duration: Duration)

    /// The intended start of an arrival from the start of the phase, to the nanosecond; does not fall as the number grows.
    package func intendedStart(of arrival: Int) -> Duration { .nanoseconds(start(of: Double(arrival))) }

    /// The moment at which a number of arrivals, whole or not, has been expected since the start.
    package func moment(ofExpected arrivals: Double) -> Duration { .nanoseconds(start(of: arrivals)) }

    /// How many arrivals are expected from the start to a time: the rate's integral. 0 before the start.
    package func expected(by time: Duration) -> Double {
        let seconds = max(0, Double(Self.nanoseconds(time)) / 1e9)
        switch self {
        case .constant(let rate): return rate * seconds
        case .ramp(let from, let to, let duration):
            let length = Double(Self.nanoseconds(duration)) / 1e9
            guard seconds < length else { return (from + to) / 2 * length + to * (seconds - length) }
            return (from + (to - from) * seconds / (2 * length)) * seconds
        }
    }

    /// How many arrivals are due by a time, one that is due right then included; 0 before the start.
    package func arrivals(by time: Duration) -> Int {
        let nanoseconds = Self.nanoseconds(time)
        return nanoseconds >= 0 ? count(upTo: nanoseconds) : 0
    }

    /// How many arrivals a phase has in all; one that would be due at its very end is not sent.
    package func total(in duration: Duration) -> Int {
        let nanoseconds = Self.nanoseconds(duration)
        return nanoseconds <= 0 ? 0 : arrivals(by: .nanoseconds(nanoseconds - 1))
    }

    private func start(of arrivals: Double) -> Int64 {
        let nanoseconds: Double
        switch self {
        case .constant(let rate): nanoseconds = (arrivals / rate * 1e9).rounded()
        case .ramp(let from, let to, let duration):
            let length = Double(Self.nanoseconds(duration)) / 1e9
            let whole = (from + to) / 2 * length
            if arrivals >= whole {
                // A ramp to nothing never has more.
                guard to > 0 || arrivals == whole else { return .max }
                nanoseconds = ((length + (arrivals == whole ? 0 : (arrivals - whole) / to)) * 1e9).rounded()
            } else if arrivals <= 0 {
                nanoseconds = 0
            } else {
                let slope = (to - from) / length
                nanoseconds = (2 * arrivals / (from + max(0, from * from + 2 * slope * arrivals).squareRoot()) * 1e9).rounded()
            }
        }
        return nanoseconds < 9.2e18 ? Int64(nanoseconds) : .max
    }

    /// The number of arrivals whose start, as rounded to nanoseconds, is not after a time: the equation gives it to within one, and
    /// the starts themselves decide, so that the two functions never disagree.
    private func count(upTo nanoseconds: Int64) -> Int {
        let estimate = expected(by: .nanoseconds(nanoseconds)).rounded(.down) + 1
        var count = estimate < 9.2e18 ? Int(estimate) : Int.max - 1
        while count > 1, start(of: Double(count - 1)) > nanoseconds { count -= 1 }
        while start(of: Double(count)) <= nanoseconds { count += 1 }
        return count
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds < 0 ? .min : .max - 1_000_000_000) : whole + attoseconds / 1_000_000_000
    }
}

extension LoadPhase {
    /// When the transfers of an open phase begin; `nil` for a closed one, whose answers decide.
    package var pacer: Pacer? {
        switch self {
        case .open(let rate, nil, _, _, _): .constant(rate: rate)
        case .open(let rate, let to?, let duration, _, _): .ramp(from: rate, to: to, duration: duration)
        case .closed: nil
        }
    }
}
