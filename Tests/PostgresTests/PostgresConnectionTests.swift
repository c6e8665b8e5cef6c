import LinuxIO
import Postgres
import TestSupport
import Testing

@Suite("A connection to PostgreSQL") struct PostgresConnectionTests {
    @Test func `gives typed values, NULL as nil, and the names of the columns`() async throws {
        var connection = try PostgresConnection(connecting: try await TestCluster.shared.superuserURL)
        let rows = try connection.query(
            "SELECT $1::int AS whole, 2.5::float8 AS part, true AS yes, $2::text AS nothing, '-9223372036854775808' AS least",
            parameters: ["42", nil])
        #expect(rows.count == 1)
        #expect(rows.columns == ["whole", "part", "yes", "nothing", "least"])
        #expect(rows.column("yes") == 2)
        #expect(rows.int(0, 0) == 42)
        #expect(rows.double(0, 1) == 2.5)
        #expect(rows.bool(0, 2) == true)
        #expect(rows[0, 3] == nil)
        #expect(rows.int(0, 4) == .min)
        #expect(rows[1, 0] == nil)
        #expect(rows[0, 5] == nil)
        #expect(rows.withBytes(0, 0) { $0?.count } == 2)
    }

    @Test func `says who it is, and overrides win over the connection string`() async throws {
        var connection = try PostgresConnection(
            connecting: try await TestCluster.shared.superuserURL + "?application_name=mine",
            overrides: ["application_name": "ours", "options": "-c work_mem=1MB"])
        let rows = try connection.query("SELECT pg_backend_pid(), current_setting('application_name'), current_setting('work_mem')")
        #expect(rows.int(0, 0) == Int(connection.backendPID))
        #expect(rows[0, 1] == "ours")
        #expect(rows[0, 2] == "1MB")
        let version = try connection.query("SHOW server_version_num").int(0, 0)
        #expect(connection.serverVersion == version)
        #expect(connection.parameterStatus("client_encoding") == "UTF8")
        #expect(connection.socket > 2)
        #expect(PostgresConnection.libraryVersion > 100_000)
    }

    @Test func `takes several statements by the simple protocol, and gives the rows of the last`() async throws {
        var connection = try PostgresConnection(connecting: try await TestCluster.shared.superuserURL)
        let rows = try connection.query("SELECT 1; SELECT 2, 3", using: .simple)
        #expect(rows.columnCount == 2)
        #expect(rows[0, 1] == "3")
    }

    @Test func `a statement that the server refuses leaves the session usable`() async throws {
        var connection = try PostgresConnection(connecting: try await TestCluster.shared.superuserURL)
        let error = try #require(throws: PostgresError.self) { _ = try connection.query("SELECT nothing FROM nowhere") }
        #expect(error.kind == .query(sqlstate: "42P01"))
        #expect(error.message == "relation \"nowhere\" does not exist")
        #expect(connection.isBroken == false)
        #expect(try connection.query("SELECT 1")[0, 0] == "1")
    }

    @Test func `a query that takes too long is cancelled on the server, and the session is broken`() async throws {
        let url = try await TestCluster.shared.superuserURL
        var connection = try PostgresConnection(connecting: url)
        let pid = connection.backendPID
        let began = MonotonicInstant.now
        let error = try #require(throws: PostgresError.self) {
            _ = try connection.query("SELECT pg_sleep(60)", timeout: .milliseconds(200))
        }
        #expect(error.kind == .timedOut)
        #expect(MonotonicInstant.now - began < .seconds(5))
        #expect(connection.isBroken == true)
        #expect(throws: PostgresError.self) { _ = try connection.query("SELECT 1") }
        var other = try PostgresConnection(connecting: url)
        let deadline = MonotonicInstant.now + .seconds(10)
        var isActive = true
        while isActive, MonotonicInstant.now < deadline {
            isActive =
                try other.query("SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND state = 'active'", parameters: [String(pid)]).count > 0
        }
        #expect(!isActive)
    }

    @Test func `a session that the server ends is lost`() async throws {
        let url = try await TestCluster.shared.superuserURL
        var connection = try PostgresConnection(connecting: url)
        var other = try PostgresConnection(connecting: url)
        _ = try other.query("SELECT pg_terminate_backend($1)", parameters: [String(connection.backendPID)])
        let error = try #require(throws: PostgresError.self) { _ = try connection.query("SELECT 1") }
        #expect(error.kind == .connectionLost)
        #expect(connection.isBroken == true)
    }

    @Test func `COPY is refused`() async throws {
        var connection = try PostgresConnection(connecting: try await TestCluster.shared.superuserURL)
        let error = try #require(throws: PostgresError.self) { _ = try connection.query("COPY (SELECT 1) TO STDOUT") }
        #expect(error.kind == .usage)
    }

    @Test func `sends more than the socket takes at once`() async throws {
        var connection = try PostgresConnection(connecting: try await TestCluster.shared.superuserURL)
        let long = String(repeating: "x", count: 4_000_000)
        #expect(try connection.query("SELECT length($1)", parameters: [long], timeout: .seconds(30)).int(0, 0) == 4_000_000)
    }
}
