import Measurements
import Postgres
import Sampling
import Servers
import TestSupport
import Testing

struct PreflightTests {
    private static func name(of url: String) throws -> String { try ConnectionInfo(parsing: url).user }

    @Test("The facts of a database of one's own")
    func facts() async throws {
        let cluster = try await TestCluster.shared
        let url = try cluster.makeDatabase()
        let name = try Self.name(of: url)
        let preflight = try Preflight.read(databaseURL: url)
        let facts = preflight.facts
        #expect(facts.serverVersion == cluster.server.serverVersion)
        #expect(facts.samplerRole == name && facts.applicationRole == name && facts.applicationDatabase == name)
        #expect(facts.limits.maxConnections == 1000 && facts.limits.role == nil && facts.limits.database == nil)
        #expect(facts.headroomAtStart.scope == .server)
        #expect(facts.headroomAtStart.limit == 1000 - facts.limits.superuserReserved - facts.limits.reserved)
        #expect(facts.privilege == .sameRole && facts.seesStates && facts.grantNeeded == nil)
        #expect(facts.tracksActivities)
        #expect(facts.poolerSuspected == nil)
        #expect(facts.samplerBackends.count == 2)
        #expect(facts.useAtStart.role == 2 && facts.useAtStart.database == 2)
        #expect(facts.sessionsInDatabaseAtStart == 0 && !facts.isShared)
        #expect(!facts.usesUnixSocket && !facts.isReplica && !facts.applicationRoleIsSuperuser)
        #expect(facts.port == cluster.server.port)
        #expect(facts.keepalives["tcp_keepalives_idle"] != nil)
    }

    @Test("The scope that leaves the least sets the limit", arguments: [(20, -1, LimitScope.role, 20), (20, 11, .database, 11)])
    func limits(role: Int, database: Int, scope: LimitScope, limit: Int) async throws {
        let url = try await TestCluster.shared.makeDatabase(roleLimit: role, databaseLimit: database)
        let headroom = try Preflight.read(databaseURL: url).facts.headroomAtStart
        #expect(headroom.scope == scope)
        #expect(headroom.limit == limit)
        #expect(headroom.sessions == limit - 2)
    }

    @Test("Seen by a superuser, limits, timers and sessions are the application's")
    func superuser() async throws {
        let cluster = try await TestCluster.shared
        let url = try cluster.makeDatabase(roleLimit: 30)
        let name = try Self.name(of: url)
        try cluster.execute("ALTER DATABASE \(name) SET idle_session_timeout = '5min'")
        try cluster.execute("ALTER ROLE \(name) SET idle_session_timeout = '30s'")
        try cluster.execute("ALTER DATABASE \(name) SET idle_in_transaction_session_timeout = '1min'")
        let others = try Sessions(3, url, application: "worker")
        let preflight = try Preflight.read(databaseURL: cluster.superuserURL, application: .init(role: name, database: name))
        let facts = preflight.facts
        #expect(facts.privilege == .superuser)
        #expect(facts.headroomAtStart == Headroom(scope: .role, limit: 30, used: 3))
        #expect(
            facts.reapers == [
                .init(setting: "idle_session_timeout", milliseconds: 30_000, setBy: "role \(name)"),
                .init(setting: "idle_in_transaction_session_timeout", milliseconds: 60_000, setBy: "database \(name)"),
            ])
        #expect(facts.sharedWith == ["\(name) worker ×3"])
        #expect(facts.isShared)
        #expect(others.count == 3)
    }

    @Test("A role that may not see others' states is told which GRANT helps")
    func unprivileged() async throws {
        let cluster = try await TestCluster.shared
        let application = try cluster.makeDatabase()
        let name = try Self.name(of: application)
        let watcher = try cluster.makeDatabase()
        let facts = try Preflight.read(databaseURL: watcher, application: .init(role: name, database: name)).facts
        #expect(facts.privilege == .none && !facts.seesStates)
        let grant = try #require(facts.grantNeeded)
        try cluster.execute(grant)
        let after = try Preflight.read(databaseURL: watcher, application: .init(role: name, database: name)).facts
        #expect(after.privilege == .monitor && after.seesStates)
    }

    @Test("What is wrong with the database is said, with what to do, and without the password")
    func errors() async throws {
        let cluster = try await TestCluster.shared
        let good = try ConnectionInfo(parsing: cluster.makeDatabase())
        let full = try cluster.makeDatabase(roleLimit: 1)
        let cases: [(String, SamplingError.Kind)] = [
            ("postgresql://\(good.user):hunter2@127.0.0.1:\(good.port)/\(good.database)", .authentication),
            (good.withDatabase("no_such").keywords, .databaseMissing),
            ("postgresql://me:hunter2@127.0.0.1:1/x", .databaseDown),
            ("postgresql://me:hunter2@[::1/x", .malformedURL),
            (full, .tooManyClients),
        ]
        for (url, kind) in cases {
            let error = #expect(throws: SamplingError.self) { _ = try Preflight.read(databaseURL: url) }
            #expect(error?.kind == kind)
            #expect(error?.description.contains("hunter2") == false)
            #expect(error?.advice.isEmpty == false)
        }
        let missing = #expect(throws: SamplingError.self) {
            _ = try Preflight.read(databaseURL: good.keywords, application: .init(role: "nobody_here"))
        }
        #expect(missing?.kind == .roleMissing)
    }
}
