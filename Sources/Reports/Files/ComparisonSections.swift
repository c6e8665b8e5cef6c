import Verdicts

/// What a comparison adds to the page and the summary of a run of several cells.
enum ComparisonSections {
    static func html(_ comparison: Comparison) -> String {
        var body = ""
        if let baseline = comparison.baseline { body += self.html(baseline) }
        body += HTMLPage.section(
            "Configurations",
            note: "Of several runs: the median, and in brackets the least and the most. Rates of leaks: the ends of all runs' intervals.",
            table(ComparisonWords.sessionsTable(comparison)) + "<p></p>" + table(ComparisonWords.costTable(comparison)),
            unless: comparison.groups.isEmpty)
        body += HTMLPage.section(
            "Differences", note: ComparisonWords.note(comparison), table(ComparisonWords.table(comparison.differences)),
            unless: comparison.differences.isEmpty)
        return body
    }

    private static func html(_ baseline: BaselineCheck) -> String {
        let lines = ComparisonWords.lines(baseline)
        let items = lines.dropFirst().map { "<li>\(Escape.xml($0))</li>" }.joined(separator: "\n")
        return "<section><h2>\(Escape.xml(lines.first ?? ""))</h2>\n" + (items.isEmpty ? "" : "<ul>\n\(items)\n</ul>\n")
            + (baseline.differences.isEmpty ? "" : table(ComparisonWords.table(baseline.differences))) + "</section>\n"
    }

    private static func table(_ table: ComparisonWords.Table) -> String {
        "<div class=\"w\">" + HTMLPage.table(table.headings, table.rows, figures: table.figures) + "</div>"
    }

    static func markdown(_ comparison: Comparison) -> String {
        var text = ""
        if let baseline = comparison.baseline {
            let lines = ComparisonWords.lines(baseline).map { Escape.markdown($0) }
            text += "\n**\(lines.first ?? "")**\n\n" + lines.dropFirst().map { "- \($0)\n" }.joined()
        }
        text += "\n" + markdown(ComparisonWords.sessionsTable(comparison)) + "\n" + markdown(ComparisonWords.costTable(comparison))
        if !comparison.differences.isEmpty {
            text += "\n\(Escape.markdown(ComparisonWords.note(comparison)))\n\n"
            text += markdown(ComparisonWords.table(comparison.differences))
        }
        return text
    }

    private static func markdown(_ table: ComparisonWords.Table) -> String {
        func line(_ cells: [String]) -> String { "| \(cells.map { Escape.markdown($0) }.joined(separator: " | ")) |\n" }
        let rule = table.headings.indices.map { table.figures.contains($0) ? "---:" : "---" }.joined(separator: "|")
        return line(table.headings) + "|\(rule)|\n" + table.rows.map(line).joined()
    }
}
