import Measurements
import Servers
import TestSupport
import Testing

extension ProgramTests {
    /// The database that is to be watched, and is not to be had.
    @Suite("before a database") struct Database {
        private static let password = "hunter2-in-secret"

        /// Role and database, with what is wrong, and what is told.
        enum Fault: String, CaseIterable, Sendable {
            case down, wrongPassword, databaseMissing, malformed

            func url(_ port: Int, _ role: String) throws -> String {
                switch self {
                case .down: "postgresql://\(role):\(password)@127.0.0.1:\(try ScriptedServer.freePort())/\(role)"
                case .wrongPassword: "postgresql://\(role):\(password)@127.0.0.1:\(port)/\(role)"
                case .databaseMissing: "postgresql://\(role):secret@127.0.0.1:\(port)/no_such_database"
                case .malformed: "postgresql://\(role):\(password)@127.0.0.1:port/x"
                }
            }

            var status: Int32 { self == .malformed ? 2 : 4 }

            var words: [String] {
                switch self {
                case .down: ["@127.0.0.1:", "refused", "Start PostgreSQL, or correct host and port"]
                case .wrongPassword: ["@127.0.0.1:", "authentication failed", "Correct role and password"]
                case .databaseMissing: ["no_such_database", "does not exist", "Create the database, or correct its name"]
                case .malformed: ["database", "port"]
                }
            }
        }

        @Test(arguments: Fault.allCases) func `that cannot be used, says what, where and what to do, without a password`(_ fault: Fault)
            async throws
        {
            let cluster = try await TestCluster.shared
            let good = try cluster.makeDatabase()
            let role = String(good.split(separator: "/").last ?? "")
            let place = try Workplace()
            let scenario = try place.scenario(
                "target: http://127.0.0.1:1\ndatabase: ${SEEP_TEST_DATABASE}\nrequests: [{get: /}]\nhttp: {headers: {X: \(Self.password)-2}}\n"
            )
            let url = try fault.url(cluster.server.port, role)
            let ended = try await place.seep(["run", scenario], environment: ["SEEP_TEST_DATABASE": url], within: .seconds(30))
            #expect(ended.status == fault.status, "\(ended.said)")
            for words in fault.words { #expect(ended.said.contains(words), "\(ended.said)") }
            #expect(!ended.said.contains(Self.password) && !ended.said.contains("secret"))
            for cell in place.cells() { #expect(!cell.allText.contains(Self.password)) }
        }

        @Test func `that holds a good run, keeps its password out of every file and line`() async throws {
            let url = try await TestCluster.shared.makeDatabase().replacing(":secret@", with: ":\(Self.password)@")
            let role = String(url.split(separator: "/").last ?? "")
            try await TestCluster.shared.execute("ALTER ROLE \(role) PASSWORD '\(Self.password)'")
            let place = try Workplace()
            let scenario = try place.scenario(TestScenario.short)
            let ended = try await place.seep(["run", scenario], environment: TestScenario.environment(url))
            #expect(ended.status == 0, "\(ended.said)")
            #expect(!ended.said.contains(Self.password))
            #expect(try !place.cell().allText.contains(Self.password))
        }
    }
}
