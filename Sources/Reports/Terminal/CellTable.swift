/// What a run of several cells ends with: one line each, aligned.
package enum CellTable {
    package static let headings = [
        "server", "verdict", "leaked per 1,000 requests", "peak", "floor", "requests/s", "p99", "as wanted", "CSV files",
    ]

    /// Columns are as wide as they must be. Where the terminal is narrower, the folders stand in lines beneath the table.
    package static func lines(_ summaries: [RunSummary], width: Int, style: TerminalStyle) -> [String] {
        guard !summaries.isEmpty else { return [] }
        var rows = [headings]
        rows += summaries.map { cells($0).map { style.shown(Escape.terminal($0)) } }
        let widths = headings.indices.map { column in rows.map { DisplayWidth.of($0[column]) }.max() ?? 0 }
        let whole = widths.reduce(0, +) + 2 * (widths.count - 1)
        let columns = whole <= width ? widths.count : widths.count - 1
        var lines: [String] = []
        for (number, row) in rows.enumerated() {
            let fields = (0..<columns).map { column in
                let isFigure = (2...6).contains(column)
                let field = column == columns - 1 ? row[column] : DisplayWidth.pad(row[column], to: widths[column], left: isFigure)
                if number == 0 { return style.paint(field, .dim) }
                return column == 1 ? style.paint(field, .bold, style.ink(summaries[number - 1].tone)) : field
            }
            lines.append(style.shown(fields.joined(separator: "  ")))
            if number == 0 {
                let rule = (0..<columns).map { String(repeating: "─", count: widths[$0]) }.joined(separator: "  ")
                lines.append(style.paint(style.shown(rule), .dim))
            }
        }
        if columns < widths.count {
            lines.append("")
            lines += summaries.map { style.shown("\(Escape.terminal($0.title)): \(Escape.terminal($0.directory))") }
        }
        return lines
    }

    static func cells(_ summary: RunSummary) -> [String] {
        [
            summary.title, "\(summary.tone.mark) \(summary.verdict)", SummaryWords.leak(summary), Figures.count(summary.peakSessions),
            Figures.count(summary.finalFloor), Figures.rate(summary.requestsPerSecond), Figures.milliseconds(summary.p99Milliseconds),
            summary.isAsWanted ? "yes" : "no (\(summary.exitCode))", summary.directory,
        ]
    }
}
