/// The phrases that more than one report says of a run.
package enum SummaryWords {
    /// The one figure of a run: what leaked, or how little could have gone unseen.
    package static func keyFigure(_ summary: RunSummary) -> String {
        if summary.tone == .bad, let leak = summary.leakPer1000 {
            return "\(Figures.rate(leak.estimate)) sessions left per 1,000 requests"
        }
        if let kept = summary.finalFloor, summary.verdict == "bounded" {
            return "\(Figures.plural(kept, "session")) kept, then no more"
        }
        let text = "\(Figures.count(summary.leftBehind)) left in \(Figures.plural(summary.requests, "request"))"
        return summary.tone == .good ? text : "\(text), which proves nothing"
    }

    /// `1 → 6, peak 14`.
    package static func sessions(_ summary: RunSummary) -> String {
        "\(Figures.count(summary.baselineFloor)) before, \(Figures.count(summary.peakSessions)) at most, \(Figures.count(summary.finalFloor)) after"
    }

    /// What leaked per 1,000 requests; of a run that left nothing, what could have gone unseen.
    package static func leak(_ summary: RunSummary) -> String {
        if let leak = summary.leakPer1000, leak.estimate > 0 || summary.detectionLimit == nil { return Figures.interval(leak) }
        if let limit = summary.detectionLimit { return "0 (< \(Figures.rate(limit)))" }
        return "–"
    }

    /// `as wanted`, `wanted: leak`, or what went wrong.
    package static func outcome(_ summary: RunSummary) -> String {
        if summary.isAsWanted { return summary.wanted.map { "as wanted (\($0))" } ?? "as wanted" }
        return "not as wanted (\(summary.wanted ?? "clean or bounded")), exit code \(summary.exitCode)"
    }

    package static func figures(_ summary: RunSummary) -> [(name: String, value: String)] {
        var rows = [
            ("leaked per 1,000 requests", leak(summary)),
            ("sessions", sessions(summary)),
            ("limit, budget", "\(Figures.count(summary.limit)), \(Figures.count(summary.budget))"),
            ("requests", "\(Figures.count(summary.requests)), \(Figures.count(summary.errors)) not as expected"),
            (
                "speed",
                "\(Figures.rate(summary.requestsPerSecond)) requests/s, p50 \(Figures.milliseconds(summary.p50Milliseconds)), p99 \(Figures.milliseconds(summary.p99Milliseconds))"
            ),
        ]
        if let kept = summary.keptPer1000 { rows.insert(("still there at the end", "\(Figures.rate(kept)) per 1,000"), at: 1) }
        if let left = summary.timeToExhaustion { rows.append(("exhausted in", "\(Figures.span(left)) of such load")) }
        rows.append(("duration", Figures.span(summary.duration)))
        if !summary.flags.isEmpty { rows.append(("flags", summary.flags.joined(separator: ", "))) }
        return rows.map { (name: $0.0, value: $0.1) }
    }
}
