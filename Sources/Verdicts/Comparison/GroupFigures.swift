/// What the runs of one configuration came to together.
package struct GroupFigures: Hashable, Sendable, Codable {
    /// Of all of its runs that tell: the median, the least and the most.
    package struct Spread: Hashable, Sendable, Codable {
        package var name: ComparedMetric
        package var runs: Int
        package var median: Double
        package var low: Double
        package var high: Double
    }

    /// The configuration; with its run's folder before it where several runs have it.
    package var name: String
    package var cells: [String]
    /// The worst of its runs; `nil`: none has a verdict.
    package var verdict: Verdict.Kind?
    /// Of each run in its order; a run without a verdict is missing.
    package var verdicts: [Verdict.Kind]
    /// Runs that have no verdict.
    package var failed: Int
    /// The median of the runs' estimates, with the lowest and the highest end of their intervals.
    package var leakPer1000Requests: Verdict.Rate?
    package var metrics: [Spread]

    private enum CodingKeys: String, CodingKey {
        case name, cells, verdict, verdicts, failed, metrics
        case leakPer1000Requests = "leak_per_1000_requests"
    }

    package init(name: String, _ cells: [CellFigures]) {
        self.name = name
        self.cells = cells.map(\.cell)
        verdicts = cells.compactMap(\.verdict)
        verdict = verdicts.max { $0.severity < $1.severity }
        failed = cells.count { $0.verdict == nil }
        leakPer1000Requests = Self.leak(cells.compactMap(\.leakPer1000Requests))
        metrics = ComparedMetric.allCases.compactMap { metric in
            let values = cells.compactMap { $0[metric] }.sorted()
            guard let low = values.first, let high = values.last else { return nil }
            return Spread(name: metric, runs: values.count, median: Median.of(sorted: values), low: low, high: high)
        }
    }

    private static func leak(_ rates: [Verdict.Rate]) -> Verdict.Rate? {
        guard var rate = rates.first else { return nil }
        rate.estimate = Median.of(sorted: rates.map(\.estimate).sorted())
        rate.low = rates.map(\.low).min() ?? rate.low
        rate.high = rates.map(\.high).max() ?? rate.high
        return rate
    }
}

extension Verdict.Kind {
    /// How bad it is, for telling which of two is worse: clean and bounded are alike, and inconclusive lies between them and a fault.
    package var severity: Int {
        switch self {
        case .clean: 0
        case .bounded: 1
        case .inconclusive: 2
        case .overBudget: 3
        case .starved: 4
        case .stuck: 5
        case .leak: 6
        }
    }

    /// Whether it says that the application is at fault.
    package var isFault: Bool { severity > Self.inconclusive.severity }
}
