/// Where a limit on sessions is set.
package enum LimitScope: String, Hashable, Sendable, Codable, CaseIterable {
    case server
    case role
    case database
    /// The clients of PgBouncer.
    case pgbouncer
}

/// How many sessions an application may have, in each scope.
package struct SessionLimits: Hashable, Sendable, Codable {
    package var maxConnections: Int
    package var superuserReserved: Int
    /// `reserved_connections`; 0 before PostgreSQL 16.
    package var reserved: Int
    /// `rolconnlimit` of the application's role; `nil`: none, or one that does not bind (a superuser's).
    package var role: Int?
    /// `datconnlimit` of the application's database; `nil` as above.
    package var database: Int?

    package init(maxConnections: Int, superuserReserved: Int, reserved: Int, role: Int? = nil, database: Int? = nil) {
        self.maxConnections = maxConnections
        self.superuserReserved = superuserReserved
        self.reserved = reserved
        self.role = role
        self.database = database
    }

    /// What ordinary roles may have of the whole server.
    package var server: Int { max(maxConnections - superuserReserved - reserved, 0) }

    /// The scope that leaves the least at this use; of equal ones the widest.
    package func tightest(at use: SessionUse) -> Headroom {
        var least = Headroom(scope: .server, limit: server, used: use.server)
        for other in [
            role.map { Headroom(scope: .role, limit: $0, used: use.role) },
            database.map { Headroom(scope: .database, limit: $0, used: use.database) },
        ] {
            if let other, other.sessions < least.sessions { least = other }
        }
        return least
    }
}

/// Client backends in each scope that a limit counts, Seep's own included.
package struct SessionUse: Hashable, Sendable, Codable {
    package var server: Int
    package var role: Int
    package var database: Int

    package init(server: Int = 0, role: Int = 0, database: Int = 0) {
        self.server = server
        self.role = role
        self.database = database
    }
}

/// What is left in the scope that leaves the least.
package struct Headroom: Hashable, Sendable, Codable {
    package var scope: LimitScope
    package var limit: Int
    package var used: Int

    package init(scope: LimitScope, limit: Int, used: Int) {
        self.scope = scope
        self.limit = limit
        self.used = used
    }

    /// Below 0 when superusers sit in reserved slots.
    package var sessions: Int { limit - used }

    /// The guard rail: the load stops when fewer sessions than this are left.
    package var guardThreshold: Int { max(3, (limit * 5 + 99) / 100) }

    package var isBelowGuard: Bool { sessions < guardThreshold }
}
