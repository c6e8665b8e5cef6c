import Glibc

/// The starts of a Poisson process along a pacer, one after the other, drawn from a seed.
///
/// The total is fixed at what the pacer gives in the phase (the expected total), so that waves have equal doses; between the ends
/// arrivals are those of a Poisson process: given how many there are, its arrivals are that many independent draws, in order, which
/// by time-rescaling are uniform on the scale of expected arrivals [0, N(T)]. The draws come sorted, by exponential gaps E of mean 1:
///
///     a₀ = 0,  aᵢ₊₁ = aᵢ + Eᵢ / (n − i),     start of arrival i:  t = N⁻¹(N(T) · (1 − exp(−aᵢ₊₁)))
///
///     rate │      ╭──╮       │ ││ │  │   │ ││││ ││ ││││ │││ │ │     │  │
///          │╭─────╯  ╰─      └──────────────────────────────────────────── t
///
/// Sources: Bentley and Saxe, “Generating Sorted Lists of Random Numbers”, ACM TOMS 6 (1980), 359–364; Brown et al., “The
/// Time-Rescaling Theorem and Its Application to Neural Spike Train Data Analysis”, Neural Computation 14 (2002), 325–346. Memory
/// does not grow with the number of arrivals, and nothing is allocated.
package struct PoissonArrivals: Hashable, Sendable {
    /// How many there are in all.
    package let count: Int
    private let pacer: Pacer
    private let expected: Double
    private let last: Duration
    private var generator: SplitMix64
    private var drawn = 0
    /// a of the comment above.
    private var passed = 0.0

    /// - Parameter seed: the same seed gives the same starts.
    package init(_ pacer: Pacer, duration: Duration, seed: UInt64) {
        count = pacer.total(in: duration)
        expected = pacer.expected(by: duration)
        last = max(.zero, duration - .nanoseconds(1))
        self.pacer = pacer
        generator = SplitMix64(seed: seed)
    }

    /// The next start from the start of the phase, before its end, not before the one before; `nil` after the last.
    package mutating func next() -> Duration? {
        guard drawn < count else { return nil }
        // 53 bits, never 0, so that the logarithm is finite.
        let uniform = (Double(generator.next() >> 11) + 0.5) / 0x1p53
        passed -= log(uniform) / Double(count - drawn)
        drawn += 1
        return min(last, pacer.moment(ofExpected: -expm1(-passed) * expected))
    }
}
