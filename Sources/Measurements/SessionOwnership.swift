package import Scenarios

/// What is known of the process that holds the client's end of a session.
package enum SessionTie: Hashable, Sendable {
    /// A process of the server under test holds the socket.
    case process(Int)
    /// A process of this machine holds it, and none of the server's does.
    case elsewhere
    /// PgBouncer holds it, as its console says.
    case pooler
    /// Nothing can be said: a Unix socket, another machine, another user's process, a proxy in between.
    case unknown
}

/// What PostgreSQL shows of a session to tell whose it is.
package struct SessionNames: Hashable, Sendable {
    package var application: String
    package var role: String
    package var database: String
    /// As PostgreSQL prints it; empty on a Unix socket, or without privileges.
    package var clientAddress: String

    package init(application: String, role: String, database: String, clientAddress: String) {
        self.application = application
        self.role = role
        self.database = database
        self.clientAddress = clientAddress
    }
}

/// The one filter that says why a session is ours.
///
/// A filter of the scenario decides alone. Without one, the sessions of the server's processes are ours when these are known;
/// where a socket cannot be tied, and where no processes are known, those in the application's database are.
package struct SessionOwnership: Hashable, Sendable {
    /// The `application_name` of Seep's own sessions.
    package static let ownApplicationName = "seep"

    /// Owner, and why it is ours, of a session that PgBouncer holds; and why a client of PgBouncer is ours.
    package static let pgbouncer = "pgbouncer"
    package static let pgbouncerClient = "pgbouncer-client"
    /// Why a session is ours of which nothing is known but its database.
    package static let byDatabase = "database"
    /// Why a session is ours that a process of the server holds.
    package static let byProcess = "process"
    /// In the last row of a session that its database named, and that turned out to be somebody else's: it did not end.
    package static let elsewhere = "elsewhere"
    /// Before the owner of a client of PgBouncer.
    package static let clientOwnerPrefix = "client "

    package var filter: SessionFilter?
    package var applicationDatabase: String

    package init(filter: SessionFilter?, applicationDatabase: String) {
        self.filter = filter
        self.applicationDatabase = applicationDatabase
    }

    /// Why the session is ours: `filter …`, `process`, `pgbouncer` or `database`; `nil`: it is not.
    ///
    /// - Parameters:
    ///   - tie: `.unknown` as long as nothing was found out.
    ///   - processesKnown: whether the processes of the server under test are known.
    ///   - tiesWork: whether any session was tied to one of them yet. Until then a socket held elsewhere may be that of a pooler
    ///     or a proxy that the server's sessions go through, and rules nothing out.
    package func whyOurs(_ session: SessionNames, tie: SessionTie, processesKnown: Bool, tiesWork: Bool) -> String? {
        if tie == .pooler {
            let isOurs = filter.map { matches(session, $0) } ?? (session.database == applicationDatabase)
            return isOurs ? Self.pgbouncer : nil
        }
        if let filter { return matches(session, filter) ? "filter \(Self.describe(filter))" : nil }
        if processesKnown {
            if case .process = tie { return Self.byProcess }
            if tie == .elsewhere, tiesWork { return nil }
        }
        guard session.database == applicationDatabase, session.application != Self.ownApplicationName else { return nil }
        return Self.byDatabase
    }

    /// The owner: `pid N` or `pgbouncer`, else `app NAME`, `role NAME`, `database NAME`.
    package static func owner(of session: SessionNames, tie: SessionTie) -> String {
        if case .process(let pid) = tie { return "pid \(pid)" }
        if tie == .pooler { return pgbouncer }
        if !session.application.isEmpty { return "app \(session.application)" }
        if !session.role.isEmpty { return "role \(session.role)" }
        return "database \(session.database)"
    }

    private func matches(_ session: SessionNames, _ filter: SessionFilter) -> Bool {
        func agrees(_ wanted: String?, _ seen: String) -> Bool { wanted == nil || wanted == seen }
        return agrees(filter.applicationName, session.application) && agrees(filter.role, session.role)
            && agrees(filter.database, session.database) && agrees(filter.clientAddress, session.clientAddress)
    }

    private static func describe(_ filter: SessionFilter) -> String {
        let parts = [
            ("application_name", filter.applicationName), ("role", filter.role), ("database", filter.database),
            ("client_addr", filter.clientAddress),
        ]
        return parts.compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: " ")
    }
}
