/// One sample of the sessions that are ours: a line of `connections.csv`.
///
/// A count by state is unknown where the privileges do not show states; a sample that could not be taken is a row with a note
/// and no counts.
package struct ConnectionRow: CSVRow {
    package var time: RunTime
    package var step: Int
    package var total: Int?
    package var active: Int?
    package var idle: Int?
    package var idleInTransaction: Int?
    package var idleInTransactionAborted: Int?
    /// Ours in no other column: fast path, disabled, or not yet authenticated.
    package var other: Int?
    /// Sessions of ours seen for the first time in this sample, and last seen in the one before.
    package var born: Int?
    package var died: Int?
    /// The age of the oldest idle session's last change of state.
    package var oldestIdle: RunTime?
    /// Client backends of everybody, on the whole server.
    package var used: Int?
    /// Sessions that the application's role can have at most, in the scope that leaves the least.
    package var limit: Int?
    package var headroom: Int?
    /// `pg_stat_database` since the run began: sessions begun, and how some ended.
    package var openedTotal: Int?
    package var abandonedTotal: Int?
    package var fatalTotal: Int?
    package var killedTotal: Int?
    /// What the sample cost, microseconds from query to last row.
    package var sampleMicroseconds: Int?
    /// PostgreSQL's clock less this machine's wall clock, microseconds, less half the round trip.
    package var serverClockOffsetMicroseconds: Int?
    /// Clients of PgBouncer that are ours; unknown without PgBouncer's console, and while it does not answer.
    package var pgbouncerClients: Int?
    /// Clients of all its pools that wait for a session of PostgreSQL.
    package var pgbouncerWaiting: Int?
    /// Of `total`, the sessions that PgBouncer holds.
    package var pgbouncerServers: Int?
    /// How long the first of the waiting clients has waited.
    package var pgbouncerMaxWait: RunTime?
    /// Empty, or what happened: `gap …`, `reconnected`, `postgres restarted`, `limit changed`.
    package var note: String

    package init(time: RunTime, step: Int, note: String = "") {
        self.time = time
        self.step = step
        self.note = note
    }

    /// No counts in this row: the sampler was blind.
    package var isGap: Bool { total == nil }

    /// What the application holds where PgBouncer stands before PostgreSQL: its clients, and sessions of PostgreSQL beside it.
    ///
    /// `nil`: not known, since one of the two did not answer.
    package var heldThroughPgBouncer: Int? {
        guard let total, let pgbouncerClients, let pgbouncerServers else { return nil }
        return total - pgbouncerServers + pgbouncerClients
    }

    /// The row as it is shown to people: with clients of PgBouncer in the place of the sessions that it holds.
    package var asHeld: ConnectionRow {
        guard let held = heldThroughPgBouncer else { return self }
        var row = self
        row.total = held
        // A client that no session serves is idle.
        row.idle = max(0, held - (active ?? 0) - (idleInTransaction ?? 0) - (idleInTransactionAborted ?? 0))
        row.other = 0
        return row
    }

    package static let file = "connections.csv"
    package static let columns = [
        "t_s", "step", "total", "active", "idle", "idle_in_transaction", "idle_in_transaction_aborted", "other", "born", "died",
        "oldest_idle_s", "used", "limit", "headroom", "opened_total", "abandoned_total", "fatal_total", "killed_total", "sample_ms",
        "server_clock_offset_ms", "pgbouncer_clients", "pgbouncer_waiting", "pgbouncer_servers", "pgbouncer_max_wait_s", "note",
    ]
    package static let laterColumns: Set<String> = [
        "pgbouncer_clients", "pgbouncer_waiting", "pgbouncer_servers", "pgbouncer_max_wait_s",
    ]

    /// Columns that no verdict depends on.
    package static let columnsBesideVerdicts: Set<String> = [
        "died", "oldest_idle_s", "used", "limit", "abandoned_total", "sample_ms", "server_clock_offset_ms",
    ]

    package func encode(into line: inout CSVEncoder) {
        line.append(time)
        line.append(step)
        line.append(total)
        line.append(active)
        line.append(idle)
        line.append(idleInTransaction)
        line.append(idleInTransactionAborted)
        line.append(other)
        line.append(born)
        line.append(died)
        line.append(oldestIdle)
        line.append(used)
        line.append(limit)
        line.append(headroom)
        line.append(openedTotal)
        line.append(abandonedTotal)
        line.append(fatalTotal)
        line.append(killedTotal)
        line.append(milliseconds: sampleMicroseconds)
        line.append(milliseconds: serverClockOffsetMicroseconds)
        line.append(pgbouncerClients)
        line.append(pgbouncerWaiting)
        line.append(pgbouncerServers)
        line.append(pgbouncerMaxWait)
        line.append(note)
    }

    package init(_ fields: CSVFields) throws(CSVError) {
        time = try fields.time("t_s")
        step = try fields.integer("step")
        total = try fields.integerIfKnown("total")
        active = try fields.integerIfKnown("active")
        idle = try fields.integerIfKnown("idle")
        idleInTransaction = try fields.integerIfKnown("idle_in_transaction")
        idleInTransactionAborted = try fields.integerIfKnown("idle_in_transaction_aborted")
        other = try fields.integerIfKnown("other")
        born = try fields.integerIfKnown("born")
        died = try fields.integerIfKnown("died")
        oldestIdle = try fields.timeIfKnown("oldest_idle_s")
        used = try fields.integerIfKnown("used")
        limit = try fields.integerIfKnown("limit")
        headroom = try fields.integerIfKnown("headroom")
        openedTotal = try fields.integerIfKnown("opened_total")
        abandonedTotal = try fields.integerIfKnown("abandoned_total")
        fatalTotal = try fields.integerIfKnown("fatal_total")
        killedTotal = try fields.integerIfKnown("killed_total")
        sampleMicroseconds = try fields.microsecondsIfKnown("sample_ms")
        serverClockOffsetMicroseconds = try fields.microsecondsIfKnown("server_clock_offset_ms")
        pgbouncerClients = try fields.integerIfKnown("pgbouncer_clients")
        pgbouncerWaiting = try fields.integerIfKnown("pgbouncer_waiting")
        pgbouncerServers = try fields.integerIfKnown("pgbouncer_servers")
        pgbouncerMaxWait = try fields.timeIfKnown("pgbouncer_max_wait_s")
        note = try fields.text("note")
    }
}
