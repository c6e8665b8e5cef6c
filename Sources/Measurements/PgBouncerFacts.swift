/// What was read of PgBouncer's console before any load: for `run.json` and the judge.
package struct PgBouncerFacts: Hashable, Sendable, Codable {
    /// `PgBouncer 1.18.0`.
    package var version: String
    /// `session`, `transaction` or `statement`.
    package var poolMode: String
    /// Clients that it takes at most, everybody's, and those that it had.
    package var maxClientConn: Int
    package var clientsAtStart: Int
    package var defaultPoolSize: Int
    /// Timers of PgBouncer that end clients, `client_idle_timeout=300s`.
    package var timers: [String]

    package init(
        version: String, poolMode: String, maxClientConn: Int, clientsAtStart: Int, defaultPoolSize: Int, timers: [String]
    ) {
        self.version = version
        self.poolMode = poolMode
        self.maxClientConn = maxClientConn
        self.clientsAtStart = clientsAtStart
        self.defaultPoolSize = defaultPoolSize
        self.timers = timers
    }

    /// Clients that may still come.
    package func headroom(clients: Int) -> Headroom { Headroom(scope: .pgbouncer, limit: maxClientConn, used: clients) }

    /// What binds an application that goes through PgBouncer: its clients, unless PostgreSQL itself is about to be full.
    ///
    /// PgBouncer holds at most the sessions of its pools, so that PostgreSQL's own slots are none of the clients' concern.
    package func tightest(clients: Int, postgres: Headroom) -> Headroom {
        postgres.isBelowGuard ? postgres : headroom(clients: clients)
    }
}
