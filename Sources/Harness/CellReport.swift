import Foundation
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

    /// Writes `charts/sessions.svg`, `report.html`, `summary.md` and `junit.xml`.
    package func write() throws(RunFailure) {
        try Self.write(ReportFiles.cell(summary, series: series, guardMark: guardMark), to: directory)
    }

    /// The reports of several cells, beside them.
    package static func writeComparison(_ reports: [CellReport], scenario: String, to folder: String) throws(RunFailure) {
        try write(ReportFiles.run(scenario: scenario, reports.map { ($0.summary, $0.series) }), to: folder)
    }

    private static func write(_ files: [ReportFiles.File], to folder: String) throws(RunFailure) {
        do {
            try ReportFiles.write(files, to: folder)
        } catch {
            throw RunFailure(.unusable, error.description)
        }
    }
}
