import Verdicts

/// What a comparison adds to the page and the summary of a run of several cells.
enum ComparisonSections {
    static func html(_ comparison: Comparison) -> String {
        var body = ""
        if let baseline = comparison.baseline { body += self.html(baseline) }
        body += HTMLPage.section(
            "Configurations",
            note: "Of several runs: the median, and in brackets the least and the most. Rates of leaks: the ends of all runs' intervals.",
            HTMLPage.table(
                ComparisonWords.groupHeadings, ComparisonWords.groupRows(comparison), figures: ComparisonWords.groupFigures),
            unless: comparison.groups.isEmpty)
        body += HTMLPage.section(
            "Differences", note: ComparisonWords.note(comparison),
            HTMLPage.table(
                ComparisonWords.differenceHeadings, ComparisonWords.differenceRows(comparison.differences), figures: [3, 4, 5]),
            unless: comparison.differences.isEmpty)
        return body
    }

    private static func html(_ baseline: BaselineCheck) -> String {
        let lines = ComparisonWords.lines(baseline)
        let items = lines.dropFirst().map { "<li>\(Escape.xml($0))</li>" }.joined(separator: "\n")
        return "<section><h2>\(Escape.xml(lines.first ?? ""))</h2>\n" + (items.isEmpty ? "" : "<ul>\n\(items)\n</ul>\n")
            + (baseline.differences.isEmpty
                ? ""
                : HTMLPage.table(
                    ComparisonWords.differenceHeadings, ComparisonWords.differenceRows(baseline.differences), figures: [3, 4, 5]))
            + "</section>\n"
    }

    static func markdown(_ comparison: Comparison) -> String {
        var text = ""
        if let baseline = comparison.baseline {
            let lines = ComparisonWords.lines(baseline).map { Escape.markdown($0) }
            text += "\n**\(lines.first ?? "")**\n\n" + lines.dropFirst().map { "- \($0)\n" }.joined()
        }
        text += "\n" + table(ComparisonWords.groupHeadings, ComparisonWords.groupRows(comparison), figures: ComparisonWords.groupFigures)
        if !comparison.differences.isEmpty {
            text += "\n\(Escape.markdown(ComparisonWords.note(comparison)))\n\n"
            text += table(ComparisonWords.differenceHeadings, ComparisonWords.differenceRows(comparison.differences), figures: [3, 4, 5])
        }
        return text
    }

    private static func table(_ headings: [String], _ rows: [[String]], figures: Set<Int>) -> String {
        func line(_ cells: [String]) -> String { "| \(cells.map { Escape.markdown($0) }.joined(separator: " | ")) |\n" }
        let rule = headings.indices.map { figures.contains($0) ? "---:" : "---" }.joined(separator: "|")
        return line(headings) + "|\(rule)|\n" + rows.map(line).joined()
    }
}
