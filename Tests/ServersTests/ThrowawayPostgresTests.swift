import Glibc
import LinuxIO
import Postgres
import TestSupport
import Testing

@testable import Servers

@Suite("The throwaway PostgreSQL", .serialized) struct ThrowawayPostgresTests {
    @Test func `starts, takes sessions, and is gone with its folder after the stop`() async throws {
        let cluster = try await TestCluster.start()
        do {
            var session = try PostgresConnection(connecting: cluster.server.applicationURL)
            let rows = try session.query("SELECT current_user, current_database(), rolsuper FROM pg_roles WHERE rolname = current_user")
            #expect(rows[0, 0] == "seep_target")
            #expect(rows[0, 1] == "seep_target")
            #expect(rows.bool(0, 2) == false)
            #expect(cluster.server.serverVersion >= 130_000)
        }
        let report = await cluster.server.stop()
        #expect(report.isClean)
        #expect(!Files.exists(cluster.server.folder))
        #expect(FreePort.isFree(cluster.server.port))
    }

    @Test func `gives the application all sessions but the reserved ones, which are left for Seep`() async throws {
        let cluster = try await TestCluster.start(settings: ["max_connections": "20"])
        let held = Sessions()
        let error = try #require(throws: PostgresError.self) {
            while held.count < 50 { try held.add(cluster.server.applicationURL) }
        }
        #expect(error.kind == .tooManyConnections)
        #expect(error.sqlstate == "53300")
        #expect(held.count == 17)
        #expect(throws: Never.self) { _ = try PostgresConnection(connecting: cluster.server.samplerURL) }
        #expect(await cluster.server.stop().isClean)
    }

    @Test func `tells the application everything by its environment`() async throws {
        let environment = try await TestCluster.shared.server.applicationEnvironment
        #expect(environment.keys.sorted() == ["DATABASE_URL", "PGDATABASE", "PGHOST", "PGPASSWORD", "PGPORT", "PGUSER"])
        let info = try ConnectionInfo(parsing: try #require(environment["DATABASE_URL"]))
        #expect(info.options["password"] == environment["PGPASSWORD"])
        #expect(info.user == environment["PGUSER"])
        #expect(String(info.port) == environment["PGPORT"])
    }

    @Test(arguments: [
        ("max_connectoins", "10", ServerError.Kind.postgresFailed, "unrecognized configuration parameter \"max_connectoins\""),
        ("max_connections", "many", .postgresFailed, "invalid value for parameter \"max_connections\": \"many\""),
        ("port", "1", .invalid, "port is set by Seep itself"), ("a b", "1", .invalid, "“a b” cannot be the name of a setting"),
        ("work_mem", "1\nport = 1", .invalid, "the value of work_mem has a line break"),
    ])
    func `refuses a setting in PostgreSQL's own words, or in ours`(
        _ name: String, _ value: String, _ kind: ServerError.Kind, _ words: String
    ) async throws {
        let error = try await #require(throws: ServerError.self) {
            _ = try await ThrowawayPostgres.start(settings: [name: value], registry: TestProcesses.registry())
        }
        #expect(error.kind == kind)
        #expect(error.message.contains(words))
    }

    @Test func `takes settings of extensions, and values with quotes`() async throws {
        let cluster = try await TestCluster.start(settings: ["seep.mark": "it's \\ here", "idle_session_timeout": "1h"])
        do {
            var session = try PostgresConnection(connecting: cluster.superuserURL)
            #expect(try session.query("SHOW seep.mark")[0, 0] == "it's \\ here")
            #expect(try session.query("SHOW idle_session_timeout")[0, 0] == "1h")
        }
        #expect(await cluster.server.stop().isClean)
    }

    @Test func `that dies is known at once`() async throws {
        let cluster = try await TestCluster.start()
        let ended = AsyncStream<Termination> { continuation in
            cluster.server.onExit { continuation.yield($0) }
        }
        let file = try #require(Files.read(cluster.server.folder + "/data/postmaster.pid"))
        let segment = try #require(PostgresFolder.sharedMemory(file)).id
        var status = shmid_ds()
        #expect(shmctl(segment, IPC_STAT, &status) == 0)
        let pid = try #require(Proc.listeners(onPort: cluster.server.port).first)
        kill(pid, SIGKILL)
        #expect(await ended.first { _ in true } == .signal(SIGKILL))
        #expect(await cluster.server.stop().outcome == .hadExited(.signal(SIGKILL)))
        #expect(!Files.exists(cluster.server.folder))
        // The segment goes with the last of the children, which notice the death of their parent by themselves.
        let deadline = MonotonicInstant.now + .seconds(30)
        while shmctl(segment, IPC_STAT, &status) == 0, .now < deadline { try await Task.sleep(for: .milliseconds(50)) }
        #expect(shmctl(segment, IPC_STAT, &status) == -1)
    }

    /// Sessions held open; an array cannot hold what is not copyable.
    private final class Sessions {
        private final class Box {
            let connection: PostgresConnection
            init(_ connection: consuming PostgresConnection) { self.connection = connection }
        }

        private var held: [Box] = []
        var count: Int { held.count }

        func add(_ url: String) throws(PostgresError) { held.append(Box(try PostgresConnection(connecting: url))) }
    }
}
