import LinuxIO
import Measurements
import Postgres

/// The two sessions of the sampler: one in use, and a spare for when it breaks while the database is full.
///
/// Used by one thread at a time. A session is read-only by its own settings, and its application name is `seep`.
struct SamplerSessions: ~Copyable, Sendable {
    let conninfo: String
    /// Whether PostgreSQL knows `idle_session_timeout` (14+).
    let hasIdleTimeout: Bool
    private var active: PostgresConnection?
    private var spare: PostgresConnection?
    /// Backends of sessions that were ours and may still be there, such as one that was stopped in the middle of an answer.
    private(set) var backends: Set<Int> = []

    /// PostgreSQL gives up on a query of ours after this; the client a little later, when there is a spare to go on with.
    static let statementTimeout = Duration.seconds(1)
    private static let patience = Duration.milliseconds(1200)
    /// Without a spare the one session is all there is: it is not given up for a short stop.
    private static let lastPatience = Duration.seconds(10)

    init(conninfo: String, hasIdleTimeout: Bool) {
        self.conninfo = conninfo
        self.hasIdleTimeout = hasIdleTimeout
    }

    var count: Int { (active == nil ? 0 : 1) + (spare == nil ? 0 : 1) }

    /// The settings travel with the start of the session, so that they hold before its first statement, and a pooler that
    /// would carry them over to others refuses it.
    static func open(
        _ conninfo: String, hasIdleTimeout: Bool, timeout: Duration
    ) throws(PostgresError) -> PostgresConnection {
        let given = try ConnectionInfo(parsing: conninfo).options["options"].map { $0 + " " } ?? ""
        var options = given + "-c default_transaction_read_only=on -c statement_timeout=\(statementTimeout.milliseconds)"
        if hasIdleTimeout { options += " -c idle_session_timeout=0" }
        return try PostgresConnection(
            connecting: conninfo,
            overrides: [
                "application_name": SessionOwnership.ownApplicationName, "options": options,
                "keepalives_idle": "5", "tcp_user_timeout": "10000",
            ],
            timeout: timeout)
    }

    /// Opens what is missing of the two; what could not be opened stays missing.
    mutating func connect(timeout: Duration) throws(PostgresError) {
        while count < 2 {
            let new = try Self.open(conninfo, hasIdleTimeout: hasIdleTimeout, timeout: timeout)
            backends.insert(Int(new.backendPID))
            if active == nil {
                active = consume new
            } else {
                spare = consume new
            }
        }
    }

    /// Runs a query on the session in use, and once more on the spare when the first breaks.
    ///
    mutating func query(_ sql: String, _ parameters: [String?] = []) throws(PostgresError) -> PostgresRows {
        if active == nil { promoteSpare() }
        do throws(PostgresError) {
            return try run(sql, parameters)
        } catch {
            guard active == nil, spare != nil else { throw error }
            promoteSpare()
            return try run(sql, parameters)
        }
    }

    /// The same on the spare, so that its death is noticed before it is needed; on the one in use when there is no spare.
    mutating func queryOnSpare(_ sql: String, _ parameters: [String?]) throws(PostgresError) -> PostgresRows {
        guard spare != nil else { return try query(sql, parameters) }
        swap(&active, &spare)
        defer { swap(&active, &spare) }
        return try run(sql, parameters)
    }

    private mutating func promoteSpare() {
        swap(&active, &spare)
    }

    private mutating func run(_ sql: String, _ parameters: [String?]) throws(PostgresError) -> PostgresRows {
        guard var session = active.take() else {
            throw PostgresError(.connectionLost, operation: "query", message: "no session with PostgreSQL")
        }
        let patience = spare == nil ? Self.lastPatience : Self.patience
        do throws(PostgresError) {
            let rows = try session.query(sql, parameters: parameters, timeout: patience)
            active = consume session
            return rows
        } catch {
            if !session.isBroken { active = consume session }
            throw error
        }
    }

    /// Forgets backends of former sessions that are no longer there, for their pids will be used again.
    mutating func keepBackends(_ present: (Int) -> Bool) {
        let open = [active?.backendPID, spare?.backendPID].compactMap(\.self).map(Int.init)
        backends = backends.filter { present($0) || open.contains($0) }
    }
}

extension Duration {
    var milliseconds: Int64 { nanosecondsRounded / 1_000_000 }
}
