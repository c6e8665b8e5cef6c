import Glibc
import Measurements
import Postgres
import Servers
import TestSupport
import Testing

@testable import Sampling

/// The sampler beside a real PgBouncer.
@Suite struct PgBouncerTests {
    /// A database of the test's own, and a PgBouncer before it.
    private func with(
        _ mode: ThrowawayPgBouncer.Mode, settings: [String: String] = [:],
        _ body: (_ direct: String, _ bouncer: ThrowawayPgBouncer) async throws -> Void
    ) async throws {
        let direct = try await TestCluster.shared.makeDatabase()
        let bouncer = try await ThrowawayPgBouncer.start(mode, before: direct, settings: settings)
        do {
            try await body(direct, bouncer)
        } catch {
            await bouncer.stop()
            throw error
        }
        await bouncer.stop()
    }

    @Test(arguments: ThrowawayPgBouncer.Mode.allCases)
    func `clients and the sessions behind them are counted apart, and both have their rows`(mode: ThrowawayPgBouncer.Mode) async throws {
        try await with(mode) { direct, bouncer in
            let bench = try Bench(direct, source: .processes([getpid()]), console: bouncer.console())
            await bench.sampler.beginStep(0, logEverything: true)
            #expect(await bench.until { $0.pgbouncerClients == 0 && $0.pgbouncerServers == 0 })
            let through = try bouncer.url(of: direct)
            var sessions = try Sessions(6, through)
            var beside = try Sessions(1, direct)
            try sessions.query("SELECT 'through'")
            try beside.query("SELECT 'beside'")
            // In transaction mode one session serves all, one after the other.
            let servers = mode == .session ? 6 : 1
            #expect(
                await bench.until { $0.pgbouncerClients == 6 && $0.pgbouncerServers == servers && $0.total == servers + 1 },
                "\(String(describing: bench.sampler.latest))")
            #expect(bench.sampler.latest?.row.heldThroughPgBouncer == 7)
            await bench.sampler.settleFloor()
            sessions.close(2)
            #expect(await bench.until { $0.pgbouncerClients == 4 })
            await bench.sampler.barrier()
            let rows = bench.sessionRows()
            let clients = rows.filter { $0.whyOurs == "pgbouncer-client" }
            #expect(clients.count { $0.event == .born } == 6 && clients.count { $0.event == .floor } == 6)
            #expect(clients.count { $0.event == .died } == 2)
            #expect(Set(clients.map(\.owner)) == ["client pid \(getpid())"])
            #expect(Set(clients.map(\.identity)).count == 6)
            let served = rows.filter { $0.event == .born && $0.whyOurs == "pgbouncer" }
            #expect(served.count == servers && served.allSatisfy { $0.owner == "pgbouncer" })
            let other = rows.filter { $0.event == .born && $0.whyOurs == "process" }
            #expect(other.map(\.owner) == ["pid \(getpid())"], "\(rows.filter { $0.event == .born })")
            if mode == .session { #expect(clients.filter { $0.event == .floor }.allSatisfy { $0.lastQuery == "SELECT 'through'" }) }
        }
    }

    @Test func `clients that were there before the run began before it, and those that come are born when they are seen`() async throws {
        try await with(.session) { direct, bouncer in
            let through = try bouncer.url(of: direct)
            let before = try Sessions(2, through)
            let bench = try Bench(direct, console: bouncer.console())
            #expect(await bench.until { $0.pgbouncerClients == 2 })
            await bench.sampler.beginStep(0, logEverything: true)
            let after = try Sessions(1, through)
            #expect(await bench.until { $0.pgbouncerClients == 3 })
            await bench.sampler.settleFloor()
            let born = bench.sessionRows().filter { $0.event == .born && $0.whyOurs == "pgbouncer-client" }
            #expect(born.count { $0.time < .zero } == 2 && born.count { $0.time > .zero } == 1, "\(born)")
            let held = before.count + after.count
            #expect(held == 3)
        }
    }

    @Test func `what waits for a session is counted, and for how long`() async throws {
        try await with(.transaction, settings: ["default_pool_size": "1"]) { direct, bouncer in
            let bench = try Bench(direct, console: bouncer.console("boss", "order"))
            let through = try bouncer.url(of: direct)
            var first = try Sessions(1, through)
            try first.query("BEGIN")
            async let second: Void = onThread {
                var waiting = try Sessions(1, through)
                try waiting.query("SELECT 1")
            }
            let waits = await bench.until { ($0.pgbouncerWaiting ?? 0) > 0 && ($0.pgbouncerMaxWait ?? .zero) > .zero }
            try first.query("COMMIT")
            try await second
            #expect(waits)
        }
    }

    @Test func `a console that goes away leaves empty columns and a note, and the sampling of PostgreSQL goes on`() async throws {
        try await with(.transaction) { direct, bouncer in
            let bench = try Bench(direct, console: bouncer.console())
            #expect(await bench.until { $0.pgbouncerClients == 0 })
            await bouncer.process.stop()
            var rows: [ConnectionRow] = []
            #expect(await bench.untilNoted("pgbouncer: ", seen: &rows))
            // What PgBouncer held of PostgreSQL may be there for a moment longer than PgBouncer.
            func isWithout(_ row: ConnectionRow) -> Bool { row.total == 0 && row.pgbouncerClients == nil && row.pgbouncerServers == nil }
            let begun = rows.count
            for _ in 0..<1000 where rows.count < begun + 5 || !rows.suffix(5).allSatisfy(isWithout) {
                try await Task.sleep(for: .milliseconds(50))
                rows += bench.connectionRows()
            }
            #expect(rows.count >= begun + 5 && rows.suffix(5).allSatisfy(isWithout))
        }
    }

    /// What is wrong with the URL, and what is said of it.
    enum Fault: CaseIterable {
        case noListener, wrongPassword, notAdmin, otherDatabase, postgres, malformed

        func url(_ bouncer: ThrowawayPgBouncer, _ direct: String) throws -> String {
            switch self {
            case .noListener: "postgresql://boss:hunter2@127.0.0.1:\(try ScriptedServer.freePort())/pgbouncer"
            case .wrongPassword: bouncer.console("boss", "hunter2")
            case .notAdmin: bouncer.console("nobody_of_it", "none")
            case .otherDatabase: try bouncer.url(of: direct)
            case .postgres: direct
            case .malformed: "postgresql://boss:hunter2@127.0.0.1:port/pgbouncer"
            }
        }

        var words: [String] {
            switch self {
            case .noListener: ["refused", "Start PgBouncer, or correct host and port in `database.pgbouncer`"]
            case .wrongPassword: ["authentication failed", "auth_file"]
            case .notAdmin: ["not allowed", "admin_users or stats_users"]
            case .otherDatabase, .postgres: ["unrecognized configuration parameter", "with the database `pgbouncer`"]
            case .malformed: ["invalid integer value", "correct host and port"]
            }
        }
    }

    @Test func `a console that refuses is told with what to do, and without a password`() async throws {
        try await with(.transaction) { direct, bouncer in
            for fault in Fault.allCases {
                let url = try fault.url(bouncer, direct)
                let error = #expect(throws: SamplingError.self) { _ = try PgBouncerWatch(url: url, every: .milliseconds(100)) }
                #expect(error?.kind == .console, "\(fault)")
                let text = error?.description ?? ""
                for words in fault.words { #expect(text.contains(words), "\(fault): \(text)") }
                #expect(!text.contains("hunter2") && !text.contains("secret"))
            }
        }
    }

    @Test func `the facts are PgBouncer's settings`() async throws {
        try await with(.session, settings: ["max_client_conn": "60", "client_idle_timeout": "300", "default_pool_size": "7"]) {
            _, bouncer in
            let facts = try PgBouncerWatch(url: bouncer.console(), every: .milliseconds(100)).facts
            #expect(facts.version.hasPrefix("PgBouncer 1."))
            #expect(facts.poolMode == "session" && facts.maxClientConn == 60 && facts.defaultPoolSize == 7)
            // Seep's own.
            #expect(facts.clientsAtStart == 1)
            #expect(facts.timers == ["client_idle_timeout=300s (pgbouncer)"])
        }
    }

    @Test(arguments: [
        ("1970-01-01 00:00:00 UTC", 0), ("2024-02-29 23:59:59 UTC", 1_709_251_199), ("2026-11-21 05:03:43 CET", 1_795_237_423), ("", 0),
        ("yesterday", 0),
    ]) func `a time is read to the second`(text: String, seconds: Int) {
        #expect(PgBouncerConsole.seconds(text) == seconds)
    }
}
