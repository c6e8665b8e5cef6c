import LinuxIO
import Measurements
import Postgres

/// The sessions of a cell whose server has been stopped, in a database that the next cell will use.
///
/// PostgreSQL ends a session when it next looks at its socket, which is not while it runs a query or waits for a lock.
struct LastSessions {
    private static let patience = Duration.seconds(10)

    private let sessions: [SessionIdentity: SessionRow]

    /// Reads what the cell left in its folder: sessions that began and were not seen to end.
    init(directory: String) {
        var open: [SessionIdentity: SessionRow] = [:]
        if let reader = try? RowReader<SessionRow>(directory: directory) {
            while let row = try? reader.next() {
                switch row.event {
                // Those of others in a database that is watched as a whole were there before, and may stay.
                case .born where row.whyOurs == "process" || row.time >= .zero: open[row.identity] = row
                case .died: open[row.identity] = nil
                default: break
                }
            }
        }
        sessions = open
    }

    /// Waits until they are gone, at most 10 s.
    ///
    /// - Returns: `nil`, or which are still there. One that a process of the server itself held keeps the next cell from being told
    ///   from this one; others may be a pooler's, which may keep them.
    func waitUntilGone(url: String, unless isStopped: () -> Bool) async -> (isServers: Bool, words: String)? {
        guard !sessions.isEmpty else { return nil }
        let deadline = MonotonicInstant.now + Self.patience
        while true {
            guard let left = Self.present(sessions, url: url) else { return nil }
            if left.isEmpty { return nil }
            if MonotonicInstant.now >= deadline || isStopped() {
                let pids = left.prefix(5).map { "pid \($0.pid)" }.joined(separator: ", ")
                let words = left.count == 1 ? "1 session of this cell is" : "\(left.count) sessions of this cell are"
                return (
                    left.contains { $0.whyOurs == "process" },
                    "\(words) still in the database 10 s after its server was stopped (\(pids)): see pg_stat_activity"
                )
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Those that are there; `nil` when nobody can say.
    private static func present(_ sessions: [SessionIdentity: SessionRow], url: String) -> [SessionRow]? {
        let overrides = ["application_name": "seep"]
        guard var connection = try? PostgresConnection(connecting: url, overrides: overrides, timeout: .seconds(5)),
            let rows = try? connection.query(
                "SELECT pid, (date_part('epoch', backend_start) * 1e6)::bigint FROM pg_stat_activity", timeout: .seconds(5))
        else { return nil }
        var left: [SessionRow] = []
        for row in 0..<rows.count {
            guard let pid = rows.int(row, 0) else { continue }
            if let session = sessions[SessionIdentity(pid: pid, backendStart: rows.int(row, 1))] { left.append(session) }
        }
        return left
    }
}
