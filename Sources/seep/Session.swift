import ArgumentParser
import Foundation
import Harness
import LinuxIO
import Scenarios

/// One call of `seep run`: its scenarios one after the other, and what is printed.
enum Session {
    /// Prints the cells of each scenario.
    static func list(_ scenarios: [Scenario], options: RunOptions) throws {
        for scenario in scenarios {
            do {
                let cells = try RunCommand.list(scenario, options)
                if scenarios.count > 1 { print("\(scenario.name):") }
                print(cells.joined(separator: "\n"))
            } catch {
                Reading.complain("seep: \(error.description)")
                throw ExitCode(error.status.rawValue)
            }
        }
    }

    /// - Parameter open: the reports are shown in a browser.
    static func run(_ scenarios: [Scenario], options: RunOptions, open: Bool = false) async -> RunStatus {
        let interruption = Interruption()
        SignalWatch.ignoreBrokenPipes()
        do {
            try interruption.watchSignals()
        } catch {
            Reading.complain("seep: signals cannot be watched: \(error)")
            return .fault
        }
        var statuses: [RunStatus] = []
        for scenario in scenarios {
            if let status = interruption.status {
                statuses.append(status)
                break
            }
            let observer = TerminalObserver(
                options: options, descriptor: options.json ? STDERR_FILENO : STDOUT_FILENO, environment: ProcessInfo.processInfo.environment
            )
            do {
                let outcome = try await RunCommand(scenario: scenario, options: options, interruption: interruption).run(observer: observer)
                observer.finished(outcome)
                if options.json { FileHandle.standardOutput.write(try outcome.json()) }
                if open, let page = outcome.page, let problem = Browser().open(page) { Reading.complain("seep: \(problem)") }
                statuses.append(outcome.status)
            } catch {
                Reading.complain("seep: \(error.description)")
                statuses.append(error.status)
            }
        }
        return RunStatus.combined(statuses)
    }
}
