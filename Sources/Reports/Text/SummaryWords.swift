package import Measurements

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
        let wanted = summary.wanted ?? "clean or bounded"
        let isVerdictWanted = summary.wanted.map { $0 == summary.verdict } ?? (summary.tone == .good)
        guard isVerdictWanted, let thresholds = failedThresholds(summary) else {
            return "not as wanted (\(wanted)), exit code \(summary.exitCode)"
        }
        return "\(thresholds), exit code \(summary.exitCode)"
    }

    /// `2 of 5 thresholds failed`, or that some could not be told; `nil` when all held.
    package static func failedThresholds(_ summary: RunSummary) -> String? {
        let all = Figures.plural(summary.thresholds.count, "threshold")
        let failed = summary.thresholds.count { $0.held == false }
        if failed > 0 { return "\(Figures.count(failed)) of \(all) failed" }
        let unknown = summary.thresholds.count { $0.held == nil }
        return unknown > 0 ? "\(Figures.count(unknown)) of \(all) could not be told" : nil
    }

    /// `✗ latency.p99 < 400ms: 612 ms`.
    package static func threshold(_ line: RunSummary.ThresholdLine) -> String {
        let mark = line.held.map { $0 ? "✓" : "✗" } ?? "?"
        let seen =
            line.held != nil
            ? line.seen
            : line.untold.isEmpty ? "nothing was seen" : [line.seen, line.untold].filter { !$0.isEmpty }.joined(separator: ", but ")
        return "\(mark) \(line.text)" + (seen.isEmpty ? "" : ": \(seen)")
    }

    /// `find a page: 12 × the status`.
    package static func failedCheck(_ line: FailedCheck) -> String {
        let what =
            switch line.check {
            case .end: "the end (no whole response, or one that was not wanted)"
            case .redirect: "the redirect (not allowed, or leading nowhere)"
            case .status: "the status"
            case .header: "a header"
            case .body: "the body"
            case .json: "a JSON value"
            case .time: "the time"
            case .capture: "nothing to capture"
            }
        return "\(line.request): \(Figures.count(line.count)) × \(what)"
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
        if let arrivals = summary.arrivals { rows.append(("arrivals", arrivals)) }
        if let lateness = summary.lateness { rows.append(("sent late", lateness)) }
        if let limit = summary.generatorLimit { rows.append(("generator-limited", limit)) }
        if summary.inOther > 0 {
            rows.append(("counted as “other”", "\(Figures.plural(summary.inOther, "transfer")), beyond 256 classes"))
        }
        if let text = connections(summary) { rows.append(("connections", text)) }
        if let text = localFailures(summary) { rows.append(("this machine", text)) }
        // What somebody else sent is not known.
        if summary.steps.contains(where: { $0.kind == .watch }) {
            rows = rows.filter { ["sessions", "limit, budget"].contains($0.0) }
        }
        if let kept = summary.keptPer1000 { rows.insert(("still there at the end", "\(Figures.rate(kept)) per 1,000"), at: 1) }
        if let left = summary.timeToExhaustion { rows.append(("exhausted in", "\(Figures.span(left)) of such load")) }
        rows += summary.growth.map { ("also grows", $0) }
        rows.append(("duration", Figures.span(summary.duration)))
        if !summary.flags.isEmpty { rows.append(("flags", summary.flags.joined(separator: ", "))) }
        return rows.map { (name: $0.0, value: $0.1) }
    }
}
