import Measurements
import Servers
import TestSupport
import Testing
import Verdicts

extension ProgramTests {
    /// An application behind a real PgBouncer.
    @Suite("behind PgBouncer") struct PgBouncer {
        /// Runs `seep` on a `leaky` whose database is a PgBouncer, while Seep watches the database behind it.
        private func run(
            _ mode: ThrowawayPgBouncer.Mode, shape: String, settings: [String: String] = [:], flags: KeyValuePairs<String, String> = [:],
            console: (ThrowawayPgBouncer) -> String? = { $0.console() },
            database: (_ direct: String, _ through: String) -> String = { direct, _ in direct }
        ) async throws -> (ended: SeepProcess.Ended, place: Workplace) {
            let direct = try await TestCluster.shared.makeDatabase()
            let bouncer = try await ThrowawayPgBouncer.start(mode, before: direct, settings: settings)
            do {
                let place = try Workplace()
                let scenario = try place.scenario(TestScenario.short)
                let through = try bouncer.url(of: direct)
                var environment = TestScenario.environment(database(direct, through))
                environment["DATABASE_URL"] = through
                var arguments = ["run", scenario] + TestScenario.flags(flags)
                arguments += TestScenario.flags([
                    "servers.app.command": "exec ${SEEP_TEST_LEAKY} --port {{port}} --shape \(shape)",
                    "database.url": "${SEEP_TEST_DATABASE}",
                    "servers.app.threads": "8", "waves.count": "3", "tests.warm_up": "3s",
                ])
                if let url = console(bouncer) { arguments += ["--set", "database.pgbouncer=\(url)"] }
                let ended = try await place.seep(arguments, environment: environment, within: .seconds(120))
                await bouncer.stop()
                return (ended, place)
            } catch {
                await bouncer.stop()
                throw error
            }
        }

        @Test func `clients that leak behind a PostgreSQL that stays flat are a leak, and said to be clients`() async throws {
            let (ended, place) = try await run(.transaction, shape: "per-request")
            #expect(ended.status == 1, "\(ended.said)")
            let cell = try place.cell()
            let verdict = try cell.verdict()
            #expect(verdict.verdict == .leak)
            #expect(verdict.reason.contains("client connections of PgBouncer"))
            #expect(verdict.reason.contains("PostgreSQL's own count does not show this leak"))
            #expect(verdict.leakPer1000Requests.map { $0.low <= 1000 && $0.high >= 1000 } == true, "\(verdict.reason)")
            // Each client that is left holds a descriptor of the server, a socket to PgBouncer.
            let growth = Dictionary((verdict.growth ?? []).map { ($0.what, $0.per1000Requests) }) { first, _ in first }
            for what in [Verdict.Growth.Kind.descriptors, .databaseSockets] {
                #expect(growth[what].map { $0.low <= 1000 && $0.high >= 1000 } == true, "\(verdict.growth ?? [])")
            }
            #expect(ended.said.contains("also grows"))
            #expect(verdict.queries.allSatisfy { $0.text != "(none)" })
            #expect(verdict.owners.contains { $0.name.hasPrefix("client pid ") && $0.room == 8 })
            let rows = try cell.connections
            #expect(rows.compactMap(\.total).max().map { $0 <= 20 } == true, "PostgreSQL's own count")
            #expect(rows.compactMap(\.pgbouncerClients).max().map { $0 >= 80 } == true)
            #expect(!ended.said.contains(":look@") && !cell.allText.contains(":look@"))
            try await expectJudgedAlike(cell, place)
        }

        @Test func `in session mode a leak is counted once, though each client holds a session of PostgreSQL`() async throws {
            let (ended, place) = try await run(.session, shape: "per-request", settings: ["default_pool_size": "300"])
            #expect(ended.status == 1, "\(ended.said)")
            let verdict = try place.cell().verdict()
            #expect(verdict.verdict == .leak)
            #expect(verdict.leakPer1000Requests.map { $0.low <= 1000 && $0.high >= 1000 } == true, "\(verdict.reason)")
        }

        @Test(arguments: ThrowawayPgBouncer.Mode.allCases, [("clean", Verdict.Kind.clean), ("threads", .bounded)])
        func `a healthy application is clean or bounded, whatever PgBouncer keeps`(
            _ mode: ThrowawayPgBouncer.Mode, _ healthy: (String, Verdict.Kind)
        ) async throws {
            let (ended, place) = try await run(mode, shape: healthy.0)
            #expect(ended.status == 0, "\(ended.said)")
            let cell = try place.cell()
            #expect(try cell.verdict().verdict == healthy.1)
            // PgBouncer keeps the sessions that it opened.
            #expect(try cell.connections.last { $0.pgbouncerServers != nil }.map { ($0.pgbouncerServers ?? 0) > 0 } == true)
            try await expectJudgedAlike(cell, place)
        }

        @Test(arguments: [("boss", "wrong"), ("nobody_of_it", "none")])
        func `a console that refuses ends the run before any load, and says what to do`(_ user: String, _ password: String) async throws {
            let (ended, place) = try await run(.transaction, shape: "clean", console: { $0.console(user, password) })
            #expect(ended.status == 4, "\(ended.said)")
            #expect(ended.said.contains("PgBouncer's console \(user)@127.0.0.1:") && ended.said.contains("admin_users or stats_users"))
            #expect(!ended.said.contains(password == "wrong" ? ":wrong@" : ":none@"))
            for cell in place.cells() { #expect(!TextFile.exists(cell.path + "/requests.csv")) }
        }

        @Test func `one that the scenario does not name is noticed, and nothing healthy is said`() async throws {
            let (ended, place) = try await run(.transaction, shape: "clean", console: { _ in nil })
            #expect(ended.status == 3, "\(ended.said)")
            let verdict = try place.cell().verdict()
            #expect(verdict.verdict == .inconclusive && verdict.flags.contains(.pooled))
            #expect(verdict.reason.contains("pgbouncer (pid") && verdict.reason.contains("`database.pgbouncer`"), "\(verdict.reason)")
        }

        @Test(arguments: [("", Int32(4), "looks like a connection pooler"), ("options", 3, "A pooler seems to stand between")])
        func `one in the place of the database is noticed`(_ ignored: String, _ status: Int32, _ words: String) async throws {
            let (ended, _) = try await run(
                .transaction, shape: "clean", settings: ignored.isEmpty ? [:] : ["ignore_startup_parameters": ignored],
                console: { _ in nil }, database: { _, through in through })
            #expect(ended.status == status, "\(ended.said)")
            #expect(ended.said.contains(words), "\(ended.said)")
        }
    }
}
