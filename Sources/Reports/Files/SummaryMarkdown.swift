package import Verdicts

/// `summary.md`: the table of cells for the page of a CI job or a comment on a change.
package enum SummaryMarkdown {
    package static func text(scenario: String, _ summaries: [RunSummary], comparison: Comparison? = nil) -> String {
        var text = "## Seep: \(Escape.markdown(scenario))\n\n"
        guard !summaries.isEmpty else { return text + "No cell was run.\n" }
        text += "| \(CellTable.headings.map { Escape.markdown($0) }.joined(separator: " | ")) |\n"
        text += "|---|---|---:|---:|---:|---:|---:|---|---|\n"
        for summary in summaries {
            var cells = CellTable.cells(summary).map { Escape.markdown($0) }
            cells[1] = "**\(cells[1])**"
            text += "| \(cells.joined(separator: " | ")) |\n"
        }
        text += "\n"
        for summary in summaries {
            text += "- **\(Escape.markdown(summary.title))**: \(Escape.markdown(summary.reason))"
            if !summary.isAsWanted { text += " (\(Escape.markdown(SummaryWords.outcome(summary))))" }
            if !summary.flags.isEmpty { text += " Flags: \(Escape.markdown(summary.flags.joined(separator: ", ")))." }
            text += "\n"
            for (name, value) in [
                ("arrivals", summary.arrivals), ("sent late", summary.lateness), ("generator-limited", summary.generatorLimit),
            ] {
                if let value { text += "  - \(name): \(Escape.markdown(value))\n" }
            }
            if summary.inOther > 0 {
                text += "  - \(Escape.markdown(Figures.plural(summary.inOther, "transfer"))) beyond 256 classes, counted as “other”\n"
            }
            for line in summary.growth { text += "  - also grows: \(Escape.markdown(line))\n" }
            for line in summary.thresholds where line.held != true { text += "  - \(Escape.markdown(SummaryWords.threshold(line)))\n" }
        }
        return text + (comparison.map { ComparisonSections.markdown($0) } ?? "")
    }
}
