import Glibc
import Testing

@testable import Verdicts

/// What is claimed of two configurations: what must be, and what must not.
@Suite struct DifferenceTests {
    static func cells(_ name: String, _ runs: Int, _ figures: (Int, ComparedMetric) -> Double?) -> [CellFigures] {
        (0..<runs).map { run in
            var cell = CellFigures(cell: "\(name).r\(run + 1)", configuration: name, repetition: run + 1, exitCode: 0)
            cell.verdict = .clean
            for metric in ComparedMetric.allCases { cell[metric] = figures(run, metric) }
            return cell
        }
    }

    /// Runs that scatter by 2%, times a factor for one figure.
    private static func runs(_ name: String, _ count: Int, _ changed: ComparedMetric? = nil, by factor: Double = 1) -> [CellFigures] {
        cells(name, count) { run, metric in
            (metric == .sessions ? 1 : 100) * (1 + 0.005 * Double(run % 5 - 2)) * (metric == changed ? factor : 1)
        }
    }

    private func claims(_ old: [CellFigures], _ new: [CellFigures]) -> [ComparedMetric: Difference.Claim?] {
        Dictionary(
            Difference.all(from: ("old", old), to: ("new", new)).map { ($0.metric, $0.claim) }, uniquingKeysWith: { first, _ in first })
    }

    @Test("nothing is claimed below five runs of either, and the numbers are there", arguments: [(4, 20), (20, 4), (1, 1)])
    func few(old: Int, new: Int) {
        let found = Difference.all(from: ("old", Self.runs("old", old)), to: ("new", Self.runs("new", new, .latencyP99, by: 10)))
        #expect(found.count == ComparedMetric.allCases.count)
        #expect(found.allSatisfy { $0.claim == nil && $0.low == nil })
        #expect(found.first { $0.metric == .latencyP99 }.map { $0.shift > 800 } == true)
    }

    @Test("a figure that is half again as large is worse or better, and the others are the same", arguments: ComparedMetric.allCases)
    func changed(metric: ComparedMetric) {
        let (old, new) = (Self.runs("old", 5), Self.runs("new", 5, metric, by: 1.5))
        let more = claims(old, new)
        #expect(more[metric] == (metric.moreIsBetter ? .better : .worse))
        #expect(claims(new, old)[metric] == (metric.moreIsBetter ? .worse : .better))
        for other in ComparedMetric.allCases where other != metric { #expect(more[other] == .same) }
    }

    @Test("a difference within the margin is the same, one across it can't be told")
    func margin() {
        let old = Self.runs("old", 5)
        #expect(claims(old, Self.runs("new", 5, .cpu, by: 1.05))[.cpu] == .same)
        #expect(claims(old, Self.runs("new", 5, .cpu, by: 1.10))[.cpu] == .cannotTell)
        #expect(claims(old, Self.runs("new", 5, .cpu, by: 1.14))[.cpu] == .worse)
    }

    @Test("a difference is no claim where runs of one configuration scatter as much")
    func scatter() {
        let old = Self.cells("old", 5) { run, _ in 100 + Double(run) * 10 }
        #expect(claims(old, Self.cells("new", 5) { run, _ in 150 + Double(run) * 10 })[.latencyP99] == .cannotTell)
        #expect(claims(old, Self.cells("new", 5) { run, _ in 190 + Double(run) * 10 })[.latencyP99] == .worse)
    }

    @Test("a figure that only one of them has is not compared, and one that is unknown in a run has a run less")
    func unknown() {
        let old = Self.runs("old", 5)
        let without = Self.cells("new", 5) { run, metric in metric == .memory ? nil : metric == .cpu && run == 0 ? nil : 100 }
        let found = Difference.all(from: ("old", old), to: ("new", without))
        #expect(!found.contains { $0.metric == .memory })
        #expect(found.first { $0.metric == .cpu }?.claim == .some(nil))
    }

    // MARK: The same server twice

    enum Noise: String, CaseIterable, Sendable {
        /// 3% and 30% of the figure.
        case small, large
        /// Lognormal, σ = 0.5: a tail like that of p99.
        case tail
        /// The machine is half as fast in one run of three.
        case modes
        /// Each run is like the one before it.
        case drift
    }

    /// The cause: 2 of the 252 ways to deal ten runs to two sets separate them, whatever the figures are; without the spread as part
    /// of the threshold one comparison of 20 would claim something.
    @Test("two sets of runs of one and the same server differ in none of 20 comparisons", arguments: Noise.allCases, [5, 6, 8, 12])
    func sameServer(noise: Noise, runs: Int) {
        var random = Gauss(state: UInt64(runs) &* 0x9E37_79B9 &+ UInt64(noise.rawValue.count))
        var wrong = 0
        for _ in 0..<20 {
            var drift = 0.0
            var figures = [CellFigures]()
            for run in 0..<(2 * runs) {
                drift = 0.8 * drift + 0.1 * random.next()
                let mode = random.next() > 0.43 ? 2.0 : 1.0
                var cell = CellFigures(cell: "\(run)", configuration: "same", exitCode: 0)
                for metric in ComparedMetric.allCases {
                    switch noise {
                    case .small: cell[metric] = 100 * (1 + 0.03 * random.next())
                    case .large: cell[metric] = 100 * max(0.01, 1 + 0.3 * random.next())
                    case .tail: cell[metric] = 100 * exp(0.5 * random.next())
                    case .modes: cell[metric] = 100 * mode * (1 + 0.03 * random.next())
                    case .drift: cell[metric] = 100 * max(0.01, 1 + drift + 0.03 * random.next())
                    }
                }
                figures.append(cell)
            }
            // Runs of the two alternate, as a matrix runs them.
            let sets = (0...1).map { set in figures.enumerated().filter { $0.offset % 2 == set }.map(\.element) }
            let claimed = Difference.all(from: ("a", sets[0]), to: ("b", sets[1])).contains { $0.claim == .better || $0.claim == .worse }
            if claimed { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    @Test("and in so few of thousands that 20 in a row are right in 99 of 100")
    func sameServerOften() {
        var random = Gauss(state: 4_711)
        var wrong = 0
        let comparisons = 4000
        for index in 0..<comparisons {
            let spread = [0.02, 0.1, 0.5][index % 3]
            let sets = (0...1).map { _ in Self.cells("same", 5) { _, _ in 100 * exp(spread * random.next()) } }
            let found = Difference.all(from: ("a", sets[0]), to: ("b", sets[1]))
            if found.contains(where: { $0.claim == .better || $0.claim == .worse }) { wrong += 1 }
        }
        #expect(Double(wrong) / Double(comparisons) < 0.0005 * 2, "\(wrong) of \(comparisons)")
    }
}

/// Standard normal numbers from a seed: SplitMix64, Box and Muller.
struct Gauss {
    var state: UInt64

    private mutating func uniform() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((mixed ^ (mixed >> 31)) >> 11) / 9_007_199_254_740_992
    }

    mutating func next() -> Double { (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform()) }
}
