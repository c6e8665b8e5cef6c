import Glibc

/// The exact 95% interval for the mean of a Poisson count, after Garwood, “Fiducial limits for the Poisson distribution”,
/// Biometrika 28 (1936), 437–442: the means under which a count as small, or as large, as the one seen has probability 2.5%.
///
/// Sessions per request may exceed one, which a binomial proportion cannot; so all rates of Seep use this interval.
package struct PoissonInterval: Hashable, Sendable {
    package let low: Double
    package let high: Double

    package init(count: Int, tail: Double = 0.025) {
        low = count == 0 ? 0 : Self.mean(of: count, upperTail: tail)
        high = Self.mean(of: count + 1, upperTail: 1 - tail)
    }

    /// The largest mean under which nothing at all is seen with probability of at least 5%: −ln 0.05 = 2.9957 (the rule of three).
    package static let zeroSeenLimit = -log(0.05)

    /// The mean μ with P(X ≥ count; μ) = probability, for count ≥ 1, by bisection.
    private static func mean(of count: Int, upperTail probability: Double) -> Double {
        var low = 0.0
        var high = Double(count) + 20 * Double(count).squareRoot() + 20
        for _ in 0..<200 where high - low > 1e-10 * high {
            let middle = (low + high) / 2
            if lowerGamma(Double(count), middle) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The regularised lower incomplete gamma function P(a, x) = P(Poisson(x) ≥ a) for whole a: by its series where x < a + 1,
    /// else by Lentz's continued fraction (Press et al., Numerical Recipes, 3rd ed., §6.2).
    static func lowerGamma(_ a: Double, _ x: Double) -> Double {
        if x <= 0 { return 0 }
        let front = exp(-x + a * log(x) - lgamma(a))
        if x < a + 1 {
            var term = 1 / a
            var sum = term
            var n = a
            repeat {
                n += 1
                term *= x / n
                sum += term
            } while term > sum * 1e-16
            return front * sum
        }
        let tiny = 1e-300
        var b = x + 1 - a
        var c = 1 / tiny
        var d = 1 / b
        var h = d
        for i in 1..<10_000 {
            let an = -Double(i) * (Double(i) - a)
            b += 2
            d = an * d + b
            if abs(d) < tiny { d = tiny }
            c = b + an / c
            if abs(c) < tiny { c = tiny }
            d = 1 / d
            let delta = d * c
            h *= delta
            if abs(delta - 1) < 1e-15 { break }
        }
        return 1 - front * h
    }
}
