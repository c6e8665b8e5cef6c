import LinuxIO
import Postgres
import TestSupport
import Testing

@Suite("A connection that does not come about") struct ConnectFailureTests {
    private func failure(_ conninfo: String, timeout: Duration = .seconds(10)) throws -> PostgresError {
        try #require(throws: PostgresError.self) { _ = try PostgresConnection(connecting: conninfo, timeout: timeout) }
    }

    @Test func `for a wrong password`() async throws {
        let url = try await TestCluster.shared.makeDatabase().replacing(":secret@", with: ":not-the-secret@")
        let error = try failure(url)
        #expect(error.kind == .authenticationFailed)
        #expect(error.sqlstate == "28P01")
        #expect(!error.description.contains("secret"))
        #expect(error.message.contains("password authentication failed for user \"test_"))
    }

    @Test func `for a database that is missing`() async throws {
        let error = try failure(try await TestCluster.shared.superuserURL.replacing("/seep_target", with: "/nowhere"))
        #expect(error.kind == .databaseMissing)
        #expect(error.message.hasSuffix("FATAL:  database \"nowhere\" does not exist"))
    }

    @Test func `for a port where nobody listens`() async throws {
        let error = try failure("postgresql://me:pw@127.0.0.1:1/db")
        #expect(error.kind == .connectionFailed)
        #expect(error.message.contains("Connection refused"))
    }

    @Test func `for a role that has all of its sessions`() async throws {
        let url = try await TestCluster.shared.makeDatabase(roleLimit: 1)
        let first = try PostgresConnection(connecting: url)
        let error = try failure(url)
        #expect(error.kind == .tooManyConnections)
        #expect(error.sqlstate == "53300")
        #expect(first.backendPID > 0)
    }

    @Test func `for a database that has all of its sessions`() async throws {
        let url = try await TestCluster.shared.makeDatabase(databaseLimit: 1)
        let first = try PostgresConnection(connecting: url)
        #expect(try failure(url).kind == .tooManyConnections)
        #expect(first.backendPID > 0)
    }

    @Test func `for an address that does not answer, within the timeout`() throws {
        let began = MonotonicInstant.now
        // 192.0.2.0/24 is nobody's (RFC 5737); a network that refuses at once is as good an answer.
        let error = try failure("postgresql://me@192.0.2.1/db", timeout: .milliseconds(300))
        #expect(error.kind == .timedOut || error.kind == .connectionFailed)
        #expect(MonotonicInstant.now - began < .seconds(3))
    }

    @Test(arguments: [
        "postgres//me:hidden@host/db", "host=a password=hidden b", "postgresql://me:hid/den@host/db", "mysql://me:hidden@h/d",
    ])
    func `for a malformed string, without its password`(_ conninfo: String) throws {
        let error = try failure(conninfo)
        #expect(error.kind == .usage || error.kind == .connectionFailed)
        #expect(!error.description.contains("hid"))
    }
}
