import Foundation
import Reports
import Verdicts

/// Writes the reports of recorded cells again, from their files.
package enum ReportCommand {
    /// - Parameter path: the folder of a cell, or of a run with several.
    /// - Returns: the pages that were written.
    package static func write(path: String) throws(RunFailure) -> [String] {
        let cells = try RunCells(paths: [path])
        var pages: [String] = []
        for report in cells.reports where report.verdict != nil {
            try report.write()
            pages.append(report.page)
        }
        if cells.reports.count > 1 {
            var comparison = Comparison(scenario: cells.scenarios.joined(separator: ", "), cells.groups())
            comparison.baseline = CompareCommand.recordedBaseline(in: path)
            try CellReport.writeComparison(cells.reports, comparison, to: path)
            pages.append(path + "/report.html")
        }
        return pages
    }
}
