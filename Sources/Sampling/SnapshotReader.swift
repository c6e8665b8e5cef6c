import Measurements
import Postgres

/// Reads all client backends in one query, and makes new strings only of those that changed.
///
/// `pg_stat_get_activity` stands under the view `pg_stat_activity`, without its joins: names of roles and databases are
/// looked up once. The text of a query is sent when it began since the last sample. At 500 sessions both together halve the cost.
struct SnapshotReader {
    private var known: [Int: Backend] = [:]
    private var roles: [String: String] = [:]
    private var databases: [String: String] = [:]
    /// A session came without the text of its query, or one was missed: ask for all of them next time.
    private var wantsAllTexts = true
    private var lastServerNow = 0

    private static let sql = """
        SELECT pid, usesysid, datid, (date_part('epoch', backend_start) * 1e6)::bigint,
          application_name, host(client_addr), client_port, state,
          (date_part('epoch', state_change) * 1e6)::bigint, (date_part('epoch', xact_start) * 1e6)::bigint,
          (date_part('epoch', query_start) * 1e6)::bigint,
          CASE WHEN query_start > now() - $1::interval THEN left(query, 1024) END,
          CASE WHEN pid = pg_backend_pid() THEN (date_part('epoch', now()) * 1e6)::bigint END
        FROM pg_stat_get_activity(NULL)
        WHERE backend_type = 'client backend' OR (backend_type IS NULL AND usesysid IS NOT NULL AND datid IS NOT NULL)
        """

    /// What came back, with the sessions of everybody.
    struct Reading {
        var serverNow: Int
        var backends: [Backend]
        /// Backends without a role yet: they are about to authenticate.
        var nameless: Int
    }

    /// - Parameters:
    ///   - elapsed: seconds since the last reading.
    ///   - run: runs a query on a session of the sampler.
    mutating func read(
        elapsed: Double, _ run: (String, [String?]) throws(PostgresError) -> PostgresRows
    ) throws(PostgresError) -> Reading {
        // A second more than the time since the last sample: a query's start is taken before it is shown.
        let span = wantsAllTexts ? "1000 years" : "\(elapsed + 1) seconds"
        let asked = try run(Self.sql, [span])
        let serverNow = (0..<asked.count).lazy.compactMap { asked.int($0, 12) }.first ?? lastServerNow
        try learnNames(in: asked, run)
        var reading = Reading(serverNow: serverNow, backends: [], nameless: 0)
        reading.backends.reserveCapacity(asked.count)
        var next: [Int: Backend] = [:]
        next.reserveCapacity(asked.count)
        let hadAllTexts = wantsAllTexts
        wantsAllTexts = false
        for row in 0..<asked.count {
            guard let backend = backend(row, of: asked, hasAllTexts: hadAllTexts) else {
                reading.nameless += 1
                continue
            }
            next[backend.pid] = backend
            reading.backends.append(backend)
        }
        known = next
        lastServerNow = serverNow
        return reading
    }

    /// After a gap nothing is taken from before.
    mutating func forget() {
        known = [:]
        wantsAllTexts = true
    }

    private mutating func backend(_ row: Int, of rows: borrowing PostgresRows, hasAllTexts: Bool) -> Backend? {
        guard let pid = rows.int(row, 0) else { return nil }
        let start = rows.int(row, 3)
        let queryStart = rows.int(row, 10)
        var backend: Backend
        if let before = known[pid], before.start == start, before.queryStart == queryStart, start != nil {
            backend = before
        } else {
            guard let role = rows[row, 1], let database = rows[row, 2] else { return nil }
            backend = Backend(
                pid: pid, start: start,
                names: SessionNames(
                    application: rows[row, 4] ?? "", role: roles[role] ?? role, database: databases[database] ?? database,
                    clientAddress: rows[row, 5] ?? ""),
                clientPort: rows.int(row, 6), queryStart: queryStart, query: "")
            if queryStart != nil {
                let text = rows[row, 11]
                backend.query = text ?? ""
                if text == nil, !hasAllTexts { wantsAllTexts = true }
            }
        }
        backend.state = rows.withBytes(row, 7) { bytes in bytes.map(Self.state) }
        backend.stateChange = rows.int(row, 8)
        backend.transactionStart = rows.int(row, 9)
        return backend
    }

    private static func state(_ bytes: UnsafeRawBufferPointer) -> Backend.State {
        // The states of nearly all sessions are told by their length.
        switch bytes.count {
        case 4: .idle
        case 6: .active
        case 19: .idleInTransaction
        default: Backend.State(rawValue: String(decoding: bytes, as: UTF8.self)) ?? .other
        }
    }

    private mutating func learnNames(
        in rows: borrowing PostgresRows, _ run: (String, [String?]) throws(PostgresError) -> PostgresRows
    ) throws(PostgresError) {
        var isUnknown = false
        for row in 0..<rows.count where !isUnknown {
            if let pid = rows.int(row, 0), known[pid] != nil { continue }
            if let role = rows[row, 1], roles[role] == nil { isUnknown = true }
            if let database = rows[row, 2], databases[database] == nil { isUnknown = true }
        }
        guard isUnknown else { return }
        let names = try run(
            "SELECT 'r', oid, rolname FROM pg_roles UNION ALL SELECT 'd', oid, datname FROM pg_database", [])
        for row in 0..<names.count {
            guard let kind = names[row, 0], let oid = names[row, 1], let name = names[row, 2] else { continue }
            if kind == "r" { roles[oid] = name } else { databases[oid] = name }
        }
        // Dropped meanwhile: known by its number, and not asked for again.
        for row in 0..<rows.count {
            if let role = rows[row, 1], roles[role] == nil { roles[role] = role }
            if let database = rows[row, 2], databases[database] == nil { databases[database] = database }
        }
    }
}
