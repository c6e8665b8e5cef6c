import Measurements
import Postgres

/// What is read once a second beside the sessions: counters, limits, and whether PostgreSQL is still the one it was.
struct ServerCounters: Equatable {
    /// Sessions begun and how some ended, in the application's database; `nil` before PostgreSQL 14.
    struct Ends: Equatable {
        var opened: Int
        var abandoned: Int
        var fatal: Int
        var killed: Int
    }

    var ends: Ends?
    /// Microseconds since 1970 by PostgreSQL's clock.
    var postmasterStart: Int
    var serverNow: Int
    var limits: SessionLimits

    /// - Parameters:
    ///   - $1, $2: the application's database and role.
    static func sql(hasSessionCounters: Bool) -> String {
        let counters =
            hasSessionCounters
            ? "s.sessions, s.sessions_abandoned, s.sessions_fatal, s.sessions_killed" : "NULL, NULL, NULL, NULL"
        return """
            SELECT \(counters), (date_part('epoch', pg_postmaster_start_time()) * 1e6)::bigint,
              (date_part('epoch', now()) * 1e6)::bigint, current_setting('max_connections'),
              current_setting('superuser_reserved_connections'), coalesce(current_setting('reserved_connections', true), '0'),
              (SELECT rolconnlimit FROM pg_roles WHERE rolname = $2 AND NOT rolsuper),
              (SELECT datconnlimit FROM pg_database WHERE datname = $1
                AND NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $2 AND rolsuper))
            FROM (SELECT 1) one LEFT JOIN pg_stat_database s ON s.datname = $1
            """
    }

    init?(_ rows: borrowing PostgresRows) {
        guard let start = rows.int(0, 4), let now = rows.int(0, 5), let connections = rows.int(0, 6),
            let superuser = rows.int(0, 7), let reserved = rows.int(0, 8)
        else { return nil }
        if let opened = rows.int(0, 0), let abandoned = rows.int(0, 1), let fatal = rows.int(0, 2), let killed = rows.int(0, 3) {
            ends = Ends(opened: opened, abandoned: abandoned, fatal: fatal, killed: killed)
        }
        postmasterStart = start
        serverNow = now
        func limit(_ column: Int) -> Int? { rows.int(0, column).flatMap { $0 < 0 ? nil : $0 } }
        limits = SessionLimits(
            maxConnections: connections, superuserReserved: superuser, reserved: reserved, role: limit(9), database: limit(10))
    }
}

/// The counters since the run began; goes on counting when PostgreSQL sets its own back to 0.
struct CountersSinceStart {
    typealias Ends = ServerCounters.Ends

    private var last: Ends?
    private(set) var total: Ends?

    mutating func add(_ now: Ends?) {
        guard let now else { return }
        defer { last = now }
        guard let last, let total else {
            total = total ?? Ends(opened: 0, abandoned: 0, fatal: 0, killed: 0)
            return
        }
        let wasReset = now.opened < last.opened || now.abandoned < last.abandoned || now.fatal < last.fatal || now.killed < last.killed
        let base = wasReset ? Ends(opened: 0, abandoned: 0, fatal: 0, killed: 0) : last
        self.total = Ends(
            opened: total.opened + now.opened - base.opened, abandoned: total.abandoned + now.abandoned - base.abandoned,
            fatal: total.fatal + now.fatal - base.fatal, killed: total.killed + now.killed - base.killed)
    }
}
