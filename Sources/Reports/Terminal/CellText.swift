/// What a run ends with on the terminal for one cell: the verdict in a sentence, a sparkline, key figures, paths.
package enum CellText {
    /// - Parameter isQuiet: the verdict and its reason alone.
    package static func lines(
        _ summary: RunSummary, series: SessionSeries?, width: Int, style: TerminalStyle, isQuiet: Bool = false
    ) -> [String] {
        let ink = style.ink(summary.tone)
        let wanted = summary.isAsWanted ? "" : "  \(Escape.terminal(SummaryWords.outcome(summary)))"
        let title = Escape.terminal(summary.title)
        let verdict = "\(summary.tone.mark) \(Escape.terminal(summary.verdict))"
        var lines = ["\(style.paint(verdict, .bold, ink))  \(style.paint(title, .bold))\(style.paint(wanted, .dim))"]
        lines += DisplayWidth.wrap(Escape.terminal(summary.reason), to: min(width, 110))
        if !isQuiet {
            lines += sparkline(summary, series: series, width: width, style: style)
            lines += figures(summary, width: width, style: style)
        }
        return lines.map { style.shown($0) }
    }

    private static func sparkline(_ summary: RunSummary, series: SessionSeries?, width: Int, style: TerminalStyle) -> [String] {
        guard let series, let spark = Sparkline.lines(series, steps: summary.steps, width: min(max(width - 12, 10), 100)) else { return [] }
        return [
            "", style.paint(spark.blocks, .blue) + " peak \(Figures.count(series.peak))", style.paint(spark.marks, .dim),
            style.paint(DisplayWidth.cut(Sparkline.legend(summary.steps), to: width), .dim),
        ]
    }

    private static func figures(_ summary: RunSummary, width: Int, style: TerminalStyle) -> [String] {
        let rows =
            SummaryWords.figures(summary)
            + summary.classes.filter { $0.leaks > 0 }.prefix(5).map { line in
                ("leaks", "\(line.name): \(Figures.plural(line.leaks, "session")) when sent alone")
            } + thresholds(summary) + SummaryWords.failures(summary, atMost: 5).map { ("failed", $0) }
            + summary.queries.prefix(3).map { ("last query", "\(Figures.count($0.sessions)) × \($0.text)") }
        var lines = [""]
        for row in rows {
            let label = style.paint(DisplayWidth.pad(row.0, to: 26), .dim)
            lines.append(label + DisplayWidth.cut(Escape.terminal(row.1), to: max(width - 26, 20)))
        }
        let directory = Escape.terminal(summary.directory)
        lines.append(style.paint(DisplayWidth.pad("rows", to: 26), .dim) + "\(directory)/*.csv")
        lines.append(style.paint(DisplayWidth.pad("report", to: 26), .dim) + "\(directory)/report.html")
        return lines
    }

    /// Those that did not hold, each, and the others as a number.
    private static func thresholds(_ summary: RunSummary) -> [(String, String)] {
        let held = summary.thresholds.count { $0.held == true }
        let broken = summary.thresholds.filter { $0.held != true }.map { ("threshold", SummaryWords.threshold($0)) }
        return broken + (held > 0 ? [("thresholds", "✓ \(Figures.count(held)) held")] : [])
    }
}
