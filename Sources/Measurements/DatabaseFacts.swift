/// What was read of PostgreSQL before any load: for `run.json`, the judge and people.
package struct DatabaseFacts: Hashable, Sendable, Codable {
    /// Why the sampler sees what it sees.
    package enum Privilege: String, Hashable, Sendable, Codable {
        case superuser
        /// A member of `pg_monitor` or `pg_read_all_stats`.
        case monitor
        /// Is the application's role, or inherits from it: sees the application's sessions, not those of others.
        case sameRole = "same_role"
        /// Sees how many sessions there are, and no states, starts or queries of others.
        case none
    }

    /// A timer of PostgreSQL that ends sessions, and so hides a leak.
    package struct Reaper: Hashable, Sendable, Codable {
        /// `idle_session_timeout`, `idle_in_transaction_session_timeout`, `transaction_timeout`.
        package var setting: String
        package var milliseconds: Int
        /// `server`, `database shop`, `role shop`, or `role shop in database shop`.
        package var setBy: String

        package init(setting: String, milliseconds: Int, setBy: String) {
            self.setting = setting
            self.milliseconds = milliseconds
            self.setBy = setBy
        }
    }

    /// As `server_version_num`: 150018 is 15.18.
    package var serverVersion: Int
    package var serverVersionText: String
    package var isReplica: Bool
    /// The role that Seep samples as.
    package var samplerRole: String
    package var applicationRole: String
    package var applicationRoleIsSuperuser: Bool
    package var applicationDatabase: String
    package var limits: SessionLimits
    package var useAtStart: SessionUse
    package var privilege: Privilege
    /// Whether states and starts of the application's sessions are visible.
    package var seesStates: Bool
    /// `track_activities`; off: no states for anybody.
    package var tracksActivities: Bool
    package var reapers: [Reaper]
    /// `tcp_keepalives_idle`, `…_interval`, `…_count`, `tcp_user_timeout`, `client_connection_check_interval`: how a session ends
    /// whose client went away without a word. As PostgreSQL prints them.
    package var keepalives: [String: String]
    /// Why a pooler is believed to stand between Seep and PostgreSQL; `nil`: none was noticed.
    package var poolerSuspected: String?
    /// The backends of the two sampler sessions.
    package var samplerBackends: [Int]
    package var isEncrypted: Bool
    package var usesUnixSocket: Bool
    /// The port that PostgreSQL listens on as the sampler reaches it.
    package var port: Int
    /// The databases that had sessions.
    package var databasesSeen: [String]
    /// Sessions in the application's database that were there before any load, Seep's left out.
    package var sessionsInDatabaseAtStart: Int
    /// `role app-name ×3` of these sessions.
    package var sharedWith: [String]

    package init(
        serverVersion: Int, serverVersionText: String, isReplica: Bool, samplerRole: String, applicationRole: String,
        applicationRoleIsSuperuser: Bool, applicationDatabase: String, limits: SessionLimits, useAtStart: SessionUse,
        privilege: Privilege, seesStates: Bool, tracksActivities: Bool, reapers: [Reaper], keepalives: [String: String],
        poolerSuspected: String?, samplerBackends: [Int], isEncrypted: Bool, usesUnixSocket: Bool, port: Int,
        databasesSeen: [String], sessionsInDatabaseAtStart: Int, sharedWith: [String]
    ) {
        self.serverVersion = serverVersion
        self.serverVersionText = serverVersionText
        self.isReplica = isReplica
        self.samplerRole = samplerRole
        self.applicationRole = applicationRole
        self.applicationRoleIsSuperuser = applicationRoleIsSuperuser
        self.applicationDatabase = applicationDatabase
        self.limits = limits
        self.useAtStart = useAtStart
        self.privilege = privilege
        self.seesStates = seesStates
        self.tracksActivities = tracksActivities
        self.reapers = reapers
        self.keepalives = keepalives
        self.poolerSuspected = poolerSuspected
        self.samplerBackends = samplerBackends
        self.isEncrypted = isEncrypted
        self.usesUnixSocket = usesUnixSocket
        self.port = port
        self.databasesSeen = databasesSeen
        self.sessionsInDatabaseAtStart = sessionsInDatabaseAtStart
        self.sharedWith = sharedWith
    }

    /// Limit, use and headroom before any load, in the scope that leaves the least.
    package var headroomAtStart: Headroom { limits.tightest(at: useAtStart) }

    /// Whether sessions that are not the application's may come and go where it is watched.
    package var isShared: Bool { sessionsInDatabaseAtStart > 0 }

    /// The statement that lets the sampler see the application's sessions; `nil` when it does.
    package var grantNeeded: String? {
        seesStates ? nil : "GRANT pg_monitor TO \(Self.quoted(samplerRole))"
    }

    private static func quoted(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
