import Foundation
import Glibc
import Measurements
package import Reports
import Verdicts

/// The reports of one cell, made from its files and nothing else.
package struct CellReport: Sendable {
    package let summary: RunSummary
    package let series: SessionSeries
    private let guardMark: Int
    private let directory: String

    /// Reads what a cell left in its folder.
    ///
    /// - Throws: a file that is missing or cannot be read, and why.
    package init(directory: String) throws(RunFailure) {
        let info = try RunFiles.readInfo(directory)
        let verdict = try JSONFile.read(Verdict.self, from: directory + "/verdict.json", snakeCase: false)
        try self.init(directory: directory, info: info, verdict: verdict)
    }

    init(directory: String, info: RunInfo, verdict: Verdict) throws(RunFailure) {
        self.directory = directory
        do {
            let steps: [StepRow] = try Self.rows(directory)
            let waves: [WaveRow] = try Self.rows(directory)
            series = try SessionSeries(reading: RowReader<ConnectionRow>(directory: directory))
            summary = RunSummary(verdict: verdict, info: info, steps: steps, waves: waves, directory: Self.shown(directory))
        } catch {
            throw RunFailure(.usage, "\(directory)/\(error)")
        }
        guardMark = info.facts.limit - info.facts.guardRail
    }

    private static func rows<Row: CSVRow>(_ directory: String) throws(CSVError) -> [Row] {
        let reader = try RowReader<Row>(directory: directory)
        var rows: [Row] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }

    /// Relative to the working directory where it lies below it.
    private static func shown(_ path: String) -> String {
        let here = FileManager.default.currentDirectoryPath + "/"
        return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
    }

    package var chart: SessionsChart { SessionsChart(summary, series: series, guardMark: guardMark) }

    /// Writes `charts/sessions.svg`, `report.html`, `summary.md` and `junit.xml`.
    package func write() throws(RunFailure) {
        let charts = directory + "/charts"
        guard mkdir(charts, 0o755) == 0 || errno == EEXIST else { throw RunFailure(.unusable, "\(charts) cannot be made") }
        let chart = chart.svg()
        try Self.write(chart, to: charts + "/sessions.svg")
        try Self.write(HTMLReport.text(summary, chart: chart), to: directory + "/report.html")
        try Self.write(SummaryMarkdown.text(scenario: summary.scenario, [summary]), to: directory + "/summary.md")
        try Self.write(JUnitReport.text(scenario: summary.scenario, [summary]), to: directory + "/junit.xml")
    }

    /// The reports of several cells, beside them.
    package static func writeComparison(_ reports: [CellReport], scenario: String, to folder: String) throws(RunFailure) {
        let summaries = reports.map(\.summary)
        let chart = SideBySide(
            title: scenario, panels: reports.map { SideBySide.Panel($0.summary, series: $0.series) }
        ).svg()
        try write(chart, to: folder + "/sessions.svg")
        try write(HTMLReport.comparison(scenario: scenario, summaries, chart: chart), to: folder + "/report.html")
        try write(SummaryMarkdown.text(scenario: scenario, summaries), to: folder + "/summary.md")
        try write(JUnitReport.text(scenario: scenario, summaries), to: folder + "/junit.xml")
    }

    private static func write(_ text: String, to path: String) throws(RunFailure) {
        try JSONFile.write(Data(text.utf8), to: path)
    }
}
