import Glibc
import LinuxIO
import Measurements
import Postgres
import Sampling
import Scenarios
import TestSupport
import Testing

@Suite(.serialized)
struct SamplerTests {
    private func ourselves() -> ProcessWatch.Source { .processes([getpid()]) }

    @Test("Sessions are born, used, counted at the floor and gone, each by its identity and owner")
    func life() async throws {
        let url = try await TestCluster.shared.makeDatabase()
        let bench = try Bench(url, source: ourselves())
        await bench.sampler.beginStep(1)
        var sessions = try Sessions(5, url)
        try sessions.query("SELECT 42")
        #expect(await bench.sampler.markLoadEnd())
        #expect(await bench.sampler.settleFloor() == 5)
        #expect(bench.sampler.floor == 5)
        let rows = bench.sessionRows()
        let pairs = (0..<5).flatMap { _ in ["born", "used"] }
        #expect(rows.map(\.event.rawValue) == pairs + Array(repeating: "floor", count: 5))
        #expect(Set(rows.map(\.pid)) == Set(sessions.pids))
        #expect(rows.allSatisfy { $0.owner == "pid \(getpid())" && $0.whyOurs == "process" && $0.step == 1 })
        #expect(rows.allSatisfy { $0.lastQuery == "SELECT 42" && $0.state == "idle" && $0.backendStart != nil })
        sessions.close(2)
        await bench.sampler.beginStep(2)
        #expect(await bench.until { $0.total == 3 })
        let died = bench.sessionRows()
        #expect(died.map(\.event) == [.died, .died])
        let counts = bench.connectionRows()
        #expect(counts.compactMap(\.born).reduce(0, +) == 5)
        #expect(counts.compactMap(\.died).reduce(0, +) == 2)
        #expect(counts.map(\.time) == counts.map(\.time).sorted())
        #expect(counts.map(\.step) == counts.map(\.step).sorted())
        #expect(sessions.count == 3)
    }

    @Test("A birth has the time of the backend's start, on the run's clock")
    func birthTime() async throws {
        let url = try await TestCluster.shared.makeDatabase()
        let bench = try Bench(url, every: .milliseconds(500))
        let before = bench.directory.clock.now
        let sessions = try Sessions(1, url)
        let after = bench.directory.clock.now
        await bench.sampler.barrier()
        let born = try #require(bench.sessionRows().first)
        #expect(born.event == .born)
        // PostgreSQL's clock is this machine's here.
        #expect(before.microseconds - 500 <= born.time.microseconds && born.time.microseconds <= after.microseconds + 500)
        #expect(sessions.count == 1)
    }

    @Test("Under load a short session is only counted, in a unit dose it has its rows")
    func short() async throws {
        let url = try await TestCluster.shared.makeDatabase()
        let bench = try Bench(url, source: ourselves())
        await bench.sampler.beginStep(1)
        var sessions = try Sessions(0, url)
        // What a busy machine makes last for longer than 2 s has its rows; the next try may be short.
        var isShort = false
        for _ in 0..<10 where !isShort {
            let begun = MonotonicInstant.now
            try sessions.open(url)
            #expect(await bench.until { $0.total == 1 })
            sessions.close(1)
            #expect(await bench.until { $0.total == 0 })
            isShort = MonotonicInstant.now - begun < .seconds(2)
            let events = bench.sessionRows()
            if isShort { #expect(events == []) }
            let rows = bench.connectionRows()
            #expect(rows.compactMap(\.born).reduce(0, +) == 1)
            #expect(rows.compactMap(\.died).reduce(0, +) == 1)
        }
        await bench.sampler.beginStep(2, logEverything: true)
        try sessions.open(url)
        #expect(await bench.until { $0.total == 1 })
        sessions.close(1)
        #expect(await bench.until { $0.total == 0 })
        #expect(bench.sessionRows().map(\.event) == [.born, .died])
    }

    @Test("A filter by application name picks its sessions and no others")
    func filter() async throws {
        let url = try await TestCluster.shared.makeDatabase()
        let bench = try Bench(url, filter: SessionFilter(applicationName: "cms"))
        let others = try Sessions(2, url, application: "editor")
        let ours = try Sessions(3, url, application: "cms")
        await bench.sampler.barrier()
        #expect(bench.sampler.latest?.row.total == 3)
        let rows = bench.sessionRows()
        #expect(Set(rows.map(\.pid)) == Set(ours.pids))
        #expect(rows.allSatisfy { $0.whyOurs == "filter application_name=cms" && $0.owner == "app cms" })
        #expect(others.count == 2)
    }

    @Test("A session of a child process is the child's, and one of another process is nobody's")
    func children() async throws {
        let url = try await TestCluster.shared.makeDatabase()
        let child = try BackgroundPSQL(url)
        defer { child.end() }
        let bench = try Bench(url, source: .server(child.pid))
        #expect(await bench.until { $0.total == 1 })
        let rows = bench.sessionRows()
        let owners = Set(rows.map(\.owner))
        #expect(owners.count == 1)
        let owner = try #require(owners.first?.split(separator: " ").last.flatMap { pid_t($0) })
        #expect(owner == child.pid || Proc.descendants(of: child.pid).contains { $0.pid == owner })
        let strangers = try Sessions(2, url)
        await bench.sampler.barrier()
        await bench.sampler.barrier()
        #expect(bench.sampler.latest?.row.total == 1)
        #expect(bench.sessionRows() == [])
        #expect(strangers.count == 2)
        var isListed = false
        for _ in 0..<600 where !isListed {
            try await Task.sleep(for: .milliseconds(100))
            isListed = bench.directory.processes.takeRows().contains {
                $0.pid == Int(owner) && $0.databaseSockets == 1 && $0.command == "psql"
            }
        }
        #expect(isListed)
    }

    @Test("The guard fires once a step, in the sample that sees too little headroom")
    func guardRail() async throws {
        let url = try await TestCluster.shared.makeDatabase(roleLimit: 12)
        let bench = try Bench(url)
        await bench.sampler.beginStep(1)
        // Of 12, the sampler has 2; the guard is at 3.
        var sessions = try Sessions(7, url)
        await bench.sampler.barrier()
        #expect(bench.sampler.headroom == 3)
        #expect(!bench.guardSignal.drain())
        try sessions.open(url)
        await bench.sampler.barrier()
        #expect(bench.sampler.headroom == 2)
        #expect(bench.guardSignal.drain())
        await bench.sampler.barrier()
        #expect(!bench.guardSignal.drain())
        let notes = bench.connectionRows().filter { $0.note.contains("guard") }
        #expect(notes.map(\.headroom) == [2])
        await bench.sampler.beginStep(2)
        await bench.sampler.barrier()
        #expect(bench.guardSignal.drain())
        await bench.sampler.beginStep(3, isGuarded: false)
        await bench.sampler.barrier()
        #expect(!bench.guardSignal.drain())
    }

    @Test("Nothing can be written through a session of the sampler")
    func readOnly() async throws {
        let url = try await TestCluster.shared.makeDatabase()
        var owner = try PostgresConnection(connecting: url)
        _ = try owner.query("CREATE TABLE notes (text text)")
        var session = try SamplerProbe.open(url)
        let refused = #expect(throws: PostgresError.self) { _ = try session.query("INSERT INTO notes VALUES ('x')") }
        #expect(refused?.sqlstate == "25006")
        let slow = #expect(throws: PostgresError.self) { _ = try session.query("SELECT pg_sleep(5)") }
        #expect(slow?.sqlstate == "57014")
        let name = try session.query("SELECT current_setting('application_name'), current_setting('idle_session_timeout')")
        #expect(name[0, 0] == "seep")
        #expect(name[0, 1] == "0")
    }

    @Test("PostgreSQL's own count of sessions starts at 0 with the run and follows")
    func counters() async throws {
        let url = try await TestCluster.shared.makeDatabase()
        let bench = try Bench(url)
        await bench.sampler.barrier()
        #expect(bench.sampler.latest?.row.openedTotal != nil)
        let before = bench.sampler.latest?.row.openedTotal ?? 0
        var sessions = try Sessions(4, url)
        sessions.close(4)
        #expect(await bench.until { ($0.openedTotal ?? 0) >= before + 4 })
    }
}
