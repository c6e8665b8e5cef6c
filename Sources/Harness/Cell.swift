import Foundation
import LinuxIO
import Load
import Measurements
import Sampling
import Scenarios
import Servers
import Synchronization
import Verdicts

/// One server with one combination of the matrix's values, once: everything from its start to its verdict.
///
/// What it opens is closed in the reverse order, whatever happens in between.
struct Cell: Sendable {
    let scenario: Scenario
    let planned: CellPlan.Cell
    let setups: SetupStage.Outcomes
    /// The cell before this one, in a database that both use.
    let before: LastSessions?
    let options: RunOptions
    let folder: ResultsFolder
    let interruption: Interruption
    let observer: any RunObserver

    var name: String { planned.name }
    /// With the matrix's values put in; `nil`: the target runs already.
    var server: ServerSpec? { planned.group.server }

    /// Runs the cell. Does not throw: a failure is a result with its status.
    func run() async -> CellResult {
        var result = CellResult(cell: name, status: .fault, directory: "")
        do {
            let directory = try folder.cell(name)
            result.directory = directory
            let registry = ProcessRegistry(runFolder: directory)
            interruption.beforeEnd { _ = Leftovers.endAll(runFolder: directory, patience: .milliseconds(500)) }
            try await withDatabase(directory, registry, &result)
        } catch let failure as RunFailure {
            result.failure = failure.description
            result.status = failure.status
        } catch let error as ServerError {
            result.failure = error.description
            result.status = .unusable
        } catch {
            result.failure = "\(error)"
            result.status = .fault
        }
        if let status = interruption.status { result.status = status }
        report(&result)
        return result
    }

    /// Writes the reports of the cell, or why there are none.
    private func report(_ result: inout CellResult) {
        guard !result.directory.isEmpty else { return }
        do throws(RunFailure) {
            var failure: FailureFile?
            if let reason = result.failure {
                failure = FailureFile(
                    scenario: scenario.name, cell: name, configuration: planned.configuration, exitCode: result.status.rawValue,
                    reason: reason)
                try failure?.write(to: result.directory)
            }
            if let verdict = result.verdict, let info = result.info {
                let report = try CellReport(directory: result.directory, info: info, verdict: verdict, failure: failure)
                result.report = report
                try report.write()
            } else if let failure {
                result.report = CellReport(failure, directory: result.directory)
            }
        } catch {
            result.failure = result.failure ?? error.description
        }
    }

    // MARK: The database

    private func withDatabase(_ directory: String, _ registry: ProcessRegistry, _ result: inout CellResult) async throws {
        guard let database = scenario.database else {
            preconditionFailure("a scenario without a database was refused before its first cell")
        }
        switch database.source {
        case .url(let url):
            try await awaitEndOfSessions(url)
            try await withServer(directory, registry, samplerURL: url, environment: [:], throwaway: nil, &result)
        case .throwaway:
            observer.preparing(cell: name, "starting a PostgreSQL of its own")
            let postgres = try await ThrowawayPostgres.start(
                settings: database.settings, logPath: "\(directory)/postgres.log", registry: registry)
            do {
                try await withServer(
                    directory, registry, samplerURL: postgres.samplerURL, environment: postgres.applicationEnvironment, throwaway: postgres,
                    &result)
            } catch {
                _ = await postgres.stop()
                throw error
            }
            _ = await postgres.stop()
        }
    }

    /// - Throws: when sessions of the server before are still there, which would be taken for this one's.
    private func awaitEndOfSessions(_ url: String) async throws(RunFailure) {
        guard let left = await before?.waitUntilGone(url: url, unless: { [interruption] in interruption.isRequested }) else { return }
        if left.isServers { throw RunFailure(.unusable, "Not started: \(left.words)") }
        observer.note(cell: name, left.words)
    }

    // MARK: The server

    private func withServer(
        _ directory: String, _ registry: ProcessRegistry, samplerURL: String, environment: [String: String], throwaway: ThrowawayPostgres?,
        _ result: inout CellResult
    ) async throws {
        let faults = Faults()
        let target = planned.group.target
        guard let server, let command = server.command else {
            let base = try expand(target, [:])
            let console = try (server?.pgbouncer ?? scenario.database?.pgbouncer).map { url throws(RunFailure) in try expand(url, [:]) }
            try await measure(
                directory, base, socket: try socket([:]), samplerURL, pgbouncer: console, throwaway: throwaway != nil, server: nil,
                faults: faults, &result)
            return
        }
        var values: [String: String] = [:]
        let port: Int
        if target.placeholders.contains("port") {
            port = try FreePort.pick()
            values["port"] = String(port)
        } else {
            port = (try? HTTPURL(target.expand([:])).port) ?? 80
        }
        values["workers"] = server.workers.map(String.init) ?? "1"
        values["threads"] = server.threads.map(String.init) ?? "1"
        values["pool"] = server.pool.map(String.init) ?? "1"
        values["cache"] = try cacheFolder(of: server)
        if interruption.isRequested { throw RunFailure(.interrupted, "Interrupted before the server was started.") }
        observer.preparing(cell: name, "starting \(server.name)")
        var variables = environment
        for (key, value) in server.environment { variables[key] = try expand(value, values) }
        let launch = ServerLaunch(
            server, command: try expand(command, values), environment: variables, folder: scenario.folder, port: port,
            logPath: "\(directory)/server.log")
        if let prepare = server.prepare {
            observer.preparing(cell: name, "preparing")
            try await PrepareRunner.run(
                launch, command: try expand(prepare, values), logPath: "\(directory)/prepare.log", registry: registry,
                progress: { [observer, name] line in observer.output(cell: name, line) },
                unless: { [interruption] in interruption.isRequested })
        }
        let underTest = ServerUnderTest(launch: launch, registry: registry, interruption: interruption) { faults.serverDied($0) }
        try await underTest.start()
        do {
            let console = try (server.pgbouncer ?? scenario.database?.pgbouncer).map { url throws(RunFailure) in try expand(url, values) }
            try await measure(
                directory, try expand(target, values), socket: try socket(values), samplerURL, pgbouncer: console,
                throwaway: throwaway != nil, server: underTest, faults: faults, &result)
        } catch {
            await stop(underTest)
            throw error
        }
        await stop(underTest)
    }

    private func stop(_ server: ServerUnderTest) async {
        if let remark = await server.stop()?.remark(server: server.launch.name) { observer.note(cell: name, remark) }
        guard let path = server.launch.logPath, let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int,
            size >= server.launch.logLimitBytes
        else { return }
        observer.note(
            cell: name, "server.log reached its limit of \(server.launch.logLimitBytes / 1_000_000) MB; what followed was not kept")
    }

    /// The value of `{{cache}}`.
    ///
    /// - Throws: why the setup failed, if it did.
    private func cacheFolder(of server: ServerSpec) throws -> String {
        guard let text = try SetupStage.text(of: server) else { return CacheFolder.ofThisUser.path }
        guard let outcome = setups[text] else { preconditionFailure("every setup was run before the first cell") }
        if let failure = outcome.failure { throw failure }
        return outcome.cacheFolder
    }

    /// The Unix socket of the target; a path that is not absolute begins at the scenario's folder.
    private func socket(_ values: [String: String]) throws(RunFailure) -> String? {
        guard let template = scenario.http.socket else { return nil }
        let path = try expand(template, values)
        return path.hasPrefix("/") ? path : "\(scenario.folder)/\(path)"
    }

    private func expand(_ template: Template, _ values: [String: String]) throws(RunFailure) -> String {
        do {
            return try template.expand(values)
        } catch {
            throw RunFailure(.usage, "\(error)")
        }
    }

    // MARK: The measurement

    private func measure(
        _ directory: String, _ base: String, socket: String?, _ samplerURL: String, pgbouncer: String?, throwaway: Bool,
        server: ServerUnderTest?, faults: Faults, _ result: inout CellResult
    ) async throws {
        let measurement = try await Measurement.begin(
            cell: self,
            in: Measurement.Surroundings(
                directory: directory, targetBase: base, socket: socket, samplerURL: samplerURL, pgbouncerURL: pgbouncer,
                throwaway: throwaway, server: server, faults: faults))
        let (verdict, info) = try await measurement.run()
        result.verdict = verdict
        result.info = info
        result.status = RunStatus(rawValue: verdict.exitCode) ?? .fault
        if let failure = faults.first {
            result.failure = failure
            if verdict.verdict == .inconclusive { result.status = .unusable }
        }
    }
}

/// What keeps a run from going on, found beside its own thread.
final class Faults: Sendable {
    private struct State {
        var death: String?
        var load: String?
        var action: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    func serverDied(_ how: String) {
        let action = state.withLock { state in
            if state.death == nil { state.death = how }
            return state.action
        }
        action?()
    }

    func loadFailed(_ how: String) {
        state.withLock { if $0.load == nil { $0.load = how } }
    }

    /// How the server under test ended by itself.
    var death: String? { state.withLock { $0.death } }

    var first: String? { state.withLock { $0.death ?? $0.load } }

    /// What to do at once when the server dies.
    func onDeath(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.action = action }
    }
}
