import Foundation
import Measurements
package import Reports
import Scenarios
package import Verdicts

/// The reports of one cell, made from its files and nothing else.
package struct CellReport: Sendable {
    package let summary: RunSummary
    package let series: SessionSeries
    /// What the cell is compared with others by.
    package let figures: CellFigures
    /// `nil` of a cell that was not judged.
    let verdict: Verdict?
    let info: RunInfo?
    private let guardMark: Int
    private let directory: String

    /// The page of the cell.
    var page: String { directory + "/report.html" }

    /// Reads what a cell left in its folder.
    ///
    /// - Throws: a file that is missing or cannot be read, and why.
    package init(directory: String) throws(RunFailure) {
        let failure = try FailureFile.read(from: directory)
        if let failure, !FileManager.default.fileExists(atPath: directory + "/verdict.json") {
            self.init(failure, directory: directory)
            return
        }
        let info = try RunFiles.readInfo(directory)
        let verdict = try JSONFile.read(Verdict.self, from: directory + "/verdict.json", snakeCase: false)
        try self.init(directory: directory, info: info, verdict: verdict, failure: failure)
    }

    init(directory: String, info: RunInfo, verdict: Verdict, failure: FailureFile?) throws(RunFailure) {
        self.directory = directory
        self.verdict = verdict
        self.info = info
        do {
            let steps: [StepRow] = try Self.rows(directory)
            let waves: [WaveRow] = try Self.rows(directory)
            series = try SessionSeries(reading: RowReader<ConnectionRow>(directory: directory))
            summary = RunSummary(verdict: verdict, info: info, steps: steps, waves: waves, directory: Self.shown(directory))
            var use = ProcessUse()
            let processes = try RowReader<ProcessRow>(directory: directory)
            while let row = try processes.next() { use.consume(row) }
            figures = CellFigures(
                verdict, info, waves: waves, use: use, folder: summary.directory, failure: failure?.reason, exitCode: failure?.exitCode)
        } catch {
            throw RunFailure(.usage, "\(directory)/\(error)")
        }
        guardMark = info.facts.limit - info.facts.guardRail
    }

    /// Of a cell that was not judged.
    init(_ failure: FailureFile, directory: String) {
        self.directory = directory
        verdict = nil
        info = nil
        guardMark = 0
        series = SessionSeries()
        summary = RunSummary(
            scenario: failure.scenario, cell: failure.cell, verdict: RunSummary.noVerdict, reason: failure.reason,
            exitCode: failure.exitCode, isAsWanted: false, directory: Self.shown(directory))
        var figures = CellFigures(
            cell: failure.cell, configuration: failure.configuration.name, server: failure.configuration.server,
            values: failure.configuration.values, repetition: failure.configuration.repetition, folder: summary.directory,
            exitCode: failure.exitCode)
        figures.failure = failure.reason
        self.figures = figures
    }

    private static func rows<Row: CSVRow>(_ directory: String) throws(CSVError) -> [Row] {
        let reader = try RowReader<Row>(directory: directory)
        var rows: [Row] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }

    /// Relative to the working directory where it lies below it; `latest` is shown as the run that it leads to.
    private static func shown(_ path: String) -> String {
        let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath).resolvingSymlinksInPath().path + "/"
        return real.hasPrefix(here) ? String(real.dropFirst(here.count)) : real
    }

    /// Writes `charts/sessions.svg`, `report.html`, `summary.md` and `junit.xml`; nothing of a cell that was not judged.
    package func write() throws(RunFailure) {
        guard verdict != nil else { return }
        try Self.write(ReportFiles.cell(summary, series: series, guardMark: guardMark), to: directory)
    }

    /// The reports of several cells, beside them, `comparison.json` and `comparison.csv`; of one cell these two alone.
    package static func writeComparison(_ reports: [CellReport], _ comparison: Comparison, to folder: String) throws(RunFailure) {
        try JSONFile.write(JSONFile.encode(comparison, snakeCase: false), to: folder + "/comparison.json")
        try write([ReportFiles.table(comparison)], to: folder)
        guard reports.count > 1 else { return }
        try write(
            ReportFiles.run(scenario: comparison.scenario, reports.map { ($0.summary, $0.series) }, comparison: comparison), to: folder)
    }

    private static func write(_ files: [ReportFiles.File], to folder: String) throws(RunFailure) {
        do {
            try ReportFiles.write(files, to: folder)
        } catch {
            throw RunFailure(.unusable, error.description)
        }
    }
}

extension CellFigures {
    /// What the files of a cell say, put together.
    init(
        _ verdict: Verdict, _ info: RunInfo, waves: [WaveRow], use: ProcessUse, folder: String, failure: String?, exitCode: Int32?
    ) {
        let configuration = info.configuration
        self.init(
            cell: info.cell, configuration: configuration?.name ?? info.cell, server: configuration?.server,
            values: configuration?.values ?? [], repetition: configuration?.repetition ?? 1, folder: folder,
            exitCode: exitCode ?? verdict.exitCode)
        self.verdict = verdict.verdict
        self.failure = failure
        wanted = info.facts.expected
        leakPer1000Requests = verdict.leakPer1000Requests
        detectionLimit = verdict.detectionLimitPer1000
        floor = verdict.sessionsAfter
        peak = verdict.sessionsPeak
        requests = verdict.requests
        errors = verdict.unexpected
        dropped = info.totals?.dropped
        thresholds = verdict.thresholds.map { Threshold(text: $0.text, held: $0.held) }
        self[.requestsPerSecond] = verdict.requestsPerSecond
        if let totals = info.totals, totals.transfers > 0 {
            self[.latencyP50] = totals.latencyP50
            self[.latencyP99] = totals.latencyP99
            self[.cpu] = use.cpuSeconds.map { $0 * 1000 / Double(totals.transfers) }
        }
        self[.memory] = use.peakBytes.map { Double($0) / 1e6 }
        let counted = waves.filter { $0.kind == .wave && $0.voidReason.isEmpty && $0.dose > 0 }
        let dose = counted.reduce(0) { $0 + $1.dose }
        if dose > 0 {
            let born = counted.reduce(0) { $0 + ($1.birthsCounted ?? $1.birthsSeen) }
            self[.sessions] = Double(born) / Double(dose)
        }
    }
}
