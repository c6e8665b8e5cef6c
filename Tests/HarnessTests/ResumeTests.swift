import Foundation
import Measurements
import Scenarios
import Testing

@testable import Harness
@testable import Verdicts

/// What `--resume` takes as it is, and what it refuses.
@Suite("Going on with a run") struct ResumeTests {
    private func scenario(_ changes: String = "") throws -> Scenario {
        let place = try TemporaryPlace()
        let text = """
            target: http://127.0.0.1:{{port}}
            database: throwaway
            requests: [{get: /}]
            servers: {a: {command: "run {{matrix.v}}"}}
            matrix: {v: [1, 2]}
            \(changes)
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: place.path + "/shop.yaml"))
        return try ScenarioReader.read(path: place.path + "/shop.yaml", options: ScenarioReader.Options())
    }

    private func plan(_ changes: String = "", _ options: RunOptions = RunOptions()) throws -> RunPlanFile {
        let scenario = try scenario(changes)
        return RunPlanFile(try CellPlan(scenario), scenario: scenario, options: options, started: "2026-02-03T04:05:06Z")
    }

    @Test func `the same scenario is the same, wherever its folder, and with more repeats`() throws {
        let place = try TemporaryPlace()
        try plan().write(to: place.path)
        let recorded = try #require(try RunPlanFile.read(from: place.path))
        #expect(try recorded.differences(from: plan()).isEmpty)
        #expect(try recorded.differences(from: plan("repeat: 3")).isEmpty)
        #expect(recorded.cells == ["a.v=1", "a.v=2"])
    }

    @Test func `another scenario, seed, quickness or rules are told by name`() throws {
        var options = RunOptions()
        options.seed = 7
        options.quick = true
        var older = try plan()
        older.rules = 0
        let differences = try older.differences(from: plan("waves: {count: 2}\nhttp: {timeout: 1s}", options))
        #expect(
            differences == [
                "the rules of judgement (0 then, \(Verdict.currentRules) now)", "--seed (1 then, 7 now)", "--quick (not given then)",
                "the scenario (`http`, `waves`)",
            ])
    }

    // MARK: Cells

    /// A cell with one wave, as a run leaves it.
    private func cell(
        _ place: TemporaryPlace, ended: StepRow.End = .completed, flags: [Verdict.Flag] = [], totals: Bool = true, rules: Int? = nil
    ) throws {
        let scenario = try scenario()
        let directory = try RunDirectory(creatingFilesIn: place.path, clock: RunClock())
        directory.steps.append(
            StepRow(
                step: 0, kind: .wave, planned: 1, given: 1, concurrency: 1, connections: .reused, start: .zero,
                loadEnd: RunTime(seconds: 1), end: RunTime(seconds: 2), ended: ended, why: "x"))
        directory.flush()
        let facts = RunFacts(requests: [RunFacts.Request(name: "GET /", weight: 1)], limit: 97, headroom: 90, budget: 30)
        var info = RunInfo(
            name: "shop", cell: "a.v=1", started: "", seed: 1, versions: [:], host: RunInfo.Host(kernel: "Linux", cores: 2, memoryBytes: 1),
            facts: facts, database: nil, scenario: scenario, transports: [:], clocks: [])
        info.configuration = RunInfo.Configuration(name: "a.v=1", server: "a", values: [Matrix.Value("v", "1")], repetition: 1)
        if totals { info.totals = RunInfo.Totals(transfers: 1) }
        try RunFiles.write(info, to: place.path)
        var verdict = Judge(facts: facts).verdictNow()
        verdict.verdict = .clean
        verdict.exitCode = 0
        verdict.flags = flags
        if let rules { verdict.rules = rules }
        try RunFiles.write(verdict, to: place.path)
    }

    private func isTaken(_ make: (TemporaryPlace) throws -> Void) throws -> Bool {
        let place = try TemporaryPlace()
        try make(place)
        return try RecordedCell.completed("a.v=1", in: place.path) != nil
    }

    @Test func `a cell that came to its end is taken, also one that a threshold ended`() throws {
        #expect(try isTaken { try cell($0) })
        #expect(try isTaken { try cell($0, ended: .threshold, flags: [.cutShort]) })
    }

    @Test func `a cell that was interrupted, killed, failed, or judged by other rules is not`() throws {
        #expect(try !isTaken { _ in })
        #expect(try !isTaken { try cell($0, ended: .interrupted) })
        #expect(try !isTaken { try cell($0, flags: [.cutShort]) })
        #expect(try !isTaken { try cell($0, ended: .serverDied, flags: [.cutShort]) })
        #expect(try !isTaken { try cell($0, totals: false) })
        #expect(try !isTaken { try cell($0, rules: 0) })
        #expect(
            try !isTaken { place in
                try cell(place)
                try FailureFile(
                    scenario: "shop", cell: "a.v=1",
                    configuration: RunInfo.Configuration(name: "a.v=1", server: "a", values: [], repetition: 1), exitCode: 4, reason: "died"
                ).write(to: place.path)
            })
    }

    @Test func `a run that is not there, or has no plan, is told`() throws {
        let place = try TemporaryPlace()
        let failure = #expect(throws: RunFailure.self) { try ResultsFolder(newestIn: place.path, scenario: "shop") }
        #expect(failure?.status == .usage)
        #expect(failure?.description.contains("shop/latest is not there") == true)
    }

    // MARK: Side by side

    @Test func `runs of one configuration in one folder are repeats, and of two folders are not`() throws {
        let place = try TemporaryPlace()
        for (run, name, number) in [("one", "a.r1", 1), ("one", "a.r2", 2), ("one", "b.r1", 1), ("two", "a.r1", 1)] {
            let path = "\(place.path)/\(run)/\(name)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try FailureFile(
                scenario: "shop", cell: name,
                configuration: RunInfo.Configuration(name: String(name.prefix(1)), server: nil, values: [], repetition: number),
                exitCode: 4,
                reason: "did not start"
            ).write(to: path)
        }
        try FileManager.default.createSymbolicLink(atPath: place.path + "/latest", withDestinationPath: "one")
        let groups = try RunCells(paths: [place.path + "/one", place.path + "/two", place.path + "/latest"]).groups()
        #expect(groups.map(\.name) == ["one/a", "b", "two/a"])
        #expect(groups.map(\.cells.count) == [2, 1, 1])
        #expect(try RunCells(paths: [place.path + "/one/a.r1", place.path + "/one/a.r2"]).groups().map(\.cells.count) == [2])
        let outcome = try CompareCommand.compare(paths: [place.path + "/one"], output: nil)
        #expect(outcome.comparison.groups.allSatisfy { $0.verdict == nil })
        #expect(outcome.folder == place.path + "/one")
        #expect(place.names(in: "one").contains("comparison.json"))
        #expect(throws: RunFailure.self) { try RunCells(paths: [place.path]) }
    }
}
