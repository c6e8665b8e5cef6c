import Glibc
package import Verdicts

/// The files that a run ends with beside its rows, as text; and a way to put them into a folder.
package enum ReportFiles {
    package struct File: Hashable, Sendable {
        /// Below the folder of the cell or of the run.
        package var path: String
        package var text: String
    }

    /// `report.html`, `charts/sessions.svg`, `junit.xml` and `summary.md` of one cell.
    package static func cell(_ summary: RunSummary, series: SessionSeries, guardMark: Int? = nil) -> [File] {
        let chart = SessionsChart(summary, series: series, guardMark: guardMark)
        return [
            File(path: "charts/sessions.svg", text: chart.svg()),
            File(path: "report.html", text: HTMLReport.text(summary, chart: chart.svg(showsHeading: false))),
            File(path: "junit.xml", text: JUnitReport.text(scenario: summary.scenario, [summary])),
            File(path: "summary.md", text: SummaryMarkdown.text(scenario: summary.scenario, [summary])),
        ]
    }

    /// The same of a run of several cells, with the cells side by side.
    ///
    /// - Parameter comparison: of these cells; its configurations have one panel each, their repeats over one another.
    package static func run(
        scenario: String, _ cells: [(summary: RunSummary, series: SessionSeries)], comparison: Comparison? = nil
    ) -> [File] {
        let summaries = cells.map(\.summary)
        let panels: [SideBySide.Panel] =
            comparison.map { Self.panels($0, cells) } ?? cells.map { .init($0.summary, series: $0.series) }
        let chart = SideBySide(title: "\(scenario): sessions over time", panels: Array(panels.prefix(mostPanels))).svg()
        return [
            File(path: "charts/side-by-side.svg", text: chart),
            File(path: "report.html", text: HTMLReport.comparison(scenario: scenario, summaries, chart: chart, comparison: comparison)),
            File(path: "junit.xml", text: JUnitReport.text(scenario: scenario, summaries)),
            File(path: "summary.md", text: SummaryMarkdown.text(scenario: scenario, summaries, comparison: comparison)),
        ]
    }

    /// `comparison.csv`.
    package static func table(_ comparison: Comparison) -> File { File(path: "comparison.csv", text: ComparisonCSV.text(comparison)) }

    /// A picture with more is none; the page says how many are missing.
    static let mostPanels = 60

    private static func panels(
        _ comparison: Comparison, _ cells: [(summary: RunSummary, series: SessionSeries)]
    ) -> [SideBySide.Panel] {
        let byFolder = Dictionary(cells.map { ($0.summary.directory, $0) }, uniquingKeysWith: { first, _ in first })
        var rest = comparison.cells[...]
        return comparison.groups.compactMap { group in
            let runs = rest.prefix(group.cells.count).compactMap { byFolder[$0.folder] }.filter { $0.series.samples > 0 }
            rest = rest.dropFirst(group.cells.count)
            guard let first = runs.first else { return nil }
            var panel = SideBySide.Panel(first.summary, series: first.series)
            panel.chart.title = group.name
            panel.overlays = runs.dropFirst().map(\.series)
            guard group.cells.count > 1 else { return panel }
            panel.chart.verdict = group.verdict?.rawValue ?? RunSummary.noVerdict
            panel.figure = "\(Figures.plural(group.cells.count, "run")): \(ComparisonWords.verdict(group).dropFirst(2))"
            return panel
        }
    }

    /// What kept a file from being written.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package var path: String
        package var code: Int32

        package var description: String { "\(path) could not be written: \(String(cString: strerror(code)))" }
    }

    /// Writes each file whole or not at all: beside its place first, then moved there.
    package static func write(_ files: [File], to folder: String) throws(Failure) {
        for file in files {
            let path = "\(folder)/\(file.path)"
            if let slash = path.lastIndex(of: "/"), mkdir(String(path[..<slash]), 0o755) != 0, errno != EEXIST {
                throw Failure(path: path, code: errno)
            }
            let partial = path + ".partial"
            let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw Failure(path: path, code: errno) }
            let code = write(file.text, to: descriptor)
            close(descriptor)
            guard code == 0, rename(partial, path) == 0 else {
                let failure = Failure(path: path, code: code == 0 ? errno : code)
                unlink(partial)
                throw failure
            }
        }
    }

    private static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { return errno }
            bytes = bytes.dropFirst(max(count, 0))
        }
        return 0
    }
}
