import ArgumentParser
import Harness

/// `seep check SCENARIO…`.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Validate scenarios and print what a run would do; nothing is started or sent.")

    @Argument(help: "Scenario files or folders.")
    var scenarios: [String]

    @OptionGroup var reading: ReadingFlags

    @Flag(help: "Plan a quick run.")
    var quick = false

    @Flag(help: "Plan the unit doses of each request alone.")
    var isolate = false

    @Option(help: "As for `run`.")
    var seed: UInt64 = 1

    @Flag(help: "Accept variables of the environment that are not set.")
    var allowUnset = false

    func run() throws {
        for (index, scenario) in try Reading.scenarios(scenarios, reading, allowUnset: allowUnset).enumerated() {
            if index > 0 { print() }
            print(CheckCommand.plan(of: scenario, quick: quick, isolate: isolate, seed: seed).joined(separator: "\n"))
        }
    }
}
