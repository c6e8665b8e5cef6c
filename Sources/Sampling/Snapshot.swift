package import Measurements

/// One client backend as `pg_stat_activity` shows it; times in microseconds since 1970 by PostgreSQL's clock.
package struct Backend: Hashable, Sendable {
    package enum State: String, Hashable, Sendable {
        case active
        case idle
        case idleInTransaction = "idle in transaction"
        case idleInTransactionAborted = "idle in transaction (aborted)"
        case fastpath = "fastpath function call"
        case disabled
        case starting
        case other
    }

    package var pid: Int
    /// Unknown without privileges, as are the address, the state and the times.
    package var start: Int?
    package var names: SessionNames
    /// −1 on a Unix socket.
    package var clientPort: Int?
    package var state: State?
    package var stateChange: Int?
    package var transactionStart: Int?
    package var queryStart: Int?
    /// At most 1 KB; empty: none yet, or not to be seen.
    package var query: String

    package var identity: SessionIdentity { SessionIdentity(pid: pid, backendStart: start) }

    package init(
        pid: Int, start: Int? = nil, names: SessionNames, clientPort: Int? = nil, state: State? = nil, stateChange: Int? = nil,
        transactionStart: Int? = nil, queryStart: Int? = nil, query: String
    ) {
        self.pid = pid
        self.start = start
        self.names = names
        self.clientPort = clientPort
        self.state = state
        self.stateChange = stateChange
        self.transactionStart = transactionStart
        self.queryStart = queryStart
        self.query = query
    }
}

/// All client backends of one instant but Seep's own.
package struct Snapshot: Sendable {
    /// When the last row had arrived.
    package var time: RunTime
    /// PostgreSQL's clock when it began to answer.
    package var serverNow: Int
    /// What to add to a time of PostgreSQL for the run's clock, microseconds.
    package var serverToRun: Int
    package var backends: [Backend]
    /// In every scope, Seep's own included.
    package var use: SessionUse

    package init(time: RunTime, serverNow: Int, serverToRun: Int, backends: [Backend], use: SessionUse) {
        self.time = time
        self.serverNow = serverNow
        self.serverToRun = serverToRun
        self.backends = backends
        self.use = use
    }

    /// A time of PostgreSQL on the run's clock, never later than this snapshot.
    func runTime(server: Int) -> RunTime { min(RunTime(microseconds: Int64(server + serverToRun)), time) }
}
