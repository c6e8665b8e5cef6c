import Glibc
import LinuxIO
import Measurements
import Postgres
import Scenarios
import TestSupport

@testable import Sampling

/// A sampler at work in a run directory of its own, on a real PostgreSQL; stopped and removed with the value.
final class Bench {
    let directory: RunDirectory
    let processes: ProcessWatch
    let sampler: Sampler
    let guardSignal: EventFD
    var facts: DatabaseFacts { sampler.facts }

    init(
        _ url: String, application: Preflight.Application = .init(), filter: SessionFilter? = nil,
        every: Duration = .milliseconds(50), source: ProcessWatch.Source = .none, console: String? = nil
    ) throws {
        let template = strdup("/tmp/seep-sampling-XXXXXX")
        defer { free(template) }
        guard let template, let path = mkdtemp(template).map({ String(cString: $0) }) else { throw SystemError("mkdtemp") }
        directory = try RunDirectory(creatingFilesIn: path, clock: RunClock())
        let preflight = try Preflight.read(databaseURL: url, application: application)
        let pgbouncer = try console.map { try PgBouncerWatch(url: $0, every: every) }
        processes = try ProcessWatch(directory: directory, databasePort: preflight.facts.port, poolerPort: pgbouncer?.port)
        processes.follow(source)
        guardSignal = try EventFD()
        sampler = try Sampler(
            preflight: preflight, settings: DatabaseSettings(source: .url(url), every: every, sessions: filter),
            directory: directory, processes: processes, pgbouncer: pgbouncer,
            guardSignal: guardSignal)
    }

    deinit {
        sampler.stop()
        processes.stop()
        for file in ["steps", "connections", "sessions", "requests", "transfers", "waves", "processes", "generator"] {
            unlink("\(directory.path)/\(file).csv")
        }
        unlink("\(directory.path)/latency.hlog")
        rmdir(directory.path)
    }

    /// All rows since the last call of it.
    func sessionRows() -> [SessionRow] { directory.sessions.takeRows() }
    func connectionRows() -> [ConnectionRow] { directory.connections.takeRows() }

    /// Samples until `condition` holds of the last row, at most a minute: only a fault comes to that.
    @discardableResult
    func until(_ condition: (ConnectionRow) -> Bool) async -> Bool {
        let deadline = MonotonicInstant.now + .seconds(60)
        while MonotonicInstant.now < deadline {
            await sampler.barrier()
            if let row = sampler.latest?.row, condition(row) { return true }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    /// Waits until a row says what one of the texts says; `seen` gathers the rows on the way.
    func untilNoted(_ texts: String..., seen: inout [ConnectionRow]) async -> Bool {
        let deadline = MonotonicInstant.now + .seconds(60)
        while MonotonicInstant.now < deadline {
            seen += connectionRows()
            if seen.contains(where: { row in texts.contains { row.note.contains($0) } }) { return true }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return false
    }
}

/// Sessions of a test, as an application would hold them.
struct Sessions: ~Copyable {
    private var rest: [Holder] = []

    private final class Holder {
        var session: PostgresConnection?
        init(_ session: consuming PostgresConnection) { self.session = consume session }
    }

    init(_ count: Int, _ url: String, application: String = "shop") throws {
        for _ in 0..<count { try open(url, application: application) }
    }

    var count: Int { rest.count }
    var pids: [Int] { rest.compactMap { $0.session?.backendPID }.map(Int.init) }

    mutating func open(_ url: String, application: String = "shop") throws {
        rest.append(Holder(try PostgresConnection(connecting: url, overrides: ["application_name": application])))
    }

    mutating func query(_ sql: String) throws {
        for holder in rest { _ = try holder.session?.query(sql, timeout: .seconds(120)) }
    }

    mutating func close(_ count: Int) { rest.removeFirst(count) }
}
