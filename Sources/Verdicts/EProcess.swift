import Glibc

/// Evidence against chance that may be looked at after every step: a mean of likelihood ratios.
///
/// Under the background, the sessions left behind in a step are Poisson with mean λ. For an alternative in which they are `r`
/// times as many, the likelihood ratio of one step that left `x` is `r^x · e^(−(r−1)λ)`, whose mean under the background is 1.
/// Products over steps are test martingales, and so is their mean over several `r`; by Ville's inequality it reaches 1/α with
/// probability at most α, however often it is looked at. Source: Shafer, Shen, Vereshchagin, Vovk, “Test martingales, Bayes
/// factors and p-values”, Statistical Science 26 (2011), 84–101; Ramdas et al., “Game-theoretic statistics and safe
/// anytime-valid inference”, Statistical Science 38 (2023), 576–601.
package struct EProcess: Hashable, Sendable {
    /// How many times the background the alternatives leave behind.
    package static let alternatives: [Double] = [2, 8, 32, 128, 512, 2048]
    /// Reached by chance in at most one run in a thousand.
    package static let threshold = 1000.0

    private var logs = [Double](repeating: 0, count: alternatives.count)
    /// It was reached once. The inequality bounds the chance that it ever is, so what comes later takes nothing back.
    package private(set) var isBeyondChance = false

    package init() {}

    /// Takes in a step that left `count` behind where `background` (above 0) were expected by chance.
    package mutating func observe(count: Int, background: Double) {
        for (index, ratio) in Self.alternatives.enumerated() {
            logs[index] += Double(count) * log(ratio) - (ratio - 1) * background
        }
        // Decided on a rounded value, so that two machines agree.
        if !isBeyondChance { isBeyondChance = (logValue * 1e6).rounded() >= (log(Self.threshold) * 1e6).rounded() }
    }

    /// The natural logarithm of the e-value.
    package var logValue: Double {
        let top = logs.max() ?? 0
        let sum = logs.reduce(0) { $0 + exp($1 - top) }
        return top + log(sum / Double(logs.count))
    }
}
