package import Verdicts

/// The words and tables of a comparison that more than one report has.
package enum ComparisonWords {
    package static func name(_ metric: ComparedMetric) -> String {
        switch metric {
        case .requestsPerSecond: "requests/s"
        case .latencyP50: "p50"
        case .latencyP99: "p99"
        case .cpu: "CPU per request"
        case .memory: "memory at most"
        case .sessions: "sessions per request"
        }
    }

    package static func figure(_ value: Double?, _ metric: ComparedMetric) -> String {
        guard let value else { return "–" }
        switch metric {
        case .requestsPerSecond, .sessions: return Figures.rate(value)
        case .latencyP50, .latencyP99, .cpu: return "\(Figures.rate(value)) ms"
        case .memory: return "\(Figures.rate(value)) MB"
        }
    }

    /// Of each configuration what became of its sessions.
    static func sessionsTable(_ comparison: Comparison) -> Table {
        var rest = comparison.cells[...]
        let rows = comparison.groups.map { group in
            let cells = Array(rest.prefix(group.cells.count))
            rest = rest.dropFirst(group.cells.count)
            return [
                group.name, Figures.count(cells.count), verdict(group),
                group.leakPer1000Requests.map { Figures.interval(.init($0)) } ?? leak(cells),
                span(cells.compactMap(\.floor)), span(cells.compactMap(\.peak)), span(cells.compactMap(\.errors)),
                span(cells.compactMap(\.dropped)),
            ]
        }
        return Table(
            headings: ["configuration", "runs", "verdict", "leaked per 1,000 requests", "floor", "peak", "errors", "dropped"], rows: rows,
            figures: [1, 3, 4, 5, 6, 7])
    }

    /// Of each configuration what it costs.
    static func costTable(_ comparison: Comparison) -> Table {
        let rows = comparison.groups.map { group in
            [group.name] + ComparedMetric.allCases.map { metric in spread(group.metrics.first { $0.name == metric }) }
        }
        return Table(
            headings: ["configuration"] + ComparedMetric.allCases.map(name), rows: rows, figures: Set(1...ComparedMetric.allCases.count))
    }

    struct Table {
        var headings: [String]
        var rows: [[String]]
        /// Columns that hold figures.
        var figures: Set<Int>
    }

    /// `leak`, or of several runs that differ `leak 2, clean 3`; runs without a verdict are told.
    package static func verdict(_ group: GroupFigures) -> String {
        var names: [String] = []
        for kind in group.verdicts.sorted(by: { $0.severity > $1.severity }).map(\.rawValue) where !names.contains(kind) {
            names.append(kind)
        }
        let counts = names.map { name in (name, group.verdicts.count { $0.rawValue == name }) }
        let isOne = counts.count == 1 && group.failed == 0
        var parts = counts.map { isOne ? $0.0 : "\($0.0) \($0.1)" }
        if group.failed > 0 { parts.append(group.verdicts.isEmpty ? RunSummary.noVerdict : "\(RunSummary.noVerdict) \(group.failed)") }
        let mark = group.verdict.map { Tone(verdict: $0.rawValue).mark } ?? Tone.bad.mark
        return "\(mark) \(parts.joined(separator: ", "))"
    }

    /// Of runs in which nothing was left: what could have gone unseen in the one that saw least.
    private static func leak(_ cells: [CellFigures]) -> String {
        cells.compactMap(\.detectionLimit).max().map { "0 (< \(Figures.rate($0)))" } ?? "–"
    }

    private static func span(_ values: [Int]) -> String {
        guard let low = values.min(), let high = values.max() else { return "–" }
        return low == high ? Figures.count(low) : "\(Figures.count(low))–\(Figures.count(high))"
    }

    private static func spread(_ spread: GroupFigures.Spread?) -> String {
        guard let spread else { return "–" }
        let median = figure(spread.median, spread.name)
        guard spread.runs > 1 else { return median }
        return "\(median) [\(Figures.rate(spread.low))–\(Figures.rate(spread.high))]"
    }

    // MARK: Differences

    static func table(_ differences: [Difference]) -> Table {
        Table(
            headings: ["figure", "configuration", "reference", "shift", "interval", "beyond", "claim"],
            rows: differences.map(row), figures: [3, 4, 5])
    }

    private static func row(_ one: Difference) -> [String] {
        [
            name(one.metric), "\(one.other): \(figure(one.otherMedian, one.metric))",
            "\(one.reference): \(figure(one.referenceMedian, one.metric))", signed(one.shift, one.metric), interval(one),
            one.threshold.map { figure($0, one.metric) } ?? "–", one.claim?.rawValue ?? "–",
        ]
    }

    /// A difference that is claimed, on one line.
    static func line(_ one: Difference) -> String {
        let row = row(one)
        return "\(row[6]): \(row[0]) of \(row[1]), \(row[2]), shift \(row[3]) \(row[4])"
    }

    private static func signed(_ value: Double, _ metric: ComparedMetric) -> String { (value > 0 ? "+" : "") + figure(value, metric) }

    private static func interval(_ one: Difference) -> String {
        guard let low = one.low, let high = one.high, let confidence = one.confidence else { return "–" }
        return "[\(Figures.rate(low)), \(Figures.rate(high))] (\(Figures.fixed(confidence * 100, decimals: 1))%)"
    }

    /// Why there are no claims, or what they rest on.
    static func note(_ comparison: Comparison) -> String {
        let claimed = comparison.differences.contains { $0.claim != nil }
        guard claimed else {
            return
                "Numbers without claims: these take \(Difference.fewestRuns) runs of each configuration (repeat: \(Difference.fewestRuns))."
        }
        return
            "Better and worse: the exact interval of the shift lies as a whole beyond \(Int(Difference.margin * 100))% of the reference, and beyond the spread within either configuration. Same: it lies within \(Int(Difference.margin * 100))%."
    }

    // MARK: The baseline

    /// One line each: regressions, then notes.
    package static func lines(_ baseline: BaselineCheck) -> [String] {
        let head =
            baseline.regressions.isEmpty
            ? "baseline \(baseline.folder): nothing is worse beyond noise"
            : "baseline \(baseline.folder): \(Figures.plural(baseline.regressions.count, "regression"))"
        return [head] + baseline.regressions.map { "\(Tone.bad.mark) \($0.text)" } + baseline.notes.map { "  \($0)" }
    }
}
