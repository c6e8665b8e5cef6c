import Reports

/// Writes the reports of recorded cells again, from their files.
package enum ReportCommand {
    /// - Parameter path: the folder of a cell, or of a run with several.
    /// - Returns: the pages that were written.
    package static func write(path: String) throws(RunFailure) -> [String] {
        let cells = try JudgeCommand.cellFolders(in: path)
        var reports: [CellReport] = []
        var pages: [String] = []
        for directory in cells {
            let report = try CellReport(directory: directory)
            try report.write()
            reports.append(report)
            pages.append(directory + "/report.html")
        }
        if reports.count > 1, let scenario = reports.first?.summary.scenario {
            try CellReport.writeComparison(reports, scenario: scenario, to: path)
            pages.append(path + "/report.html")
        }
        return pages
    }
}
