import Postgres

extension SamplingError {
    /// Why PgBouncer's console cannot be read.
    ///
    /// - Parameter place: `PgBouncer's console role@host:port/database`.
    init(console error: PostgresError, at place: String) {
        let text = "\(place): \(error.message)"
        let access = "Its role must be among admin_users or stats_users of pgbouncer.ini, and its password in auth_file."
        switch error.kind {
        case .authenticationFailed: self.init(.console, text, advice: access)
        case .connectionFailed where error.message.contains("not allowed"): self.init(.console, text, advice: access)
        case .connectionFailed:
            self.init(
                .console, text,
                advice:
                    "Start PgBouncer, or correct host and port in `database.pgbouncer`; `psql` with the same URL must get in and answer "
                    + "SHOW VERSION. \(access)")
        case .tooManyConnections:
            self.init(.console, text, advice: "PgBouncer is full before any load: end some of its clients, or raise max_client_conn.")
        case .timedOut, .connectionLost:
            self.init(.console, text, advice: "See whether it answers `psql` with the same URL and SHOW VERSION, and how busy it is.")
        case .usage, .query, .databaseMissing:
            self.init(
                .console, text,
                advice: "`database.pgbouncer` is the address of PgBouncer itself with the database `pgbouncer`: "
                    + "postgresql://role:password@host:6432/pgbouncer. \(access)")
        }
    }
}
