import Glibc
import Testing

@testable import Verdicts

/// Formulas against values computed elsewhere.
@Suite struct StatisticsTests {
    /// scipy 1.17.1: `chi2.ppf(0.025, 2k) / 2` and `chi2.ppf(0.975, 2k + 2) / 2`.
    @Test(
        "Garwood's interval agrees with scipy's chi-square quantiles",
        arguments: [
            (0, 0, 3.6888794541139354), (1, 0.025317807984289876, 5.571643390938898), (5, 1.6234863901184207, 11.66833207932267),
            (101, 82.26615879303894, 122.72415570583051), (1000, 938.9730184076952, 1063.952136016302),
        ])
    func garwood(count: Int, low: Double, high: Double) {
        let interval = PoissonInterval(count: count)
        #expect(abs(interval.low - low) < 1e-6 * max(1, low))
        #expect(abs(interval.high - high) < 1e-6 * high)
    }

    @Test("the limit for nothing seen is the rule of three")
    func ruleOfThree() {
        #expect(abs(PoissonInterval.zeroSeenLimit - 2.995732273553991) < 1e-12)
    }

    @Test("the e-process has mean 1 under the background")
    func meanIsOne() {
        // E over Poisson(λ) of one step's e-value, summed to where the weights vanish.
        let background = 0.05
        var mean = 0.0
        for count in 0..<400 {
            var process = EProcess()
            process.observe(count: count, background: background)
            let logWeight = Double(count) * log(background) - background - lgamma(Double(count + 1))
            mean += exp(logWeight + process.logValue)
        }
        #expect(abs(mean - 1) < 1e-6)
    }

    @Test("many quiet steps never look like evidence, and a few sessions in each soon do")
    func evidence() {
        var quiet = EProcess()
        for step in 0..<200 { quiet.observe(count: step % 20 == 19 ? 1 : 0, background: 0.05) }
        #expect(!quiet.isBeyondChance)
        var leak = EProcess()
        for _ in 0..<3 { leak.observe(count: 3, background: 0.05) }
        #expect(leak.isBeyondChance)
    }

    @Test("what was evidence once stays so, as the inequality is about the highest value")
    func evidenceStays() {
        var process = EProcess()
        for _ in 0..<2 { process.observe(count: 3, background: 0.05) }
        #expect(process.isBeyondChance)
        for _ in 0..<100 { process.observe(count: 0, background: 0.05) }
        #expect(process.isBeyondChance)
        #expect(process.logValue < 7)
    }
}
