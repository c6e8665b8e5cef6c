import Glibc
import LinuxIO
import Measurements
import Postgres
import Sampling
import Scenarios
import Servers
import TestSupport
import Testing

/// Each on a cluster of its own, for what is done to it.
@Suite(.serialized)
struct SamplerFaultTests {
    /// A small cluster, and the URL of its application.
    private func cluster(connections: Int = 30) async throws -> (TestCluster, String) {
        let cluster = try await TestCluster.start(settings: [
            "max_connections": String(connections), "superuser_reserved_connections": "1",
        ])
        return (cluster, cluster.server.applicationURL)
    }

    @Test("Sampling goes on while the database is full, and one of its sessions may break meanwhile")
    func full() async throws {
        let (cluster, url) = try await cluster()
        let bench = try Bench(url, source: .processes([getpid()]))
        var sessions = try Sessions(0, url)
        let refused = #expect(throws: PostgresError.self) {
            while sessions.count < 100 { try sessions.open(url) }
        }
        #expect(refused?.kind == .tooManyConnections)
        #expect(await bench.sampler.settleFloor() == sessions.count)
        #expect(bench.sampler.headroom == 0)
        // The slot of the broken one goes to the application at once.
        try cluster.execute("SELECT pg_terminate_backend(\(bench.facts.samplerBackends[0]))")
        var taken = false
        for _ in 0..<50 where !taken {
            taken = (try? sessions.open(url)) != nil
            if !taken { try await Task.sleep(for: .milliseconds(20)) }
        }
        if taken {
            #expect(await bench.sampler.settleFloor() == sessions.count)
        }
        var rows = bench.connectionRows()
        #expect(await bench.untilNoted("the spare goes on", "counters:", seen: &rows))
        sessions.close(10)
        let left = sessions.count
        #expect(await bench.until { $0.total == left })
        await cluster.server.stop()
    }

    @Test("When both sessions are ended, sampling goes on with new ones after a gap")
    func bothEnded() async throws {
        let (cluster, url) = try await cluster()
        let bench = try Bench(url, source: .processes([getpid()]))
        let sessions = try Sessions(4, url)
        #expect(await bench.until { $0.total == 4 })
        // In one statement: one after the other, the spare would be replaced in between.
        try cluster.execute("SELECT \(bench.facts.samplerBackends.map { "pg_terminate_backend(\($0))" }.joined(separator: ", "))")
        var rows: [ConnectionRow] = []
        #expect(await bench.untilNoted("reconnected", seen: &rows))
        #expect(rows.contains { $0.isGap && $0.note.hasPrefix("gap") })
        #expect(await bench.sampler.settleFloor() == 4)
        #expect(bench.sessionRows().filter { $0.event == .died } == [])
        #expect(sessions.count == 4)
        await cluster.server.stop()
    }

    @Test("A full database and both sessions ended: blind with a note, and back when there is room")
    func blind() async throws {
        let (cluster, url) = try await cluster()
        let bench = try Bench(url)
        var sessions = try Sessions(0, url)
        // A session that waits for each slot that comes free.
        while (try? sessions.open(url)) != nil {}
        // In one statement: one after the other, the spare would be replaced in between.
        try cluster.execute("SELECT \(bench.facts.samplerBackends.map { "pg_terminate_backend(\($0))" }.joined(separator: ", "))")
        var rows: [ConnectionRow] = []
        let deadline = MonotonicInstant.now + .milliseconds(500)
        while MonotonicInstant.now < deadline { _ = try? sessions.open(url) }
        sessions.close(5)
        #expect(await bench.untilNoted("reconnected", seen: &rows))
        let left = sessions.count
        #expect(await bench.until { $0.total == left })
        #expect(rows.contains { $0.isGap })
        await cluster.server.stop()
    }

    @Test("After a restart of PostgreSQL the old sessions have died and the new ones are found")
    func restart() async throws {
        let (cluster, url) = try await cluster()
        let bench = try Bench(url, source: .processes([getpid()]))
        let before = try Sessions(4, url)
        #expect(await bench.until { $0.total == 4 })
        let postmaster = try RestartedPostmaster(cluster)
        try await postmaster.restart()
        var rows: [ConnectionRow] = []
        #expect(await bench.untilNoted("postgres restarted", seen: &rows))
        #expect(rows.contains { $0.isGap })
        let after = try Sessions(2, url)
        #expect(await bench.until { $0.total == 2 })
        let events = bench.sessionRows()
        #expect(events.filter { $0.event == .died }.count == 4)
        #expect(events.filter { $0.event == .born }.count == 6)
        #expect(before.count + after.count == 6)
        try await postmaster.stop()
        await cluster.server.stop()
    }

    @Test("A slow answer leaves a gap, and sampling goes on")
    func slow() async throws {
        let (cluster, url) = try await cluster()
        let bench = try Bench(url)
        let sessions = try Sessions(3, url)
        #expect(await bench.until { $0.total == 3 })
        let backends = bench.facts.samplerBackends.map { pid_t($0) }
        for pid in backends { kill(pid, SIGSTOP) }
        try await Task.sleep(for: .seconds(1))
        for pid in backends { kill(pid, SIGCONT) }
        var rows: [ConnectionRow] = []
        #expect(await bench.untilNoted("gap", seen: &rows))
        #expect(await bench.sampler.settleFloor() == 3)
        #expect(bench.sampler.cost.missed > 0)
        #expect(sessions.count == 3)
        await cluster.server.stop()
    }

    @Test("A session that never answers again is given up for the spare")
    func hung() async throws {
        let (cluster, url) = try await cluster()
        let bench = try Bench(url)
        let sessions = try Sessions(3, url)
        #expect(await bench.until { $0.total == 3 })
        let hung = pid_t(bench.facts.samplerBackends[0])
        kill(hung, SIGSTOP)
        var rows: [ConnectionRow] = []
        #expect(await bench.untilNoted("the spare goes on", "counters", seen: &rows))
        // The hung backend is still there, and is not taken for the application's.
        #expect(await bench.sampler.settleFloor() == 3)
        kill(hung, SIGCONT)
        #expect(await bench.until { $0.total == 3 && $0.used == 5 })
        #expect(sessions.count == 3)
        await cluster.server.stop()
    }

    @Test("Where states may not be seen, the total is known and each state is unknown")
    func unprivileged() async throws {
        let cluster = try await TestCluster.shared
        let application = try cluster.makeDatabase()
        let name = try ConnectionInfo(parsing: application).user
        let watcher = try cluster.makeDatabase()
        let bench = try Bench(watcher, application: .init(role: name, database: name))
        let sessions = try Sessions(3, application)
        #expect(await bench.sampler.settleFloor() == 3)
        let row = try #require(bench.sampler.latest?.row)
        #expect(row.total == 3 && row.idle == nil && row.active == nil && row.other == nil)
        #expect(bench.sessionRows().allSatisfy { $0.backendStart == nil && $0.lastQuery == "" && $0.owner == "app shop" })
        let same = try Bench(application)
        await same.sampler.barrier()
        #expect(same.sampler.latest?.row.idle == 3)
        #expect(sessions.count == 3)
    }
}

/// The same data folder under a new postmaster.
private struct RestartedPostmaster {
    private let folder: String
    private let prefix: String

    init(_ cluster: TestCluster) throws {
        folder = cluster.server.folder
        let user = UnixUser.forPostgres.map(\.name)
        let programs = try PostgresBinaries.find().folder
        prefix = (user.map { "runuser -u \($0) -- " } ?? "") + "\(programs)/pg_ctl -D \(Self.data(in: folder)) -w -s"
    }

    func restart() async throws {
        #expect(try await run("stop -m fast") == 0)
        #expect(try await run("start -l /dev/null") == 0)
    }

    private static func data(in folder: String) -> String { "\(folder)/data" }

    func stop() async throws { #expect(try await run("stop -m immediate") == 0) }

    private func run(_ action: String) async throws -> Int32 {
        try await onThread { [prefix] in system("cd / && \(prefix) \(action) >/dev/null 2>&1") }
    }
}
