import Measurements

/// One client backend as `pg_stat_activity` shows it; times in microseconds since 1970 by PostgreSQL's clock.
struct Backend: Hashable, Sendable {
    enum State: String, Hashable, Sendable {
        case active
        case idle
        case idleInTransaction = "idle in transaction"
        case idleInTransactionAborted = "idle in transaction (aborted)"
        case fastpath = "fastpath function call"
        case disabled
        case starting
        case other
    }

    var pid: Int
    /// Unknown without privileges, as are the address, the state and the times.
    var start: Int?
    var names: SessionNames
    /// −1 on a Unix socket.
    var clientPort: Int?
    var state: State?
    var stateChange: Int?
    var transactionStart: Int?
    var queryStart: Int?
    /// At most 1 KB; empty: none yet, or not to be seen.
    var query: String

    var identity: SessionIdentity { SessionIdentity(pid: pid, backendStart: start) }
}

/// All client backends of one instant but Seep's own.
struct Snapshot: Sendable {
    /// When the last row had arrived.
    var time: RunTime
    /// PostgreSQL's clock when it began to answer.
    var serverNow: Int
    /// What to add to a time of PostgreSQL for the run's clock, microseconds.
    var serverToRun: Int
    var backends: [Backend]
    /// In every scope, Seep's own included.
    var use: SessionUse

    /// A time of PostgreSQL on the run's clock, never later than this snapshot.
    func runTime(server: Int) -> RunTime { min(RunTime(microseconds: Int64(server + serverToRun)), time) }
}
