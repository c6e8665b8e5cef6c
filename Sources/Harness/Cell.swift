import Foundation
import LinuxIO
import Load
import Measurements
import Sampling
import Scenarios
import Servers
import Synchronization
import Verdicts

/// One server, once: everything from its start to its verdict.
///
/// What it opens is closed in the reverse order, whatever happens in between.
struct Cell: Sendable {
    let scenario: Scenario
    let server: ServerSpec?
    let name: String
    let options: RunOptions
    let folder: ResultsFolder
    let interruption: Interruption
    let observer: any RunObserver

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
        if let verdict = result.verdict, let info = result.info {
            do {
                let report = try CellReport(directory: result.directory, info: info, verdict: verdict)
                result.report = report
                try report.write()
            } catch {
                result.failure = result.failure ?? error.description
            }
        }
        return result
    }

    // MARK: The database

    private func withDatabase(_ directory: String, _ registry: ProcessRegistry, _ result: inout CellResult) async throws {
        guard let database = scenario.database else {
            preconditionFailure("a scenario without a database was refused before its first cell")
        }
        switch database.source {
        case .url(let url):
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

    // MARK: The server

    private func withServer(
        _ directory: String, _ registry: ProcessRegistry, samplerURL: String, environment: [String: String], throwaway: ThrowawayPostgres?,
        _ result: inout CellResult
    ) async throws {
        let faults = Faults()
        guard let server else {
            let base = try expand(scenario.target, [:])
            let console = try scenario.database?.pgbouncer.map { url throws(RunFailure) in try expand(url, [:]) }
            try await measure(
                directory, base, samplerURL, pgbouncer: console, throwaway: throwaway != nil, server: nil, faults: faults, &result)
            return
        }
        var values: [String: String] = [:]
        let port: Int
        if scenario.target.text.contains("{{port}}") {
            port = try FreePort.pick()
            values["port"] = String(port)
        } else {
            port = (try? HTTPURL(scenario.target.text).port) ?? 80
        }
        values["workers"] = server.workers.map(String.init) ?? "1"
        values["threads"] = server.threads.map(String.init) ?? "1"
        try await setUp(server, registry: registry, environment: environment, values: &values)
        if interruption.isRequested { throw RunFailure(.interrupted, "Interrupted before the server was started.") }
        observer.preparing(cell: name, "starting \(server.name)")
        var variables = environment
        for (key, value) in server.environment { variables[key] = try expand(value, values) }
        let launch = ServerLaunch(
            server, command: try expand(server.command, values), environment: variables, folder: scenario.folder, port: port,
            logPath: "\(directory)/server.log")
        let underTest = ServerUnderTest(launch: launch, registry: registry, interruption: interruption) { faults.serverDied($0) }
        try await underTest.start()
        do {
            let console = try (server.pgbouncer ?? scenario.database?.pgbouncer).map { url throws(RunFailure) in try expand(url, values) }
            try await measure(
                directory, try expand(scenario.target, values), samplerURL, pgbouncer: console, throwaway: throwaway != nil,
                server: underTest, faults: faults, &result)
        } catch {
            await stop(underTest)
            throw error
        }
        await stop(underTest)
    }

    private func stop(_ server: ServerUnderTest) async {
        guard let report = await server.stop(), let remark = report.remark(server: server.launch.name) else { return }
        observer.note(cell: name, remark)
    }

    private func setUp(
        _ server: ServerSpec, registry: ProcessRegistry, environment: [String: String], values: inout [String: String]
    ) async throws {
        guard let setup = server.setup else {
            values["cache"] = CacheFolder.ofThisUser.path
            return
        }
        var known = values
        known["cache"] = "{{cache}}"
        let plan = SetupPlan(name: server.name, text: try expand(setup, known), folder: scenario.folder, workdir: ".")
        values["cache"] = plan.cacheFolder
        observer.preparing(cell: name, "setting up \(server.name)")
        _ = try await SetupRunner(registry: registry).run(
            plan, command: try expand(setup, values), environment: environment,
            progress: { [observer, name] line in observer.output(cell: name, line) },
            unless: { [interruption] in interruption.isRequested })
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
        _ directory: String, _ base: String, _ samplerURL: String, pgbouncer: String?, throwaway: Bool, server: ServerUnderTest?,
        faults: Faults, _ result: inout CellResult
    ) async throws {
        let measurement = try await Measurement.begin(
            cell: self,
            in: Measurement.Surroundings(
                directory: directory, targetBase: base, samplerURL: samplerURL, pgbouncerURL: pgbouncer, throwaway: throwaway,
                server: server,
                faults: faults))
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
