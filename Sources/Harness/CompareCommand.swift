package import Foundation
import Glibc
package import Reports
package import Verdicts

/// Recorded runs side by side.
package enum CompareCommand {
    package struct Outcome: Sendable {
        package var comparison: Comparison
        /// What a terminal shows of the cells.
        package var summaries: [RunSummary]
        /// The folder that the files were written to; `nil`: none was.
        package var folder: String?

        package func json() throws(RunFailure) -> Data { try JSONFile.encode(comparison, snakeCase: false) }
    }

    /// - Parameters:
    ///   - paths: folders of cells and of runs, one at least.
    ///   - output: where the files go; `nil`: to the folder of the one run that was given, else nowhere.
    package static func compare(paths: [String], output: String?) throws(RunFailure) -> Outcome {
        let cells = try RunCells(paths: paths)
        var comparison = Comparison(scenario: cells.scenarios.joined(separator: ", "), cells.groups())
        let isOneRun = paths.count == 1 && cells.reports.count > 1
        let folder = output ?? (isOneRun ? paths.first : nil)
        if isOneRun, let folder { comparison.baseline = recordedBaseline(in: folder) }
        if let folder {
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            } catch {
                throw RunFailure(.usage, "\(folder): the folder cannot be made: \(error.localizedDescription)")
            }
            try CellReport.writeComparison(cells.reports, comparison, to: folder)
        }
        return Outcome(comparison: comparison, summaries: cells.reports.map(\.summary), folder: folder)
    }

    /// What a run that was compared with a recorded one said of that: it is kept when its reports are written again.
    static func recordedBaseline(in folder: String) -> BaselineCheck? {
        let path = folder + "/comparison.json"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return (try? JSONFile.read(Comparison.self, from: path, snakeCase: false))?.baseline
    }
}

extension CompareCommand.Outcome {
    /// The table of cells, what differs, and where the files are.
    package func lines(environment: [String: String]) -> [String] {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let style = TerminalStyle.detect(isTerminal: isTerminal, environment: environment)
        var lines = CellTable.lines(summaries, width: TerminalPainter(descriptor: STDOUT_FILENO).size.columns, style: style)
        lines += ComparisonText.lines(comparison).map { style.shown($0) }
        if let folder {
            lines += ["", style.shown(summaries.count > 1 ? "report  \(folder)/report.html" : "rows  \(folder)/comparison.csv")]
        }
        return lines
    }
}
