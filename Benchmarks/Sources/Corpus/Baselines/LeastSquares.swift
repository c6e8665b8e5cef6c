import Glibc

/// A straight line through equally spaced values by least squares, and the probability of its slope under no trend.
///
/// slope b = Sxy / Sxx, t = b / √(SSE / (n − 2) / Sxx), two-sided with n − 2 degrees of freedom. Source: Draper, Smith, Applied
/// Regression Analysis, 3rd ed. (1998), §1.4; as `scipy.stats.linregress`.
package struct LeastSquares: Sendable {
    package let slope: Double
    /// Two-sided; 1 where there is no line, or nothing varies.
    package let probability: Double

    package init(_ times: [Double], _ values: [Double]) {
        let n = Double(values.count)
        guard values.count > 2 else {
            (slope, probability) = (0, 1)
            return
        }
        let meanTime = times.reduce(0, +) / n
        let mean = values.reduce(0, +) / n
        var (sxx, sxy, syy) = (0.0, 0.0, 0.0)
        for (time, value) in zip(times, values) {
            sxx += (time - meanTime) * (time - meanTime)
            sxy += (time - meanTime) * (value - mean)
            syy += (value - mean) * (value - mean)
        }
        guard sxx > 0, syy > 0 else {
            (slope, probability) = (0, 1)
            return
        }
        slope = sxy / sxx
        let rest = max(0, syy - slope * sxy)
        guard rest > syy * 1e-15 else {
            probability = 0
            return
        }
        let t = slope / (rest / (n - 2) / sxx).squareRoot()
        probability = Self.twoSided(t, degrees: n - 2)
    }

    /// P(|T| ≥ |t|) = I(ν / (ν + t²); ν/2, 1/2).
    static func twoSided(_ t: Double, degrees: Double) -> Double {
        incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
    }

    /// The regularised incomplete beta function by Lentz's continued fraction (Press et al., Numerical Recipes, 3rd ed., §6.4).
    static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
        return x < (a + 1) / (a + b + 2) ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        func away(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var c = 1.0
        var d = 1 / away(1 - (a + b) * x / (a + 1))
        var h = d
        for i in 1..<10_000 {
            let m = Double(i)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / away(1 + even * d)
            c = away(1 + even / c)
            h *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / away(1 + odd * d)
            c = away(1 + odd / c)
            let delta = d * c
            h *= delta
            if abs(delta - 1) < 1e-15 { break }
        }
        return h
    }
}
