import Glibc
import LinuxIO
import Postgres
import Synchronization

/// One session of the server's, kept in ``SessionTable``; closed when nobody refers to it any more.
///
/// Shapes give a session to one thread at a time; the lock is for the look-out for sessions that PostgreSQL has ended.
final class Session: Sendable {
    private let connection: Mutex<PostgresConnection>

    init(_ connection: consuming sending PostgresConnection) {
        self.connection = Mutex(connection)
    }

    /// Runs a query and drops its rows.
    func run(_ sql: String, _ parameters: [String] = [], timeout: Duration = .seconds(30)) throws(PostgresError) {
        try connection.withLock { connection throws(PostgresError) in
            _ = try connection.query(sql, parameters: parameters, timeout: timeout)
        }
    }

    /// Whether an idle session is over: PostgreSQL has something to say unasked, and then does not answer.
    var hasEnded: Bool {
        let ended = connection.withLockIfAvailable { connection in
            if connection.isBroken { return true }
            var entry = pollfd(fd: connection.socket, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 0) > 0 else { return false }
            do throws(PostgresError) {
                // Whatever it has to say comes before the answer to an empty statement.
                _ = try connection.query("", using: .simple, timeout: .seconds(1))
                return false
            } catch {
                return connection.isBroken
            }
        }
        return ended ?? false
    }
}

/// How sessions are opened: where, and with what settings.
struct SessionSource: Sendable {
    let conninfo: String
    private let overrides: [String: String]
    /// `role@host:port/database`.
    let description: String

    /// - Parameter idleTimeout: after which PostgreSQL ends a session that does nothing.
    init(_ conninfo: String, idleTimeout: Duration? = nil) throws(PostgresError) {
        let info = try ConnectionInfo(parsing: conninfo)
        self.conninfo = conninfo
        description = info.description
        var overrides = ["application_name": "leaky"]
        if let idleTimeout {
            let milliseconds = max(1, idleTimeout.nanosecondsRounded / 1_000_000)
            overrides["options"] = ((info.options["options"].map { $0 + " " }) ?? "") + "-c idle_session_timeout=\(milliseconds)"
        }
        self.overrides = overrides
    }

    func open() throws(PostgresError) -> Session {
        Session(try PostgresConnection(connecting: conninfo, overrides: overrides, timeout: .seconds(10)))
    }
}
