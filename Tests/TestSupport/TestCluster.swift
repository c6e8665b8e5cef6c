import Glibc
package import Postgres
package import Servers

/// The throwaway PostgreSQL of a test process: started when first asked for, stopped when the process exits.
///
/// Works as root and as any other user. A test run that was killed leaves it to the next one to end its cluster.
package struct TestCluster: Sendable {
    package let server: ThrowawayPostgres

    /// One cluster for all tests of the process, with its standard settings: 1000 sessions, 3 of them reserved.
    package static var shared: TestCluster {
        get async throws { try await starting.value }
    }

    private static let starting = Task { try await TestCluster.start() }

    /// A cluster of the test's own, with other settings. End it by `server.stop()`; else it lives until the process exits.
    package static func start(settings: [String: String] = [:]) async throws -> TestCluster {
        TestCluster(server: try await ThrowawayPostgres.start(settings: settings, registry: TestProcesses.registry()))
    }

    /// A superuser in the cluster's database.
    package var superuserURL: String { server.samplerURL }

    /// Runs one statement as a superuser.
    package func execute(_ sql: String) throws(PostgresError) {
        var connection = try PostgresConnection(connecting: server.samplerURL)
        _ = try connection.query(sql)
    }

    /// A new role with a database of its own; returns a URL for it.
    ///
    /// - Parameters:
    ///   - roleLimit: sessions of the role; −1: as many as there are.
    ///   - databaseLimit: sessions in the database; −1: as many as there are.
    package func makeDatabase(roleLimit: Int = -1, databaseLimit: Int = -1) throws(PostgresError) -> String {
        let name = "test_" + String(UInt64.random(in: 0 ... .max), radix: 36)
        try execute("CREATE ROLE \(name) LOGIN PASSWORD 'secret' CONNECTION LIMIT \(roleLimit)")
        try execute("CREATE DATABASE \(name) OWNER \(name) CONNECTION LIMIT \(databaseLimit)")
        return "postgresql://\(name):secret@127.0.0.1:\(server.port)/\(name)"
    }
}

/// The processes that tests start: a registry apart from the user's own, ended at exit and, after a kill, by the next test run.
package enum TestProcesses {
    package static let cache = CacheFolder(path: "/tmp/seep-tests-\(getuid())")

    /// A registry for one test, after a sweep of what killed test runs left.
    package static func registry() -> ProcessRegistry {
        _ = prepared
        return ProcessRegistry(cache: cache)
    }

    private static let prepared: Bool = {
        _ = Leftovers.sweep(cache: cache)
        atexit { _ = Leftovers.endAll(cache: TestProcesses.cache) }
        return true
    }()
}
