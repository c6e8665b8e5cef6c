import Foundation
import Measurements
import Scenarios
import Verdicts

/// `plan.json` beside the cells of a run: what was to be run, so that `--resume` can tell what is missing, and whether it is still the
/// same run.
struct RunPlanFile: Codable, Sendable {
    static let currentSchema = 1

    var schema = RunPlanFile.currentSchema
    /// Of judgement.
    var rules = Verdict.currentRules
    /// UTC, ISO 8601.
    var started: String
    var seed: UInt64
    var quick: Bool
    /// With its secrets struck out.
    var scenario: Scenario
    /// Names of the cells, in the order in which they are run.
    var cells: [String]

    private static let name = "plan.json"

    init(_ plan: CellPlan, scenario: Scenario, options: RunOptions, started: String) {
        self.started = started
        seed = options.seed
        quick = options.quick
        self.scenario = scenario.withoutSecrets
        cells = plan.cells.map(\.name)
    }

    func write(to folder: String) throws(RunFailure) {
        try JSONFile.write(JSONFile.encode(self, snakeCase: true), to: folder + "/" + Self.name)
    }

    /// `nil` where there is none.
    static func read(from folder: String) throws(RunFailure) -> RunPlanFile? {
        guard FileManager.default.fileExists(atPath: folder + "/" + name) else { return nil }
        return try JSONFile.read(RunPlanFile.self, from: folder + "/" + name, snakeCase: true)
    }

    /// What keeps a run of `other` from going on with this one, in words; empty: nothing.
    ///
    /// The number of repeats may have changed, and the folder of the scenario.
    func differences(from other: RunPlanFile) throws(RunFailure) -> [String] {
        var found: [String] = []
        if rules != other.rules { found.append("the rules of judgement (\(rules) then, \(other.rules) now)") }
        if seed != other.seed { found.append("--seed (\(seed) then, \(other.seed) now)") }
        if quick != other.quick { found.append("--quick (\(quick ? "given" : "not given") then)") }
        let keys = try Self.changedKeys(scenario, other.scenario)
        if !keys.isEmpty { found.append("the scenario (\(keys.map { "`\($0)`" }.joined(separator: ", ")))") }
        return found
    }

    private static func changedKeys(_ before: Scenario, _ now: Scenario) throws(RunFailure) -> [String] {
        let (before, now) = (try members(before), try members(now))
        return Set(before.keys).union(now.keys).subtracting(["folder", "repeats"]).filter { before[$0] != now[$0] }.sorted()
    }

    /// The keys of the scenario, each with the bytes of its value.
    private static func members(_ scenario: Scenario) throws(RunFailure) -> [String: Data] {
        let data = try JSONFile.encode(scenario, snakeCase: true)
        guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else { return [:] }
        return object.compactMapValues { value in
            try? JSONSerialization.data(withJSONObject: [value], options: [.sortedKeys])
        }
    }
}
