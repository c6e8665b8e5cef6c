import ArgumentParser
import Harness

/// `seep report DIR…`.
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the reports of recorded cells again: report.html, charts, summary.md, junit.xml.")

    @Argument(help: "Folders of cells or of runs, such as results/SCENARIO/latest.")
    var directories: [String]

    func run() throws {
        do {
            for directory in directories {
                for path in try ReportCommand.write(path: directory) { print(path) }
            }
        } catch {
            Reading.complain("seep: \(error)")
            throw ExitCode(error.status.rawValue)
        }
    }
}
