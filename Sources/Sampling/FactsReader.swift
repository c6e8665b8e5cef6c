import Measurements
import Postgres

/// Reads what ``DatabaseFacts`` holds.
struct FactsReader {
    static let roleOperation = "look up the application's role"

    let version: Int
    private let role: String
    private let database: String
    private let samplerRole: String
    private var base: [String: String?] = [:]
    private var settings: [String: Setting] = [:]
    private var ownSettings: [(scope: String, rank: Int, name: String, value: String)] = []
    private let backendPIDs: Set<Int>

    private struct Setting {
        var value: String
        /// `default`, `configuration file`, `database`, `user`, `database user`, …
        var source: String
    }

    private static let reaperNames = ["idle_session_timeout", "idle_in_transaction_session_timeout", "transaction_timeout"]
    private static let keepaliveNames = [
        "tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count", "tcp_user_timeout", "client_connection_check_interval",
    ]

    /// - Parameter session: one without settings for idle sessions of its own.
    init(_ session: inout PostgresConnection, application: Preflight.Application) throws(PostgresError) {
        version = session.serverVersion
        let who = try session.query(
            """
            SELECT current_user, current_database(), pg_is_in_recovery(), current_setting('server_version'),
              coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
              coalesce((SELECT client_port = -1 FROM pg_stat_activity WHERE pid = pg_backend_pid()), false), pg_backend_pid()
            """)
        samplerRole = who[0, 0] ?? ""
        role = application.role ?? samplerRole
        database = application.database ?? who[0, 1] ?? ""
        for (index, name) in ["", "", "replica", "version", "tls", "unix"].enumerated() where !name.isEmpty {
            base[name] = who[0, index]
        }
        let privileges = try session.query(
            """
            SELECT me.rolsuper, pg_has_role(current_user, 'pg_read_all_stats', 'usage'),
              coalesce((SELECT pg_has_role(current_user, oid, 'usage') FROM pg_roles WHERE rolname = $1), false),
              (SELECT rolsuper FROM pg_roles WHERE rolname = $1), EXISTS (SELECT 1 FROM pg_database WHERE datname = $2)
            FROM pg_roles me WHERE me.rolname = current_user
            """, parameters: [role, database])
        for (index, name) in ["superuser", "monitor", "inherits", "applicationSuperuser", "databaseExists"].enumerated() {
            base[name] = privileges[0, index]
        }
        // The pid is asked for on its own, so that a pooler that deals out statements shows.
        let again = try session.query("SELECT pg_backend_pid()")
        backendPIDs = Set([who.int(0, 6), again.int(0, 0), Int(session.backendPID)].compactMap(\.self))
        try readSettings(&session)
    }

    private mutating func readSettings(_ session: inout PostgresConnection) throws(PostgresError) {
        let names = (Self.reaperNames + Self.keepaliveNames + ["track_activities", "port"]).map { "'\($0)'" }
        let rows = try session.query(
            "SELECT name, reset_val, source FROM pg_settings WHERE name IN (\(names.joined(separator: ", ")))")
        for row in 0..<rows.count {
            settings[rows[row, 0] ?? ""] = Setting(value: rows[row, 1] ?? "", source: rows[row, 2] ?? "")
        }
        let own = try session.query(
            """
            SELECT (s.setrole <> 0)::int * 2 + (s.setdatabase <> 0)::int, split_part(c, '=', 1), substr(c, strpos(c, '=') + 1)
            FROM pg_db_role_setting s, unnest(s.setconfig) c
            WHERE s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = $1))
              AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = $2))
            """, parameters: [role, database])
        for row in 0..<own.count {
            let rank = own.int(row, 0) ?? 0
            let scope =
                switch rank {
                case 0: "every role"
                case 1: "database \(database)"
                case 2: "role \(role)"
                default: "role \(role) in database \(database)"
                }
            ownSettings.append((scope: scope, rank: rank, name: own[row, 1] ?? "", value: own[row, 2] ?? ""))
        }
    }

    /// What the URL's server does not have of the application.
    var missing: PostgresError? {
        let operation = Self.roleOperation
        if base["applicationSuperuser"].flatMap(\.self) == nil {
            return PostgresError(.usage, operation: operation, message: "the role “\(role)” does not exist")
        }
        if !isTrue("databaseExists") {
            return PostgresError(.usage, operation: operation, message: "the database “\(database)” does not exist")
        }
        return nil
    }

    private func isTrue(_ name: String) -> Bool { base[name].flatMap(\.self) == "t" }

    /// - Parameter probe: the backend of the session that this was made with; it may not have ended yet.
    func facts(_ sessions: inout SamplerSessions, probe: Int) throws(PostgresError) -> DatabaseFacts {
        let counterRows = try sessions.query(ServerCounters.sql(hasSessionCounters: version >= 140_000), [database, role])
        guard let counters = ServerCounters(counterRows) else {
            throw PostgresError(.query(sqlstate: ""), operation: "query", message: "the server's limits could not be read")
        }
        let seen = try snapshot(&sessions)
        let own = sessions.backends.union([probe])
        let others = seen.filter { !own.contains($0.pid) && $0.names.database == database }
        let kinds = Dictionary(grouping: others) { "\($0.names.role) \($0.names.application)" }
        return DatabaseFacts(
            serverVersion: version, serverVersionText: base["version"].flatMap(\.self) ?? "", isReplica: isTrue("replica"),
            samplerRole: samplerRole, applicationRole: role, applicationRoleIsSuperuser: isTrue("applicationSuperuser"),
            applicationDatabase: database, limits: counters.limits,
            useAtStart: .counting(seen.filter { $0.pid != probe }, role: role, database: database), privilege: privilege,
            seesStates: privilege != .none, tracksActivities: settings["track_activities"]?.value != "off", reapers: reapers,
            keepalives: settings.filter { Self.keepaliveNames.contains($0.key) }.mapValues(\.value),
            poolerSuspected: pooler(seen, own), samplerBackends: sessions.backends.sorted(), isEncrypted: isTrue("tls"),
            usesUnixSocket: isTrue("unix"), port: (try ConnectionInfo(parsing: sessions.conninfo)).port,
            databasesSeen: Set(seen.map(\.names.database)).sorted(), sessionsInDatabaseAtStart: others.count,
            sharedWith: kinds.map { "\($0.key) ×\($0.value.count)" }.sorted().prefix(20).map(\.self))
    }

    private func snapshot(_ sessions: inout SamplerSessions) throws(PostgresError) -> [Backend] {
        var reader = SnapshotReader()
        return try reader.read(elapsed: 0) { sql, parameters throws(PostgresError) in
            try sessions.query(sql, parameters)
        }.backends
    }

    private var privilege: DatabaseFacts.Privilege {
        if isTrue("superuser") { return .superuser }
        if isTrue("monitor") { return .monitor }
        return isTrue("inherits") ? .sameRole : .none
    }

    private func pooler(_ seen: [Backend], _ own: Set<Int>) -> String? {
        if backendPIDs.count > 1 { return "one session was served by the backends \(backendPIDs.sorted())" }
        if own.count < 3 { return "several sessions were served by one backend" }
        let present = Set(seen.map(\.pid))
        if own.subtracting(backendPIDs).contains(where: { !present.contains($0) }) {
            return "the sampler's own sessions are not among those that PostgreSQL shows"
        }
        return version == 0 ? "the server gives no PostgreSQL version" : nil
    }

    /// As they hold for the application's sessions: what is set for role and database wins over role, over database, over
    /// the server.
    private var reapers: [DatabaseFacts.Reaper] {
        Self.reaperNames.compactMap { name in
            let closest = ownSettings.filter { $0.name == name }.max { $0.rank < $1.rank }
            let server = settings[name].flatMap { setting in
                ["user", "database user", "database", "global"].contains(setting.source) ? nil : setting
            }
            guard let text = closest?.value ?? server?.value, let milliseconds = Self.milliseconds(text), milliseconds > 0 else {
                return nil
            }
            return DatabaseFacts.Reaper(setting: name, milliseconds: milliseconds, setBy: closest?.scope ?? "server")
        }
    }

    /// `300000`, `5min`, `30s`: a setting in milliseconds with a unit or without.
    static func milliseconds(_ text: String) -> Int? {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        guard let number = Double(digits) else { return nil }
        let unit: Double? =
            switch text.dropFirst(digits.count).drop(while: \.isWhitespace) {
            case "", "ms": 1
            case "us": 0.001
            case "s": 1000
            case "min": 60_000
            case "h": 3_600_000
            case "d": 86_400_000
            default: nil
            }
        return unit.map { Int((number * $0).rounded()) }
    }
}

extension SessionUse {
    /// Counts every client backend, as PostgreSQL does when it compares with its limits.
    static func counting(_ backends: [Backend], nameless: Int = 0, role: String, database: String) -> SessionUse {
        var use = SessionUse(server: backends.count + nameless)
        for backend in backends {
            if backend.names.role == role { use.role += 1 }
            if backend.names.database == database { use.database += 1 }
        }
        return use
    }
}
