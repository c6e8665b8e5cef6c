import Measurements
package import Verdicts

/// `report.html` of one cell: the verdict, the chart and the tables behind it in one file.
package enum HTMLReport {
    /// - Parameter chart: the SVG of ``SessionsChart``, put in as it is.
    package static func text(_ summary: RunSummary, chart: String) -> String {
        var body = head(summary.title, summary)
        body += "<p class=\"r\">\(Escape.xml(summary.reason))</p>\n"
        body += "<div class=\"chart\">\(chart)</div>\n<dl>\n"
        for figure in SummaryWords.figures(summary) {
            body += "<div><dt>\(Escape.xml(figure.name))</dt><dd>\(Escape.xml(figure.value))</dd></div>\n"
        }
        body += "</dl>\n" + classes(summary) + queries(summary) + owners(summary) + thresholds(summary) + failures(summary)
        body += steps(summary)
        let versions = summary.versions.map { "\($0.name) \($0.version)" }.joined(separator: " · ")
        body += "<footer>\(Escape.xml(versions))<br>Files: \(Escape.xml(summary.directory))</footer>"
        return HTMLPage.page(title: "\(summary.verdict): \(summary.title)", body: body)
    }

    /// The page beside the cells of a run of several.
    ///
    /// - Parameter chart: the SVG of ``SideBySide``.
    package static func comparison(
        scenario: String, _ summaries: [RunSummary], chart: String, comparison: Comparison? = nil
    ) -> String {
        var body = "<h1>\(Escape.xml(scenario))</h1>\n<div class=\"chart\">\(chart)</div>\n"
        if let missing = comparison.map({ $0.groups.count - ReportFiles.mostPanels }), missing > 0 {
            body += "<p class=\"m\">\(Figures.plural(missing, "configuration")) more than have room in the picture.</p>\n"
        }
        if let comparison { body += ComparisonSections.html(comparison) }
        body += "<section><h2>Cells</h2>"
        body += HTMLPage.table(CellTable.headings, summaries.map { CellTable.cells($0) }, figures: [2, 3, 4, 5, 6])
        body += "</section>\n"
        for summary in summaries {
            body +=
                "<section><h2>\(Escape.xml(summary.title)): \(Escape.xml(summary.verdict))</h2><p>\(Escape.xml(summary.reason))</p></section>\n"
        }
        return HTMLPage.page(title: scenario, body: body)
    }

    private static func head(_ title: String, _ summary: RunSummary) -> String {
        let verdict = Escape.xml("\(summary.tone.mark) \(summary.verdict)")
        let place = Escape.xml("\(summary.scenario), \(SummaryWords.outcome(summary))")
        return "<h1>\(Escape.xml(title))<span class=\"v \(summary.tone)\">\(verdict)</span></h1>\n<p class=\"m\">\(place)</p>\n"
    }

    private static func classes(_ summary: RunSummary) -> String {
        let rows = summary.classes.map { line in
            [
                line.name, Figures.count(line.transfers), Figures.count(line.leaks), line.leakPer1000.map { Figures.interval($0) } ?? "–",
                line.detectionLimit.map { "< \(Figures.rate($0))" } ?? "–",
            ]
        }
        return HTMLPage.section(
            "Classes", note: "A class is a request with an outcome; leaks are counted when it is sent alone.",
            HTMLPage.table(
                ["class", "transfers", "leaks", "leaked per 1,000", "could be unseen, per 1,000"], rows, figures: [1, 2, 3, 4]),
            unless: rows.isEmpty)
    }

    private static func queries(_ summary: RunSummary) -> String {
        let rows = summary.queries.map { [Figures.count($0.sessions), $0.text, $0.origin] }
        return HTMLPage.section(
            "Last queries of the sessions left behind", note: "Literals are ?; where a query comes from is in its comments, if anywhere.",
            HTMLPage.table(["sessions", "query", "from"], rows, figures: [0], code: [1]), unless: rows.isEmpty)
    }

    private static func owners(_ summary: RunSummary) -> String {
        let rows = summary.owners.map { [$0.name, Figures.count($0.leftBehind), $0.room.map { Figures.count($0) } ?? "unknown"] }
        return HTMLPage.section(
            "Owners", note: "Who holds the sessions, and how many it may keep without leaking.",
            HTMLPage.table(["owner", "left behind", "room"], rows, figures: [1, 2]), unless: rows.isEmpty)
    }

    private static func thresholds(_ summary: RunSummary) -> String {
        let rows = summary.thresholds.map { line in
            [
                line.text,
                line.held.map { $0 ? "✓ held" : "✗ did not hold" }
                    ?? (line.untold.isEmpty ? "? nothing was seen that would tell" : "? \(line.untold)"), line.seen,
            ]
        }
        return HTMLPage.section(
            "Thresholds", HTMLPage.table(["threshold", "", "seen"], rows, figures: [2], code: [0]), unless: rows.isEmpty)
    }

    private static func failures(_ summary: RunSummary) -> String {
        let rows = summary.failures.map { [$0.request, $0.outcome, Figures.count($0.count), $0.reason] }
        return HTMLPage.section(
            "Failures", note: "What the first request of each class met on the wire.",
            HTMLPage.table(["request", "outcome", "times", "reason"], rows, figures: [2]), unless: rows.isEmpty)
    }

    private static func steps(_ summary: RunSummary) -> String {
        let judged = Dictionary(summary.waves.map { ($0.step, $0) }, uniquingKeysWith: { first, _ in first })
        let rows = summary.steps.map { step in
            let wave = judged[step.step]
            var why = step.why
            if let reason = wave?.voidReason, !reason.isEmpty { why += " Does not count: \(reason)." }
            if step.ended != .completed { why += " Ended by: \(step.ended.rawValue)." }
            return [
                Figures.count(step.step + 1), LiveBlock.words(step.kind), Figures.count(step.given), Figures.count(step.concurrency),
                Figures.span(step.loadEnd - step.start), Figures.count(wave?.leftBehind), Figures.count(wave?.floor), why,
            ]
        }
        return HTMLPage.section(
            "Steps",
            HTMLPage.table(
                ["", "step", "requests", "concurrency", "load", "left behind", "floor", "why"], rows, figures: [0, 2, 3, 4, 5, 6]),
            unless: rows.isEmpty)
    }
}
