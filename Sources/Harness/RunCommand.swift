package import Foundation
import LinuxIO
import Measurements
package import Scenarios
import Servers
import Verdicts

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

        /// The folder as seen from the working directory, where it lies below it.
        package var shownFolder: String {
            let here = FileManager.default.currentDirectoryPath + "/"
            return folder.hasPrefix(here) ? String(folder.dropFirst(here.count)) : folder
        }

        /// The content of `verdict.json`; of several cells an array, in their order.
        package func json() throws(RunFailure) -> Data {
            let verdicts = cells.compactMap(\.verdict)
            return try verdicts.count == 1 && cells.count == 1 ? RunFiles.encode(verdicts[0]) : JSONFile.encode(verdicts, snakeCase: false)
        }
    }

    /// - Throws: what is wrong before anything is started.
    package func run(observer: any RunObserver) async throws(RunFailure) -> Outcome {
        guard scenario.database != nil else {
            throw RunFailure(
                .usage, "The scenario names no database, so there is nothing to watch. Give `database: {url: …}` or --database URL.")
        }
        let servers = try chosenServers()
        for ended in Leftovers.sweep() { observer.note(cell: "", "ended what an earlier Seep had left running: \(ended)") }
        let folder = try ResultsFolder(results: options.results, scenario: scenario.name)
        folder.pointLatest()
        var results: [CellResult] = []
        for server in servers {
            if interruption.isRequested { break }
            let cell = Cell(
                scenario: scenario, server: server, name: server?.name ?? "target", options: options, folder: folder,
                interruption: interruption, observer: observer)
            let result = await cell.run()
            results.append(result)
            observer.ended(cell: result)
        }
        let reports = results.compactMap(\.report)
        if results.count > 1, !reports.isEmpty { try CellReport.writeComparison(reports, scenario: scenario.name, to: folder.run) }
        let status = interruption.status ?? RunStatus.combined(results.map(\.status))
        return Outcome(status: status, cells: results, folder: folder.run)
    }

    /// The servers that `--server` picks, in the order of the file; `nil` stands for a target that runs already.
    private func chosenServers() throws(RunFailure) -> [ServerSpec?] {
        guard !scenario.servers.isEmpty else {
            guard options.servers.isEmpty else {
                throw RunFailure(.usage, "--server was given, and the scenario has no servers.")
            }
            return [nil]
        }
        guard !options.servers.isEmpty else { return scenario.servers }
        var chosen: [ServerSpec?] = []
        for pattern in options.servers where !scenario.servers.contains(where: { NamePattern.matches(pattern, $0.name) }) {
            throw RunFailure(
                .usage,
                "--server \(pattern) matches none of the scenario's servers: \(scenario.servers.map(\.name).joined(separator: ", "))")
        }
        for server in scenario.servers where options.servers.contains(where: { NamePattern.matches($0, server.name) }) {
            chosen.append(server)
        }
        return chosen
    }
}
