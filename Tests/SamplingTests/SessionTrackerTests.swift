import Measurements
import Scenarios
import Testing

@testable import Sampling

/// Snapshots as tables: a backend is its pid; PostgreSQL's clock is the run's, plus 1,000 s.
struct SessionTrackerTests {
    private static let ahead = 1_000_000_000

    private static func time(_ seconds: Double) -> RunTime { RunTime(seconds: seconds) }

    private static func backend(
        _ pid: Int, born: Double, query: Double? = nil, app: String = "shop", database: String = "shop", port: Int? = -1,
        state: Backend.State = .idle
    ) -> Backend {
        Backend(
            pid: pid, start: Int((born * 1e6).rounded()) + ahead,
            names: SessionNames(application: app, role: "shop", database: database, clientAddress: port == -1 ? "" : "127.0.0.1"),
            clientPort: port, state: state, stateChange: Int((query ?? born) * 1e6) + ahead, transactionStart: nil,
            queryStart: query.map { Int($0 * 1e6) + ahead }, query: query == nil ? "" : "SELECT \(pid)")
    }

    private static func snapshot(_ seconds: Double, _ backends: [Backend]) -> Snapshot {
        Snapshot(
            time: time(seconds), serverNow: Int(seconds * 1e6) + ahead, serverToRun: -ahead, backends: backends,
            use: SessionUse(server: backends.count))
    }

    private static func tracker(filter: SessionFilter? = nil) -> SessionTracker {
        SessionTracker(ownership: SessionOwnership(filter: filter, applicationDatabase: "shop"))
    }

    private static func events(_ rows: [SessionRow]) -> [String] {
        rows.map { "\($0.event.rawValue) \($0.pid) @\($0.time.seconds)" }
    }

    @Test("Under load a session is written when it is two seconds old, with the time of its birth")
    func lasting() {
        var tracker = Self.tracker()
        _ = tracker.beginStep(4, logging: .lasting, at: Self.time(0))
        let young = tracker.consume(Self.snapshot(1, [Self.backend(7, born: 0.5, query: 0.6)]))
        #expect(young.born == 1)
        #expect(young.rows == [])
        let old = tracker.consume(Self.snapshot(2.5, [Self.backend(7, born: 0.5, query: 0.6)]))
        #expect(old.born == 0)
        #expect(Self.events(old.rows) == ["born 7 @0.5", "used 7 @2.5"])
        #expect(old.rows.allSatisfy { $0.step == 4 && $0.lastQuery == "SELECT 7" && $0.owner == "app shop" })
        let gone = tracker.consume(Self.snapshot(3, []))
        #expect(gone.died == 1)
        #expect(Self.events(gone.rows) == ["died 7 @3.0"])
    }

    @Test("Under load a session that lives shortly is only counted; in a unit dose it has its rows")
    func short() {
        var tracker = Self.tracker()
        _ = tracker.beginStep(1, logging: .lasting, at: Self.time(0))
        let first = tracker.consume(Self.snapshot(1, [Self.backend(7, born: 0.9)]))
        let second = tracker.consume(Self.snapshot(1.1, []))
        #expect((first.born, second.died) == (1, 1))
        #expect(first.rows + second.rows == [])

        _ = tracker.beginStep(2, logging: .everything, at: Self.time(2))
        let third = tracker.consume(Self.snapshot(2.1, [Self.backend(8, born: 2.05)]))
        let fourth = tracker.consume(Self.snapshot(2.2, []))
        #expect(Self.events(third.rows + fourth.rows) == ["born 8 @2.05", "died 8 @2.2"])
    }

    @Test("A session that was last seen young but must have been older is written when it has gone")
    func lateDeath() {
        var tracker = Self.tracker()
        _ = tracker.beginStep(1, logging: .lasting, at: Self.time(0))
        _ = tracker.consume(Self.snapshot(1, [Self.backend(7, born: 0.5)]))
        let gone = tracker.consume(Self.snapshot(9, []))
        #expect(Self.events(gone.rows) == ["born 7 @0.5", "died 7 @9.0"])
    }

    @Test("At the end of the load all pending births are written, and after it each at once")
    func endOfLoad() {
        var tracker = Self.tracker()
        _ = tracker.beginStep(1, logging: .lasting, at: Self.time(0))
        _ = tracker.consume(Self.snapshot(1, [Self.backend(7, born: 0.9), Self.backend(8, born: 0.8)]))
        #expect(Self.events(tracker.endLoad(at: Self.time(1.1))) == ["born 8 @0.8", "born 7 @0.9"])
        #expect(Self.events(tracker.endLoad(at: Self.time(1.2))) == [])
        let after = tracker.consume(
            Self.snapshot(1.3, [Self.backend(7, born: 0.9), Self.backend(8, born: 0.8), Self.backend(9, born: 1.25)]))
        #expect(Self.events(after.rows) == ["born 9 @1.25"])
    }

    @Test("The floor names who is there; sessions that have no rows yet get them first")
    func floor() {
        var tracker = Self.tracker()
        _ = tracker.beginStep(1, logging: .lasting, at: Self.time(0))
        _ = tracker.consume(Self.snapshot(1, [Self.backend(7, born: 0.9), Self.backend(8, born: 0.8)]))
        let floor = tracker.settleFloor(at: Self.time(1.1))
        #expect(floor.count == 2)
        #expect(Self.events(floor.rows) == ["born 8 @0.8", "born 7 @0.9", "floor 8 @1.1", "floor 7 @1.1"])
    }

    @Test("A session is used once per step, and one that never ran a query is not")
    func used() {
        var tracker = Self.tracker()
        _ = tracker.beginStep(1, logging: .everything, at: Self.time(0))
        let first = tracker.consume(Self.snapshot(1, [Self.backend(7, born: 0.5, query: 0.6), Self.backend(8, born: 0.5)]))
        #expect(Self.events(first.rows) == ["born 7 @0.5", "used 7 @1.0", "born 8 @0.5"])
        let second = tracker.consume(Self.snapshot(2, [Self.backend(7, born: 0.5, query: 1.6), Self.backend(8, born: 0.5)]))
        #expect(second.rows == [])
        _ = tracker.beginStep(2, logging: .lasting, at: Self.time(3))
        let idle = tracker.consume(Self.snapshot(4, [Self.backend(7, born: 0.5, query: 1.6), Self.backend(8, born: 0.5)]))
        #expect(idle.rows == [])
        let busy = tracker.consume(Self.snapshot(5, [Self.backend(7, born: 0.5, query: 4.6), Self.backend(8, born: 0.5)]))
        #expect(Self.events(busy.rows) == ["used 7 @5.0"])
        #expect(busy.rows.map(\.step) == [2])
    }

    @Test("What a step still owes is written under its number when the next begins")
    func steps() {
        var tracker = Self.tracker()
        _ = tracker.beginStep(1, logging: .lasting, at: Self.time(0))
        _ = tracker.consume(Self.snapshot(1, [Self.backend(7, born: 0.9)]))
        let rows = tracker.beginStep(2, logging: .lasting, at: Self.time(1.5))
        #expect(Self.events(rows) == ["born 7 @0.9"])
        #expect(rows.map(\.step) == [1])
    }

    @Test("A pid that is used again is another session")
    func reusedPID() {
        var tracker = Self.tracker()
        _ = tracker.consume(Self.snapshot(1, [Self.backend(7, born: 0.5)]))
        let changes = tracker.consume(Self.snapshot(2, [Self.backend(7, born: 1.5)]))
        #expect((changes.born, changes.died) == (1, 1))
        #expect(Self.events(changes.rows) == ["died 7 @2.0", "born 7 @1.5"])
    }

    @Test("A birth is never later than the first sample that saw it")
    func clockAhead() {
        var tracker = Self.tracker()
        let changes = tracker.consume(Self.snapshot(1, [Self.backend(7, born: 1.4)]))
        #expect(Self.events(changes.rows) == ["born 7 @1.0"])
    }

    @Test("After a restart of PostgreSQL nobody is the same, not even without known starts")
    func restart() {
        var tracker = Self.tracker()
        var blind = Self.backend(7, born: 0)
        blind.start = nil
        blind.state = nil
        _ = tracker.consume(Self.snapshot(1, [blind]))
        let died = tracker.serverRestarted(at: Self.time(5))
        #expect(Self.events(died.rows) == ["died 7 @5.0"])
        #expect(died.died == 1)
        #expect(tracker.consume(Self.snapshot(6, [blind])).born == 1)
    }

    @Test("Without privileges the total is known, and no state")
    func unprivileged() {
        var tracker = Self.tracker()
        var blind = Self.backend(7, born: 0)
        blind.start = nil
        blind.state = nil
        let snapshot = Self.snapshot(1, [blind, Self.backend(8, born: 0)])
        _ = tracker.consume(snapshot)
        var row = ConnectionRow(time: snapshot.time, step: 0)
        tracker.count(into: &row, serverNow: snapshot.serverNow)
        #expect(row.total == 2)
        #expect(row.active == nil && row.idle == nil && row.other == nil && row.oldestIdle == nil)
    }

    @Test("States are counted, and the oldest idle session is found")
    func counts() {
        var tracker = Self.tracker()
        let states: [Backend.State] = [.active, .idle, .idle, .idleInTransaction, .idleInTransactionAborted, .disabled]
        let backends = states.enumerated().map { Self.backend($0, born: Double($0), query: Double($0) + 1, state: $1) }
        let snapshot = Self.snapshot(10, backends)
        _ = tracker.consume(snapshot)
        var row = ConnectionRow(time: snapshot.time, step: 0)
        tracker.count(into: &row, serverNow: snapshot.serverNow)
        #expect([row.total, row.active, row.idle, row.idleInTransaction, row.idleInTransactionAborted, row.other] == [6, 1, 2, 1, 1, 1])
        #expect(row.oldestIdle == Self.time(8))
    }

    // MARK: Ties

    @Test("A session's rows wait until its owner is known, at most three samples")
    func owners() {
        var tracker = Self.tracker()
        let first = Self.backend(7, born: 0, port: 5000)
        let second = Self.backend(8, born: 0, port: 5001)
        let one = tracker.consume(Self.snapshot(1, [first, second]), ties: [:], processesKnown: true)
        #expect(one.born == 2)
        #expect(one.rows == [])
        let two = tracker.consume(
            Self.snapshot(2, [first, second]), ties: [first.identity: .process(41)], processesKnown: true)
        #expect(two.rows.map { "\($0.pid) \($0.owner) \($0.whyOurs)" } == ["7 pid 41 process"])
        #expect(tracker.wanted(in: Self.snapshot(3, [first, second])) == [second])
        let three = tracker.consume(Self.snapshot(3, [first, second]), ties: [:], processesKnown: true)
        #expect(three.rows.map { "\($0.pid) \($0.owner) \($0.whyOurs)" } == ["8 app shop database"])
        #expect(tracker.wanted(in: Self.snapshot(4, [first, second])) == [])
    }

    @Test("Once ties work, a session that another process holds is not ours")
    func elsewhere() {
        var tracker = Self.tracker()
        let editor = Self.backend(7, born: 0, app: "psql", port: 5000)
        let server = Self.backend(8, born: 1, port: 5001)
        let before = tracker.consume(Self.snapshot(1, [editor]), ties: [editor.identity: .elsewhere], processesKnown: true)
        #expect(before.rows.map(\.owner) == ["app psql"])
        let after = tracker.consume(Self.snapshot(2, [editor, server]), ties: [server.identity: .process(41)], processesKnown: true)
        #expect(Self.events(after.rows) == ["died 7 @2.0", "born 8 @1.0"])
        #expect(after.rows.map(\.whyOurs) == ["elsewhere", "process"])
        let later = Self.backend(9, born: 2, app: "psql", port: 5002)
        let last = tracker.consume(
            Self.snapshot(3, [editor, server, later]), ties: [later.identity: .elsewhere], processesKnown: true)
        #expect(last == SessionTracker.Changes())
        #expect(tracker.ours.count == 1)
    }

    @Test("A session stays its owner's when that process has died")
    func deadOwner() {
        var tracker = Self.tracker()
        let session = Self.backend(7, born: 0, port: 5000)
        _ = tracker.consume(Self.snapshot(1, [session]), ties: [session.identity: .process(41)], processesKnown: true)
        _ = tracker.consume(Self.snapshot(2, [session]), ties: [:], processesKnown: true)
        #expect(tracker.settleFloor(at: Self.time(3)).rows.map(\.owner) == ["pid 41"])
    }

    @Test("Sessions outside the filter are not followed")
    func filtered() {
        var tracker = Self.tracker(filter: SessionFilter(applicationName: "cms"))
        let changes = tracker.consume(
            Self.snapshot(1, [Self.backend(7, born: 0), Self.backend(8, born: 0, app: "cms", database: "other")]))
        #expect(changes.rows.map { "\($0.pid) \($0.whyOurs)" } == ["8 filter application_name=cms"])
    }
}
