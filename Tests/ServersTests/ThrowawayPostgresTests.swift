import LinuxIO
import Postgres
import TestSupport
import Testing

@testable import Servers

@Suite("The throwaway PostgreSQL") struct ThrowawayPostgresTests {
    @Test func `starts within ten seconds, takes sessions, and is gone with its folder after the stop`() async throws {
        let began = MonotonicInstant.now
        let cluster = try await TestCluster.start()
        #expect(MonotonicInstant.now - began < .seconds(10))
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
}
