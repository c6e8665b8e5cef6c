import Corpus
import Testing

/// The methods that verdicts are compared with, against figures of scipy 1.17.1 and pymannkendall 1.4.3:
///
///     python3 -c "import pymannkendall as mk; from scipy.stats import linregress; v = […]
///     l = linregress(range(len(v)), v); o = mk.original_test(v); h = mk.hamed_rao_modification_test(v)
///     print(l.slope, l.pvalue, o.s, o.z, o.p, h.z, h.p)"
@Suite struct BaselineTests {
    struct Figures: Sendable {
        var values: [Int]
        var slope: Double
        var slopeProbability: Double
        var score: Int
        var z: Double
        var probability: Double
        /// `nil`: the corrected variance is below 0, and pymannkendall has no number.
        var corrected: (z: Double, probability: Double)?
    }

    static let figures: [Figures] = [
        Figures(
            values: [8, 9, 9, 9, 10, 9, 11, 10, 12, 12], slope: 0.40606060606060607, slopeProbability: 0.00043136304219849197, score: 33,
            z: 2.9927024946650387, probability: 0.002765191585248239, corrected: (2.9927024946650387, 0.002765191585248239)),
        Figures(
            values: [0, 0, 1, 3, 3, 3, 2, 2, 3, 5, 5, 4, 4, 5, 7, 7, 7, 6, 8, 8], slope: 0.3977443609022557,
            slopeProbability: 5.684872167849771e-10, score: 148, z: 4.820319893012054, probability: 1.4332820517104494e-06, corrected: nil),
        Figures(
            values: [4, 4, 4, 4, 5, 5, 5, 5, 4, 4, 4, 4, 5, 5, 5, 5], slope: 0.047058823529411764, slopeProbability: 0.09314950163470063,
            score: 32, z: 1.6278255976825613, probability: 0.10356187117653404, corrected: (1.3637490413149083, 0.17264656347874352)),
        Figures(
            values: (0..<60).map { $0 / 7 % 5 }, slope: 0.02081133648235621, slopeProbability: 0.03446806140397133, score: 483,
            z: 3.152751991584196, probability: 0.0016173915623776125, corrected: (1.6182450356174372, 0.10560980079133642)),
        Figures(
            values: (0..<80).map { ($0 * $0 * 7 + 3 * $0) % 11 + $0 / 9 }, slope: 0.10924753867791842,
            slopeProbability: 1.5681622426617987e-08, score: 1325, z: 5.517576758723988, probability: 3.4370597701283145e-08,
            corrected: (7.359402073506991, 1.8474111129762605e-13)),
        Figures(
            values: (0..<30).map { 20 - $0 / 3 }, slope: -0.3303670745272525, slopeProbability: 2.9303498773033746e-30, score: -405,
            z: -7.250209614383295, probability: 4.1611158962950867e-13, corrected: (-9.308504619225523, 0)),
        Figures(
            values: Array(repeating: 0, count: 10) + Array(repeating: 8, count: 30) + Array(repeating: 0, count: 5)
                + Array(repeating: 8, count: 30),
            slope: 0.06827880512091038, slopeProbability: 3.02391109418349e-05, score: 600, z: 3.9669744094098065,
            probability: 7.279080477529121e-05, corrected: (1.5788181128779861, 0.11437778278348154)),
    ]

    private func agrees(_ seen: Double, _ known: Double) -> Bool { abs(seen - known) <= 1e-9 * max(abs(known), 1e-6) + 1e-15 }

    @Test(arguments: figures) func `a least-squares slope and its probability agree with scipy`(_ figures: Figures) {
        let line = LeastSquares(figures.values.indices.map(Double.init), figures.values.map(Double.init))
        #expect(agrees(line.slope, figures.slope), "\(line.slope)")
        #expect(agrees(line.probability, figures.slopeProbability), "\(line.probability)")
    }

    @Test(arguments: figures) func `Mann and Kendall's test agrees with pymannkendall`(_ figures: Figures) {
        let test = MannKendall(figures.values)
        #expect(test.score == figures.score)
        #expect(agrees(test.z, figures.z) && agrees(test.probability, figures.probability), "\(test)")
    }

    @Test(arguments: figures) func `Hamed and Rao's correction agrees with pymannkendall`(_ figures: Figures) {
        let test = MannKendall.hamedRao(figures.values)
        guard let known = figures.corrected else {
            #expect(test.probability == 1)
            return
        }
        #expect(agrees(test.z, known.z) && agrees(test.probability, known.probability), "\(test)")
    }

    @Test func `values that do not change have no trend`() {
        let flat = [Int](repeating: 7, count: 40)
        #expect(MannKendall(flat).probability == 1 && MannKendall.hamedRao(flat).probability == 1)
        #expect(LeastSquares(flat.indices.map(Double.init), flat.map(Double.init)).probability == 1)
        #expect(MannKendall([]).probability == 1 && MannKendall.hamedRao([3]).probability == 1)
    }
}
