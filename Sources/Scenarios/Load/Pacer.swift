/// When the transfers of an open load are meant to begin: a pure function of time, that reads no clock.
///
/// Arrivals are numbered from 0; times count from the start of the phase. A load loop asks how many arrivals are due by now, and
/// sends as many as it has not sent; latency is measured from ``intendedStart(of:)``, so that a stall of the generator or of the
/// server is not hidden. In the spirit of vegeta's `lib/pacer.go`.
///
/// A further kind of pace is a further case: it needs its number of arrivals as a function of time, `arrivals(by:)`, and that
/// function's inverse, `intendedStart(of:)`. A ramp from `a` to `b` per second over `T` has `a·t + (b − a)·t² / 2T`; Poisson
/// arrivals are drawn from a seed, and found again by it.
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

    /// The intended start of an arrival from the start of the phase, to the nanosecond; grows with the number.
    package func intendedStart(of arrival: Int) -> Duration {
        switch self {
        case .constant(let rate): .nanoseconds(Self.start(of: arrival, rate: rate))
        }
    }

    /// How many arrivals are due by a time, one that is due right then included; 0 before the start.
    package func arrivals(by time: Duration) -> Int {
        let nanoseconds = Self.nanoseconds(time)
        guard nanoseconds >= 0 else { return 0 }
        switch self {
        case .constant(let rate):
            return Self.count(upTo: nanoseconds, rate: rate)
        }
    }

    /// How many arrivals a phase has in all; one that would be due at its very end is not sent.
    package func total(in duration: Duration) -> Int {
        let nanoseconds = Self.nanoseconds(duration)
        return nanoseconds <= 0 ? 0 : arrivals(by: .nanoseconds(nanoseconds - 1))
    }

    private static func start(of arrival: Int, rate: Double) -> Int64 {
        let nanoseconds = (Double(arrival) / rate * 1e9).rounded()
        return nanoseconds < 9.2e18 ? Int64(nanoseconds) : .max
    }

    /// The number of arrivals whose start, as rounded to nanoseconds, is not after a time: the equation gives it to within one, and
    /// the starts themselves decide, so that the two functions never disagree.
    private static func count(upTo nanoseconds: Int64, rate: Double) -> Int {
        let estimate = (rate * Double(nanoseconds) / 1e9).rounded(.down) + 1
        var count = estimate < 9.2e18 ? Int(estimate) : Int.max - 1
        while count > 1, start(of: count - 1, rate: rate) > nanoseconds { count -= 1 }
        while start(of: count, rate: rate) <= nanoseconds { count += 1 }
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
        if case .open(let rate, _, _) = self { .constant(rate: rate) } else { nil }
    }
}
