import ArgumentParser
import Foundation
import Harness
import Measurements
import Verdicts

/// `seep judge DIR…`.
struct Judge: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judge recorded runs again from their files; no server and no database is needed.",
        discussion: "Writes verdict.json where it is missing, such as after a run that was killed.")

    @Argument(help: "Folders of cells or of runs, such as results/SCENARIO/latest.")
    var directories: [String]

    @Flag(help: "Print verdict.json (an array of several) on standard output, and nothing else there.")
    var json = false

    @Flag(help: "Print nothing but the verdict.")
    var quiet = false

    func run() throws {
        var statuses: [RunStatus] = []
        var judged: [JudgeCommand.Outcome] = []
        for directory in directories {
            let outcomes: [JudgeCommand.Outcome]
            do {
                outcomes = try JudgeCommand.judge(path: directory)
            } catch let failure {
                Reading.complain("seep: \(failure)")
                throw ExitCode(failure.status.rawValue)
            }
            judged += outcomes
            for outcome in outcomes {
                statuses.append(RunStatus(rawValue: outcome.verdict.exitCode) ?? .fault)
                if !json { show(outcome) }
            }
        }
        if json {
            do {
                FileHandle.standardOutput.write(try JudgeCommand.json(judged))
            } catch {
                Reading.complain("seep: \(error)")
                throw ExitCode(error.status.rawValue)
            }
        }
        throw ExitCode(RunStatus.combined(statuses).rawValue)
    }

    private func show(_ outcome: JudgeCommand.Outcome) {
        print("\(outcome.info.name) / \(outcome.info.cell): \(outcome.verdict.verdict.rawValue). \(outcome.verdict.reason)")
        guard !quiet else { return }
        for file in outcome.unfinished {
            print("  \(file) ends in the middle of a line, as after a run that was killed; its whole rows were judged")
        }
        if outcome.differs {
            print("  verdict.json in the folder says otherwise: the files were changed since, or other rules were in force")
        }
        print("  \(outcome.directory)")
    }
}
