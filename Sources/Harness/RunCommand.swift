package import Foundation
import LinuxIO
import Measurements
package import Scenarios
import Servers
package import Verdicts

/// Runs every cell of a scenario, one after the other, and says what they came to.
package struct RunCommand: Sendable {
    let scenario: Scenario
    let options: RunOptions
    let interruption: Interruption

    package init(scenario: Scenario, options: RunOptions, interruption: Interruption) {
        self.scenario = scenario
        self.options = options
        self.interruption = interruption
    }

    /// What a run of a scenario came to.
    package struct Outcome: Sendable {
        package var status: RunStatus
        package var cells: [CellResult]
        /// The folder of the run.
        package var folder: String
        /// `nil` of one cell without a baseline.
        package var comparison: Comparison?

        /// The folder as seen from the working directory, where it lies below it.
        package var shownFolder: String {
            let here = FileManager.default.currentDirectoryPath + "/"
            return folder.hasPrefix(here) ? String(folder.dropFirst(here.count)) : folder
        }

        /// The report to look at; `nil` where no cell came to one.
        package var page: String? { cells.count > 1 ? folder + "/report.html" : cells.first?.report?.page }

        /// The content of `verdict.json`; of several cells an array, in their order.
        package func json() throws(RunFailure) -> Data {
            let verdicts = cells.compactMap(\.verdict)
            return try verdicts.count == 1 && cells.count == 1 ? RunFiles.encode(verdicts[0]) : JSONFile.encode(verdicts, snakeCase: false)
        }
    }

    // MARK: The plan

    /// The cells that the options pick of the scenario's.
    ///
    /// - Throws: an option that picks nothing, or too many cells.
    package static func plan(_ scenario: Scenario, _ options: RunOptions) throws(RunFailure) -> CellPlan {
        let plan: CellPlan
        do {
            plan = try CellPlan(scenario, repeats: options.repeats)
                .choosing(CellPlan.Choice(servers: options.servers, only: options.only))
        } catch {
            throw RunFailure(.usage, "\(error)")
        }
        guard plan.groups.count * plan.repeats <= CellPlan.mostCells else {
            throw RunFailure(
                .usage, "\(plan.groups.count) configurations × \(plan.repeats) repeats are more than \(CellPlan.mostCells) cells")
        }
        return plan
    }

    /// What `--list` prints: one line for each cell, in the order in which they would be run.
    package static func list(_ scenario: Scenario, _ options: RunOptions) throws(RunFailure) -> [String] {
        let cells = try plan(scenario, options).cells
        let width = cells.map(\.name.count).max() ?? 0
        return cells.map { cell in
            let wanted = cell.group.server?.expect ?? "clean or bounded"
            return cell.name + String(repeating: " ", count: width - cell.name.count) + "  wanted: \(wanted)"
        }
    }

    // MARK: The run

    /// - Throws: what is wrong before anything is started.
    package func run(observer: any RunObserver) async throws(RunFailure) -> Outcome {
        guard scenario.database != nil else {
            throw RunFailure(
                .usage, "The scenario names no database, so there is nothing to watch. Give `database: {url: …}` or --database URL.")
        }
        let plan = try Self.plan(scenario, options)
        let baseline = try options.baseline.map { path throws(RunFailure) in try RunCells(paths: [path]) }
        let (folder, recorded) = try prepareFolder(plan, observer)
        for ended in Leftovers.sweep() { observer.note(cell: "", "ended what an earlier Seep had left running: \(ended)") }
        let missing = plan.cells.filter { recorded[$0.name] == nil }
        let setups = try await SetupStage(
            folder: scenario.folder, runFolder: folder.run, interruption: interruption, observer: observer
        ).run(missing.compactMap(\.group.server))
        var results: [CellResult] = []
        var before: LastSessions?
        for cell in plan.cells {
            if let result = recorded[cell.name] {
                observer.note(cell: cell.name, "taken from the run before: \(result.verdict?.verdict.rawValue ?? "")")
                results.append(result)
                continue
            }
            // An interrupted setup ends in the row of the cell that needed it.
            if interruption.isRequested, !results.isEmpty || setups.isEmpty { break }
            let result = await Cell(
                scenario: scenario, planned: cell, setups: setups, before: before, options: options, folder: folder,
                interruption: interruption, observer: observer
            ).run()
            // A throwaway database goes with its cell.
            let isShared = scenario.database.map { $0.source != .throwaway } ?? false
            before = isShared && cell.group.server?.isManaged == true ? LastSessions(directory: result.directory) : nil
            results.append(result)
            observer.ended(cell: result)
            if interruption.isRequested { break }
        }
        let comparison = try compare(results, plan, baseline, in: folder)
        var statuses = results.map(\.status)
        if comparison?.baseline?.regressions.isEmpty == false { statuses.append(.failed) }
        return Outcome(
            status: interruption.status ?? RunStatus.combined(statuses), cells: results, folder: folder.run, comparison: comparison)
    }

    /// A folder of its own, or with `--resume` that of the newest run, with its cells that are complete.
    private func prepareFolder(
        _ plan: CellPlan, _ observer: any RunObserver
    ) throws(RunFailure) -> (ResultsFolder, [String: CellResult]) {
        guard options.resume else {
            let folder = try ResultsFolder(results: options.results, scenario: scenario.name)
            try RunPlanFile(plan, scenario: scenario, options: options, started: folder.started).write(to: folder.run)
            folder.pointLatest()
            return (folder, [:])
        }
        let folder = try ResultsFolder(newestIn: options.results, scenario: scenario.name)
        guard let recorded = try RunPlanFile.read(from: folder.run) else {
            throw RunFailure(.usage, "--resume: \(folder.run) has no plan.json, so it cannot be told what was to be run.")
        }
        let now = RunPlanFile(plan, scenario: scenario, options: options, started: recorded.started)
        let changed = try recorded.differences(from: now)
        guard changed.isEmpty else {
            throw RunFailure(
                .usage,
                "--resume: \(folder.run) was made with something else: \(changed.joined(separator: "; ")). Leave --resume out for a new run."
            )
        }
        var results: [String: CellResult] = [:]
        for cell in plan.cells {
            let directory = folder.path(of: cell.name)
            if let result = try RecordedCell.completed(cell.name, in: directory) {
                results[cell.name] = result
            } else {
                try folder.removeCell(cell.name)
            }
        }
        var extended = now
        extended.cells = recorded.cells + now.cells.filter { !recorded.cells.contains($0) }
        try extended.write(to: folder.run)
        observer.note(
            cell: "", "goes on with \(folder.run): \(results.count) of \(plan.cells.count) cells are there")
        return (folder, results)
    }

    private func compare(
        _ results: [CellResult], _ plan: CellPlan, _ baseline: RunCells?, in folder: ResultsFolder
    ) throws(RunFailure) -> Comparison? {
        let reports = results.compactMap(\.report)
        guard !reports.isEmpty, results.count > 1 || baseline != nil else { return nil }
        // Repeats of a configuration stand together, whatever the order in which they were run.
        let places = Dictionary(plan.groups.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        let ordered = reports.enumerated().sorted { one, other in
            let keys = [one, other].map { (places[$0.element.figures.configuration] ?? .max, $0.offset) }
            return keys[0] < keys[1]
        }.map(\.element)
        let groups = RunCells.byConfiguration(ordered)
        var comparison = Comparison(scenario: scenario.name, groups)
        if let baseline, let path = options.baseline {
            comparison.baseline = BaselineCheck(folder: path, recorded: RunCells.byConfiguration(baseline.reports), new: groups)
        }
        try CellReport.writeComparison(ordered, comparison, to: folder.run)
        return comparison
    }
}
