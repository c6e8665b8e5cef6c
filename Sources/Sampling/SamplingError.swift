import Postgres

/// Why PostgreSQL cannot be watched: what happened, and what to do about it.
package struct SamplingError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Hashable, Sendable {
        case malformedURL
        case databaseDown
        case authentication
        case databaseMissing
        case roleMissing
        case tooManyClients
        case pooler
        case noAnswer
        /// PostgreSQL refused one of the preflight's queries.
        case refused
        /// PgBouncer's console, not PostgreSQL.
        case console
    }

    package let kind: Kind
    /// What happened, in PostgreSQL's words.
    package let message: String
    /// What to do.
    package let advice: String

    package init(_ kind: Kind, _ message: String, advice: String) {
        self.kind = kind
        self.message = message
        self.advice = advice
    }

    package var description: String { "\(message). \(advice)" }

    /// - Parameter place: `role@host:port/database`.
    init(_ error: PostgresError, at place: String) {
        let text = "\(place): \(error.message)"
        if error.message.contains("unsupported startup parameter") {
            self.init(
                .pooler, text,
                advice: "This looks like a connection pooler. Give `database.url` the address of PostgreSQL itself: behind a "
                    + "pooler the sampler sees other sessions than the database has.")
            return
        }
        switch error.kind {
        case .connectionFailed:
            self.init(
                .databaseDown, text,
                advice: "Start PostgreSQL, or correct host and port in `database.url`; `psql` with the same URL must get in.")
        case .authenticationFailed:
            self.init(.authentication, text, advice: "Correct role and password in `database.url`, or the server's pg_hba.conf.")
        case .databaseMissing:
            self.init(.databaseMissing, text, advice: "Create the database, or correct its name in `database.url`.")
        case .tooManyConnections:
            self.init(
                .tooManyClients, text,
                advice: "The database is full before any load. Seep needs two sessions of its own: stop something that holds "
                    + "sessions, raise max_connections (or the limit of the role or database), or sample as a role that may use "
                    + "reserved slots.")
        case .timedOut, .connectionLost:
            self.init(.noAnswer, text, advice: "See whether PostgreSQL answers `psql` with the same URL, and how busy it is.")
        case .usage:
            self.init(.malformedURL, text, advice: "Expected postgresql://role:password@host:port/database or host=… dbname=….")
        case .query:
            self.init(.refused, text, advice: "Seep reads only catalogs that every role may read; see the server's log.")
        }
    }
}
