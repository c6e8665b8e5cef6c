import Glibc

/// The exact binomial test, one-sided: the probability of at least as many as were seen.
///
/// P(X ≥ k) = Σ over i = k…n of C(n, i) · pⁱ · (1 − p)ⁿ⁻ⁱ, summed in logarithms. Source: Clopper, Pearson, “The use of confidence or
/// fiducial limits illustrated in the case of the binomial”, Biometrika 26 (1934), 404–413.
package enum Binomial {
    /// - Parameters:
    ///   - count: seen, of `trials`.
    ///   - share: the probability of each, from 0 to 1.
    package static func atLeast(_ count: Int, of trials: Int, share: Double) -> Double {
        if count <= 0 { return 1 }
        if count > trials || share <= 0 { return 0 }
        if share >= 1 { return 1 }
        let (yes, no) = (log(share), log1p(-share))
        var sum = 0.0
        for hits in count...trials {
            let choices = lgamma(Double(trials + 1)) - lgamma(Double(hits + 1)) - lgamma(Double(trials - hits + 1))
            let term = exp(choices + Double(hits) * yes + Double(trials - hits) * no)
            sum += term
            // Behind the mode the terms only fall.
            if Double(hits) > Double(trials + 1) * share, term < sum * 1e-17 { break }
        }
        return min(1, sum)
    }
}
