import ArgumentParser
import Foundation
import Harness

/// `seep compare DIR DIR…`.
struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put recorded runs side by side, with what differs beyond noise.",
        discussion: """
            Runs of one configuration in one run folder are repeats of each other; the first configuration is what the others are
            compared with. The exit code says nothing of the verdicts.
            """)

    @Argument(help: "Folders of cells or of runs, such as results/SCENARIO/latest.")
    var directories: [String]

    @Option(
        help: ArgumentHelp(
            "Where comparison.json, comparison.csv, report.html, summary.md and the chart go; default: the folder of the one run.",
            valueName: "dir"))
    var output: String?

    @Flag(help: "Print comparison.json on standard output, and nothing else there.")
    var json = false

    func run() throws {
        do {
            let outcome = try CompareCommand.compare(paths: directories, output: output)
            if json {
                FileHandle.standardOutput.write(try outcome.json())
            } else {
                for line in outcome.lines(environment: ProcessInfo.processInfo.environment) { print(line) }
            }
        } catch {
            Reading.complain("seep: \(error.description)")
            throw ExitCode(error.status.rawValue)
        }
    }
}
