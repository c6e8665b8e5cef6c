import Measurements
import Testing

@testable import Verdicts

/// What processes hold beside sessions: what must be shown to grow and what must stay quiet, side by side.
@Suite struct GrowthTests {
    // MARK: Statistics

    /// scipy 1.17.1: `kendalltau(range(n), v, method="exact", alternative="greater").pvalue` and `theilslopes(v).slope`.
    @Test(
        "slope and probability agree with scipy",
        arguments: [
            ([100, 110, 120, 130, 141], 10, 0.008333333333333333), ([100, 103, 101, 106, 108, 111], 2, 0.008333333333333333),
            ([5, 4, 7, 9, 8, 12, 15, 14, 18, 21], 2, 5.759479717813051e-05),
        ] as [([Double], Double, Double)])
    func trend(values: [Double], slope: Double, probability: Double) throws {
        let trend = try #require(MonotoneTrend(values))
        #expect(abs(trend.slope - slope) < 1e-12)
        #expect(abs(trend.probability - probability) < 1e-9)
    }

    /// Kendall's tables (Hollander, Wolfe, Chicken, Nonparametric Statistical Methods, 3rd ed., table A.30): P(S ≥ s), S = pairs − 2 × falling.
    @Test("the distribution of falling pairs is Kendall's", arguments: [(4, 0, 0.042), (5, 1, 0.042), (8, 4, 0.007), (10, 12, 0.036)])
    func kendall(count: Int, falling: Int, probability: Double) {
        let cumulative = MonotoneTrend.cumulative(count)
        #expect(abs(cumulative[falling] - probability) < 0.0006)
        #expect(cumulative.count == count * (count - 1) / 2 + 1)
        #expect(cumulative.last.map { abs($0 - 1) < 1e-9 } == true)
    }

    @Test("Sen's interval leaves out a slope at each end from six values on, and two ties are no rise")
    func interval() throws {
        let five = try #require(MonotoneTrend([100, 110, 120, 130, 141]))
        #expect(five.low == 10 && five.high == 11)
        // P(falling ≤ 1) = 6/720 and P(≤ 2) = 20/720: one slope is left out at each end.
        let six = try #require(MonotoneTrend([100, 103, 101, 106, 108, 111]))
        #expect(abs(six.low - 0.5) < 1e-12 && abs(six.high - 3.5) < 1e-12)
        #expect(try #require(MonotoneTrend([1, 1, 2, 2, 3])).probability > 0.01)
        #expect(MonotoneTrend([1]) == nil)
    }

    // MARK: What a run shows

    /// Steps of a run, with what the one process holds at the end of each.
    private static let steps: [(kind: Step.Kind, given: Int)] =
        [(.baseline, 0)] + [4, 8, 16, 32, 64].map { (.rung, $0) } + [(Step.Kind, Int)](repeating: (.wave, 101), count: 5)

    private static func floors(
        _ steps: [(kind: Step.Kind, given: Int)] = steps, pid: (Int) -> Int = { _ in 7 },
        _ hold: (_ requests: Int, _ step: Int) -> ProcessFloors.Values
    ) -> ProcessFloors {
        var floors = ProcessFloors()
        var requests = 0
        for (index, step) in steps.enumerated() {
            requests += step.given
            let values = hold(requests, index)
            let end = RunTime(seconds: Double(index * 10 + 9))
            floors.consume(
                ProcessRow(
                    time: RunTime(seconds: Double(index * 10 + 8)), step: index, pid: pid(index), started: .zero, command: "server",
                    cpu: .zero, residentBytes: values.residentBytes, threads: values.threads, descriptors: values.descriptors,
                    databaseSockets: values.databaseSockets))
            floors.close(
                StepRow(
                    step: index, kind: step.kind, planned: step.given, given: step.given, concurrency: 8, connections: .reused,
                    start: RunTime(seconds: Double(index * 10)), loadEnd: RunTime(seconds: Double(index * 10 + 5)), end: end,
                    peakInFlight: step.given == 0 ? 0 : min(8, step.given), why: ""), counts: true)
        }
        return floors
    }

    private static func values(
        descriptors: Int? = 20, threads: Int = 10, sockets: Int? = 0, megabytes: Double = 100
    ) -> ProcessFloors.Values {
        ProcessFloors.Values(
            descriptors: descriptors, threads: threads, databaseSockets: sockets, residentBytes: Int(megabytes * 1e6))
    }

    @Test("three descriptors for each request are shown, with the interval of a count")
    func descriptors() throws {
        let growth = Self.floors { requests, _ in Self.values(descriptors: 20 + 3 * requests) }.growth
        let found = try #require(growth.first)
        #expect(growth.count == 1 && found.what == .descriptors && found.processes == 1 && found.waves == 5)
        #expect(found.per1000Requests.estimate == 3000)
        let interval = PoissonInterval(count: 1515)
        #expect(abs(found.per1000Requests.low - interval.low / 505 * 1000) < 0.001)
        #expect(abs(found.per1000Requests.high - interval.high / 505 * 1000) < 0.001)
        #expect(found.from == 20 + 3 * 124 && found.to == 20 + 3 * 629)
    }

    @Test("threads and sockets are shown too, and two waves after the ladder are enough for one in each request")
    func threadsAndSockets() {
        let short = Array(Self.steps.prefix(8))
        let growth = Self.floors(short) { requests, _ in Self.values(descriptors: nil, threads: 10 + requests, sockets: requests) }.growth
        #expect(growth.map(\.what) == [.threads, .databaseSockets])
        #expect(growth.allSatisfy { $0.per1000Requests.estimate == 1000 && $0.waves == 2 })
    }

    @Test("several processes that grow are one figure, and one that does not is not counted")
    func processes() {
        var floors = ProcessFloors()
        var requests = 0
        for (index, step) in Self.steps.enumerated() {
            requests += step.given
            for pid in 1...3 {
                floors.consume(
                    ProcessRow(
                        time: RunTime(seconds: Double(index * 10 + 8)), step: index, pid: pid, started: .zero, command: "worker",
                        cpu: .zero,
                        residentBytes: 1, threads: pid == 3 ? 4 : 4 + requests, descriptors: nil, databaseSockets: nil))
            }
            floors.close(
                StepRow(
                    step: index, kind: step.kind, planned: nil, given: step.given, concurrency: 8, connections: .reused, start: .zero,
                    loadEnd: RunTime(seconds: Double(index * 10 + 5)), end: RunTime(seconds: Double(index * 10 + 9)), peakInFlight: 8,
                    why: ""), counts: true)
        }
        #expect(floors.growth.map(\.processes) == [2])
        #expect(floors.growth.first?.per1000Requests.estimate == 2000)
    }

    /// What a process holds after so many requests, and in which step.
    enum Innocent: CaseIterable {
        case flat, poolThatFills, cacheThatFillsLate, halfEachWave, once, jitter, unknown, restartedEachWave

        func descriptors(_ requests: Int, _ step: Int) -> Int? {
            switch self {
            case .flat: 20
            case .poolThatFills: 20 + min(requests, 32)
            case .cacheThatFillsLate: 20 + min(requests, 300)
            case .halfEachWave: 20 + [0, 4, 12, 28, 60, 120, 180, 210, 225, 232, 236][min(step, 10)]
            case .once: step >= 8 ? 400 : 20
            case .jitter: 20 + [3, 40, 11, 0, 35, 8, 44, 2, 30, 9, 41][min(step, 10)]
            case .unknown: nil
            case .restartedEachWave: 20 + 3 * requests
            }
        }
    }

    @Test("innocents are not shown to grow", arguments: Innocent.allCases)
    func innocents(innocent: Innocent) {
        let floors = Self.floors(pid: { innocent == .restartedEachWave ? $0 : 7 }) { requests, step in
            Self.values(descriptors: innocent.descriptors(requests, step))
        }
        #expect(floors.growth.isEmpty, "\(floors.growth)")
    }

    @Test("memory that rises in every wave is shown, per 1,000 requests")
    func memory() throws {
        let growth = Self.floors { requests, _ in Self.values(megabytes: 100 + 0.02 * Double(requests)) }.growth
        let found = try #require(growth.first)
        #expect(growth.count == 1 && found.what == .memory && found.waves == 5)
        #expect(abs(found.per1000Requests.estimate - 20e6) < 1)
        #expect(found.per1000Requests.low <= found.per1000Requests.estimate && found.per1000Requests.estimate <= found.per1000Requests.high)
    }

    @Test(
        "memory that fills up, that jitters, that rises by little, or is seen in four waves only is not shown",
        arguments: [
            [100, 110, 115, 117, 118], [100, 130, 131, 131.5, 132], [100, 104, 103, 108, 110], [100, 100.5, 101, 101.5, 102],
            [50, 100, 105, 110, 115],
        ])
    func innocentMemory(waves: [Double]) {
        var steps = Self.steps
        // Of the last series the first wave was cut to a tenth, so that four equal ones are left.
        if waves[0] == 50 { steps[6].given = 10 }
        let floors = Self.floors(steps) { _, step in Self.values(megabytes: step < 6 ? 50 : waves[step - 6]) }
        #expect(floors.growth.isEmpty, "\(floors.growth)")
    }

    @Test("random walks of memory are shown in fewer than one run in twenty, noise about a level in fewer than one in a hundred")
    func noise() {
        var random = SplitMix(state: 11)
        var shown = (walk: 0, level: 0)
        for _ in 0..<400 {
            var walk = 100.0
            let walks = Self.floors { _, _ in
                walk += Double.random(in: -3...3, using: &random)
                return Self.values(megabytes: walk)
            }
            if !walks.growth.isEmpty { shown.walk += 1 }
            let level = Self.floors { _, _ in Self.values(megabytes: 100 + Double.random(in: -6...6, using: &random)) }
            if !level.growth.isEmpty { shown.level += 1 }
        }
        #expect(shown.walk < 20, "\(shown)")
        #expect(shown.level < 4, "\(shown)")
    }

    @Test("growth stands beside the verdict of the sessions and does not change it")
    func besideTheVerdict() {
        let facts = JudgeTests.facts(quick: false)
        func verdict(growing: Bool) -> Verdict {
            let run = SimulatedRun(facts: facts) { _, _, _ in }
            run.holdsDescriptors = { growing ? 20 + 2 * $0 : 20 }
            return run.run()
        }
        let (quiet, growing) = (verdict(growing: false), verdict(growing: true))
        #expect(quiet.verdict == .clean && quiet.growth == nil)
        #expect(growing.verdict == .clean && growing.exitCode == 0 && growing.reason == quiet.reason)
        #expect(growing.growth?.map(\.what) == [.descriptors])
    }
}
