/// Why something asked of PostgreSQL was not done.
///
/// Holds no handle, no password and nothing of a query's result, so that it may be printed and written down anywhere.
package struct PostgresError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// No session came about, for a reason that none of the other kinds names: refused, no such host, starting up.
        case connectionFailed
        /// The server, the role, the database or a pooler has no room for another session (SQLSTATE 53300).
        case tooManyConnections
        /// The password, the role or pg_hba.conf.
        case authenticationFailed
        case databaseMissing
        /// The deadline passed; a connection that this happened to is broken.
        case timedOut
        /// A session that existed is gone: ended by the server, or the network.
        case connectionLost
        /// The server refused a statement; the connection remains usable.
        case query(sqlstate: String)
        /// Called with what cannot work: a malformed connection string, a COPY, a broken connection.
        case usage
    }

    package let kind: Kind
    /// What was tried: `connect`, `query`, `parse the connection string`.
    package let operation: String
    /// One line, as PostgreSQL or libpq said it.
    package let message: String
    /// The five characters of the SQLSTATE, where one is known.
    package let sqlstate: String?

    package init(_ kind: Kind, operation: String, message: String, sqlstate: String? = nil) {
        self.kind = kind
        self.operation = operation
        self.message = message
        self.sqlstate = sqlstate
    }

    package var description: String {
        "PostgreSQL: \(operation): \(message)" + (sqlstate.map { " (SQLSTATE \($0))" } ?? "")
    }
}
