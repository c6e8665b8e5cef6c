import Measurements

/// Sessions of PostgreSQL that PgBouncer held, over the run.
struct PooledSessions: Hashable, Sendable {
    private(set) var first: Int?
    private(set) var most = 0
    private(set) var last: Int?

    mutating func note(_ row: ConnectionRow) {
        guard let count = row.pgbouncerServers else { return }
        first = first ?? count
        most = max(most, count)
        last = count
    }
}

/// An application behind PgBouncer: its clients are judged as sessions are, and the sessions that PgBouncer holds are not the
/// application's to give back.
extension Judge {
    /// The row with what the application holds in the place of PostgreSQL's count; unknown where PgBouncer's console did not answer.
    func asHeld(_ row: ConnectionRow) -> ConnectionRow {
        guard facts.pgbouncer != nil else { return row }
        var held = row
        held.total = row.heldThroughPgBouncer
        return held
    }

    /// A pooler that hides the application's sessions, and why it is believed to be there; empty: none.
    var pooler: String { facts.pooler.isEmpty ? poolerSeen : facts.pooler }

    static func withoutClient(_ owner: String) -> String {
        let prefix = SessionOwnership.clientOwnerPrefix
        return owner.hasPrefix(prefix) ? String(owner.dropFirst(prefix.count)) : owner
    }

    /// What a process is called as the owner of sessions, and of clients.
    static func ownerNames(of process: Int) -> [String] { ["pid \(process)", "\(SessionOwnership.clientOwnerPrefix)pid \(process)"] }

    /// Why nothing healthy can be said behind a pooler that the scenario does not name; `nil`: none was noticed.
    var poolerReason: String? {
        guard facts.pooler.isEmpty else {
            return
                "A pooler seems to stand between Seep and PostgreSQL (\(facts.pooler)), and sessions behind it are not the application's. "
                + "Give `\(facts.watch == nil ? "database.url" : "--database")` of PostgreSQL itself."
        }
        guard !poolerSeen.isEmpty else { return nil }
        return "A pooler stands between the application and PostgreSQL (\(poolerSeen) holds the sessions), and what the application holds "
            + "of it was not seen. If it is a PgBouncer, give the address of its console: `database.pgbouncer`"
            + (facts.watch == nil ? "." : " of a scenario for `seep run`.")
    }

    /// Who leaks, where PostgreSQL's own count does not show it.
    var clientSentence: String {
        guard let pgbouncer = facts.pgbouncer else { return "" }
        let clients = evidence.filter(\.counts).reduce(0) { sum, step in
            sum + step.left.filter { $0.key.hasPrefix(SessionOwnership.clientOwnerPrefix) }.values.reduce(0, +)
        }
        guard clients > 0, let first = pooled.first, let last = pooled.last else { return "" }
        return " They are client connections of PgBouncer, which takes \(pgbouncer.maxClientConn) (max_client_conn): the sessions that it "
            + "holds in PostgreSQL were \(first) before, \(pooled.most) at most, \(last) after."
            + (last - first < clients ? " PostgreSQL's own count does not show this leak." : "")
    }
}
