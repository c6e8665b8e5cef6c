import Foundation
import Measurements
import Reports
import Verdicts

/// A cell of an earlier call that `--resume` may take as it is.
enum RecordedCell {
    /// The result of the cell in `directory`; `nil` when it did not run to its end, or something went wrong.
    ///
    /// A run that a threshold ended is complete: it would end there again.
    static func completed(_ name: String, in directory: String) throws(RunFailure) -> CellResult? {
        let manager = FileManager.default
        guard manager.fileExists(atPath: directory + "/verdict.json"), manager.fileExists(atPath: directory + "/run.json"),
            !FailureFile.isThere(in: directory)
        else { return nil }
        let report = try CellReport(directory: directory)
        guard let verdict = report.verdict, let info = report.info, info.totals != nil, verdict.rules == Verdict.currentRules else {
            return nil
        }
        let last = report.summary.steps.last?.ended
        guard last != .interrupted, !verdict.flags.contains(.cutShort) || last == .threshold else { return nil }
        var result = CellResult(cell: name, status: RunStatus(rawValue: verdict.exitCode) ?? .fault, directory: directory)
        result.verdict = verdict
        result.info = info
        result.report = report
        return result
    }
}
