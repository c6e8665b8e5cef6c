import LinuxIO
import Measurements
import Postgres
import Scenarios
import Servers
import TestSupport
import Testing
import Verdicts

/// The scenarios of the repository before their real servers, one after the other. Beside ``ProgramTests``: most of a run is silence.
@Suite("seep, before real servers", .serialized, .timeLimit(.minutes(10))) struct RealServerTests {
    /// A server of a scenario, and what must come out.
    struct Case: Sendable, CustomTestStringConvertible {
        var scenario: String
        var server: String
        var verdict: Verdict.Kind
        var status: Int32
        var environment: [String: String] = [:]

        var testDescription: String { "\(scenario) \(server): \(verdict.rawValue)" }
    }

    private static let cases = [
        Case(scenario: "django-orm", server: "gunicorn", verdict: .clean, status: 0),
        Case(scenario: "django-orm", server: "granian-2.8.7", verdict: .clean, status: 0),
        Case(scenario: "look-alikes", server: "close-skipped", verdict: .bounded, status: 0),
        Case(scenario: "look-alikes", server: "queue-pool", verdict: .bounded, status: 0),
        Case(scenario: "look-alikes", server: "per-connection", verdict: .clean, status: 0),
    ]

    @Test(arguments: cases) func `pass what is healthy, however it looks`(_ test: Case) async throws {
        let (cell, ended, _) = try await run(test)
        #expect(ended.status == test.status, "\(ended.said)")
        #expect(try cell.verdict().verdict == test.verdict, "\(ended.said)")
    }

    @Test func `find that Granian 1.3.2 leaves one session for each request, exactly, and name the request`() async throws {
        let test = Case(scenario: "django-orm", server: "granian-1.3.2", verdict: .leak, status: 1, environment: ["GC": "off"])
        let (cell, ended, _) = try await run(test)
        #expect(ended.status == 1, "\(ended.said)")
        let verdict = try cell.verdict()
        #expect(verdict.verdict == .leak)
        let query = try #require(verdict.classes.first { $0.request == "a query" && $0.outcome == "2xx" })
        let rate = try #require(query.leakPer1000).estimate
        #expect((995...1005).contains(rate))
        let none = try #require(verdict.classes.first { $0.request == "no query" })
        #expect(none.leaked == 0)
        #expect(verdict.queries.contains { $0.text.contains("a query") })
    }

    @Test func `find a leak in twenty slots and leave the last ones free`() async throws {
        let (cell, ended, _) = try await run(Case(scenario: "slots-20", server: "granian-1.3.2", verdict: .leak, status: 1))
        #expect(ended.status == 1, "\(ended.said)")
        let verdict = try cell.verdict()
        #expect(verdict.verdict == .leak)
        #expect(verdict.limit == 20)
        let headrooms = try cell.connections.compactMap(\.headroom)
        #expect(try #require(headrooms.min()) >= 1)
        #expect(try #require(cell.connections.compactMap(\.total).max()) <= 19)
    }

    @Test func `put a configuration that leaks beside one that does not, and compare them`() async throws {
        let place = try Workplace()
        let seep = try place.start(
            ["run", Repository.scenario("asgi"), "--quick", "--server", "uvicorn", "--plain"], environment: ["GC": "off"])
        let ended = try await seep.ended(within: .seconds(300))
        let cells = place.cells().filter { $0.name != "charts" }
        expectNothingLeft(of: seep, in: cells)
        // The leak is wanted, and so no failure.
        #expect(ended.status == 0, "\(ended.said)")
        #expect(cells.map(\.name) == ["uvicorn.max_age=0", "uvicorn.max_age=300"], "\(ended.said)")
        #expect(try cells.map { try $0.verdict().verdict } == [.clean, .leak], "\(ended.said)")
        let table = TextFile.read("\(place.results)/asgi/latest/comparison.csv")
        #expect(table.contains("uvicorn.max_age=0,") && table.contains("uvicorn.max_age=300,"), "\(table)")
    }

    // MARK: Without a file

    @Test(arguments: [("gunicorn", Verdict.Kind.clean, Int32(0)), ("granian-1.3.2", .leak, 1)])
    func `judge somebody's running application by its URL`(_ server: String, _ wanted: Verdict.Kind, _ status: Int32) async throws {
        let url = try await TestCluster.shared.makeDatabase()
        let application = try await RunningServer.start(server, database: url)
        let place = try Workplace()
        let ended: SeepProcess.Ended
        do {
            ended = try await place.seep(["run", application.url + "/query/", "--database", url, "--quick"], within: .seconds(180))
        } catch {
            await application.stop()
            throw error
        }
        await application.stop()
        #expect(ended.status == status, "\(ended.said)")
        let cell = try place.cell()
        #expect(try cell.verdict().verdict == wanted, "\(ended.said)")
        #expect(!ended.said.contains("secret"))
        try await expectJudgedAlike(cell, place)
    }

    // MARK: Without privileges

    @Test func `say nothing healthy as a role that may not look, and tell the GRANT to run`() async throws {
        let cluster = try await TestCluster.shared
        let application = try cluster.makeDatabase()
        let watcher = try cluster.makeDatabase()
        let names = [application, watcher].map { String($0.split(separator: "/").last ?? "") }
        try cluster.execute("GRANT CONNECT ON DATABASE \(names[0]) TO \(names[1])")
        let url = watcher.replacing("/\(names[1])", with: "/\(names[0])").replacing("//\(names[0]):", with: "//\(names[1]):")
        let place = try Workplace()
        let ended = try await place.seep(
            [
                "run", Repository.scenario("look-alikes"), "--quick", "--server", "per-connection", "--set", "waves.settle=1s",
                "--set", "database.url=${SEEP_TEST_DATABASE}", "--set", "database.sessions={role: \(names[0])}",
            ], environment: ["SEEP_TEST_DATABASE": url, "DATABASE_URL": application], within: .seconds(120))
        #expect(ended.status == 3, "\(ended.said)")
        let cell = try place.cell()
        let verdict = try cell.verdict()
        #expect(verdict.verdict == .inconclusive)
        #expect(verdict.flags.contains(.limitedPrivileges))
        #expect(ended.said.contains("GRANT pg_monitor TO"), "\(ended.said)")
        #expect(verdict.reason.contains(names[1]), "\(verdict.reason)")
        try await expectJudgedAlike(cell, place)
    }

    private func run(_ test: Case) async throws -> (CellFiles, SeepProcess.Ended, Workplace) {
        let place = try Workplace()
        let seep = try place.start(
            ["run", Repository.scenario(test.scenario), "--quick", "--server", test.server], environment: test.environment)
        let ended = try await seep.ended(within: .seconds(240))
        let cell = try place.cell()
        expectNothingLeft(of: seep, in: [cell])
        guard TextFile.exists(cell.path + "/verdict.json") else { throw Unexpected("no verdict: \(ended.said)") }
        try await expectJudgedAlike(cell, place)
        return (cell, ended, place)
    }
}

/// A server of `scenarios/django-orm` that the test starts, as somebody's application that runs already.
private struct RunningServer {
    let url: String
    private let process: ServerProcess

    static func start(_ name: String, database: String) async throws -> RunningServer {
        let scenario = try ScenarioReader.read(path: Repository.scenario("django-orm"), options: ScenarioReader.Options(environment: [:]))
        let server = try #require(scenario.servers.first { $0.name == name })
        let registry = TestProcesses.registry()
        let setup = try #require(server.setup)
        let plan = SetupPlan(name: name, text: try setup.expand(["cache": "{{cache}}"]), folder: scenario.folder, workdir: ".")
        _ = try await SetupRunner(registry: registry).run(plan, command: try setup.expand(["cache": plan.cacheFolder]))
        let port = try FreePort.pick()
        let values = ["cache": plan.cacheFolder, "port": String(port), "workers": "1", "threads": "8"]
        var environment = ["DATABASE_URL": database]
        for (key, value) in server.environment { environment[key] = try value.expand(values) }
        environment["GC"] = "off"
        let launch = ServerLaunch(
            server, command: try #require(server.command).expand(values), environment: environment, folder: scenario.folder, port: port,
            logPath: nil)
        let process = try await ServerProcess.start(launch, registry: registry)
        do {
            try await process.awaitReady()
        } catch {
            await process.stop()
            throw error
        }
        return RunningServer(url: "http://127.0.0.1:\(port)", process: process)
    }

    func stop() async { await process.stop() }
}
