import Measurements
import Scenarios
import Testing

struct SessionOwnershipTests {
    private static func session(app: String = "shop", role: String = "shop", database: String = "shop") -> SessionNames {
        SessionNames(application: app, role: role, database: database, clientAddress: "127.0.0.1")
    }

    struct Case: Sendable {
        var name: String
        var filter: SessionFilter?
        var session: SessionNames
        var tie = SessionTie.unknown
        var processesKnown = true
        var tiesWork = true
        var why: String?
    }

    static let cases: [Case] = [
        Case(name: "a socket of the server decides", session: session(database: "other"), tie: .process(7), why: "process"),
        Case(name: "a socket elsewhere rules out", session: session(), tie: .elsewhere, why: nil),
        Case(
            name: "behind a pooler no socket is the server's, and the database decides", session: session(), tie: .elsewhere,
            tiesWork: false, why: "database"),
        Case(name: "an untied session in the database", session: session(), why: "database"),
        Case(name: "an untied session in another database", session: session(database: "other"), why: nil),
        Case(name: "no processes known", session: session(), processesKnown: false, tiesWork: false, why: "database"),
        Case(name: "Seep's own name in the database", session: session(app: "seep"), why: nil),
        Case(
            name: "a filter decides alone", filter: SessionFilter(applicationName: "cms", role: "shop"),
            session: session(app: "cms", database: "other"), tie: .elsewhere, why: "filter application_name=cms role=shop"),
        Case(
            name: "every field of a filter must match", filter: SessionFilter(applicationName: "cms", role: "other"),
            session: session(app: "cms"), tie: .process(7), why: nil),
        Case(
            name: "a filter by address", filter: SessionFilter(clientAddress: "10.0.0.1"), session: session(), why: nil),
    ]

    @Test("A session is ours for one stated reason", arguments: cases)
    func reason(example: Case) {
        let ownership = SessionOwnership(filter: example.filter, applicationDatabase: "shop")
        #expect(
            ownership.whyOurs(
                example.session, tie: example.tie, processesKnown: example.processesKnown, tiesWork: example.tiesWork)
                == example.why, "\(example.name)")
    }

    @Test("The owner is the best that is known")
    func owner() {
        #expect(SessionOwnership.owner(of: Self.session(), tie: .process(41)) == "pid 41")
        #expect(SessionOwnership.owner(of: Self.session(), tie: .elsewhere) == "app shop")
        #expect(SessionOwnership.owner(of: Self.session(app: ""), tie: .unknown) == "role shop")
        #expect(SessionOwnership.owner(of: Self.session(app: "", role: ""), tie: .unknown) == "database shop")
    }

    @Test(
        "Headroom is that of the scope that leaves the least",
        arguments: [
            (SessionLimits(maxConnections: 100, superuserReserved: 3, reserved: 0), LimitScope.server, 97, 87),
            (SessionLimits(maxConnections: 100, superuserReserved: 3, reserved: 5, role: 85), .role, 85, 79),
            (SessionLimits(maxConnections: 100, superuserReserved: 3, reserved: 0, role: 60, database: 20), .database, 20, 16),
            (SessionLimits(maxConnections: 100, superuserReserved: 3, reserved: 0, role: 93), .server, 97, 87),
        ])
    func headroom(limits: SessionLimits, scope: LimitScope, limit: Int, left: Int) {
        let tightest = limits.tightest(at: SessionUse(server: 10, role: 6, database: 4))
        #expect(tightest.scope == scope)
        #expect(tightest.limit == limit)
        #expect(tightest.sessions == left)
    }

    @Test("The guard rail is at 3 sessions or 5 %, whichever is more", arguments: [(20, 3), (60, 3), (61, 4), (97, 5), (1000, 50)])
    func guardThreshold(limit: Int, threshold: Int) {
        #expect(Headroom(scope: .server, limit: limit, used: limit - threshold + 1).isBelowGuard)
        #expect(!Headroom(scope: .server, limit: limit, used: limit - threshold).isBelowGuard)
    }
}
