import ArgumentParser
import Foundation
import Harness
import Scenarios

/// The flags that change how a scenario file is read.
struct ReadingFlags: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Change the scenario: `waves.count=3`, `requests.0.get=/x`. Repeatable.", valueName: "a.b=value"))
    var sets: [String] = []

    @Option(help: ArgumentHelp("Put one of the scenario's `environments` over it.", valueName: "name"))
    var environment: String?
}

enum Reading {
    /// Reads all scenarios; on mistakes prints those of all files and ends with 2.
    static func scenarios(_ paths: [String], _ flags: ReadingFlags, allowUnset: Bool = false) throws -> [Scenario] {
        var scenarios: [Scenario] = []
        var wrong = false
        let options = ScenarioReader.Options(
            environment: ProcessInfo.processInfo.environment, sets: flags.sets, allowUnset: allowUnset,
            environmentName: flags.environment)
        for path in paths {
            do {
                scenarios.append(try ScenarioReader.read(path: path, options: options))
            } catch {
                complain(error.description)
                wrong = true
            }
        }
        if wrong { throw ExitCode(RunStatus.usage.rawValue) }
        return scenarios
    }

    static func orExit<Value>(_ body: () throws(ScenarioProblems) -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            complain(error.description)
            throw ExitCode(RunStatus.usage.rawValue)
        }
    }

    static func complain(_ text: String) {
        FileHandle.standardError.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
    }
}
