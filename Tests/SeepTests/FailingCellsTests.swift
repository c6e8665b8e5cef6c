import Glibc
import LinuxIO
import Servers
import TestSupport
import Testing
import Verdicts

extension ProgramTests {
    /// Servers that fail in as many ways, in one run: each is a row with its reason, and the others run.
    @Suite("with servers that fail") struct FailingCells {
        /// Answers everything with 500.
        private static let ready500 = """
            import http.server
            class H(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(500); self.send_header('Content-Length', '0'); self.end_headers()
            http.server.HTTPServer(('127.0.0.1', int(__import__('sys').argv[1])), H).serve_forever()
            """

        private static let scenario = """
            name: failing
            target: http://127.0.0.1:{{port}}
            database: ${SEEP_TEST_DATABASE}
            requests: [{get: /query}]
            load: {concurrency: 4, requests: 30}
            waves: {count: 3, settle: 1s}
            tests: {baseline: off, warm_up: off, unit_dose: off, long_idle: off}
            servers:
              setup-fails: {setup: "echo once >> ${SEEP_TEST_SETUPS}; echo 'no matching distribution' >&2; exit 3", command: "sleep 300"}
              setup-fails-too: {setup: "echo once >> ${SEEP_TEST_SETUPS}; echo 'no matching distribution' >&2; exit 3", command: "sleep 301"}
              not-there: {command: "/nonexistent/granian --port {{port}}"}
              prepare-fails: {prepare: "echo 'relation missing'; exit 5", command: "sleep 302"}
              answers-500: {command: "python3 ready500.py {{port}}", ready: /health, ready_within: 3s}
              port-taken: {target: "http://127.0.0.1:${SEEP_TEST_PORT}", command: "sleep 303"}
              forks-away: {command: "setsid sleep 304 & exit 0", ready: /health}
              ignores-term:
                command: "trap '' TERM; ${SEEP_TEST_LEAKY} --port {{port}} --shape clean & wait; sleep 305"
                ready: /health
                stop: {within: 300ms}
              dies:
                command: "${SEEP_TEST_LEAKY} --port {{port}} --shape clean & while ! grep -q ^1, ${SEEP_TEST_STEPS}/*/dies/steps.csv 2>/dev/null; do sleep 0.05; done; echo 'out of memory'; kill $!"
                ready: /health
              talks:
                command: "(while :; do head -c 3000000 /dev/zero | tr '\\\\0' x; echo; sleep 0.05; done) & exec ${SEEP_TEST_LEAKY} --port {{port}} --shape clean"
                ready: /health
              outside: {target: "http://127.0.0.1:${SEEP_TEST_OUTSIDE}"}
              healthy:
                prepare: test -n "$DATABASE_URL" && echo "$ANSWER" > ${SEEP_TEST_MARK}
                command: exec ${SEEP_TEST_LEAKY} --port {{port}} --shape clean
                env: {ANSWER: "42"}
                ready: /health
            """

        @Test func `each is a row with its reason, the others run, and nothing is left`() async throws {
            let place = try Workplace()
            try TextFile.write(Self.ready500, to: place.path + "/ready500.py")
            let taken = try ScriptedServer { _ in [.response()] }
            let outside = try ScriptedServer { _ in [.response()] }
            let url = try await TestCluster.shared.makeDatabase()
            var environment = TestScenario.environment(url, cache: place.path + "/cache")
            environment["SEEP_TEST_PORT"] = "\(taken.port)"
            environment["SEEP_TEST_OUTSIDE"] = "\(outside.port)"
            environment["SEEP_TEST_MARK"] = place.path + "/mark"
            environment["SEEP_TEST_SETUPS"] = place.path + "/setups"
            environment["SEEP_TEST_STEPS"] = place.results + "/failing"
            let seep = try place.start(["run", try place.scenario(Self.scenario), "--plain"], environment: environment)
            let ended = try await seep.ended(within: .seconds(180))
            let cells = place.cells().filter { $0.name != "charts" }
            expectNothingLeft(of: seep, in: cells)
            #expect(ended.status == 4, "\(ended.said)")
            let table = TextFile.read("\(place.results)/failing/latest/comparison.csv")
            let rows = Dictionary(
                table.split(separator: "\n").map { (String($0.prefix { $0 != "," }), String($0)) }, uniquingKeysWith: { first, _ in first })
            #expect(cells.count == 12)
            for (cell, words) in [
                ("setup-fails", "no matching distribution"), ("setup-fails-too", "no matching distribution"),
                ("not-there", "exit code 127"), ("prepare-fails", "prepare prepare-fails"), ("answers-500", "status 500"),
                ("port-taken", "\(taken.port)"), ("forks-away", "kept in the foreground"), ("dies", "out of memory"),
            ] {
                let failure = TextFile.read("\(place.results)/failing/latest/\(cell)/failure.json")
                #expect(failure.contains(words), "\(cell): \(failure)")
                #expect(rows[cell]?.contains(",4,") == true, "\(cell): \(table)")
            }
            for cell in ["ignores-term", "talks", "outside", "healthy"] {
                #expect(!TextFile.exists("\(place.results)/failing/latest/\(cell)/failure.json"), "\(cell)")
                #expect(rows[cell]?.contains("clean,") == true, "\(rows[cell] ?? "")")
            }
            // The same text is set up once.
            #expect(TextFile.read(place.path + "/setups") == "once\n")
            #expect(ended.said.contains("did not stop in time and was killed"), "\(ended.said)")
            #expect(ended.said.contains("server.log reached its limit of 20 MB"), "\(ended.said)")
            #expect(TextFile.read(place.path + "/mark") == "42\n")
            #expect(taken.seen.requests.isEmpty)
            #expect(outside.seen.requests.count >= 90)
        }

        /// PostgreSQL does not look at the socket of a session while that runs a query.
        @Test func `a server whose sessions outlive it keeps the next from starting in the same database`() async throws {
            let place = try Workplace()
            let url = try await TestCluster.shared.makeDatabase()
            let scenario = try place.scenario(
                """
                name: outlives
                target: http://127.0.0.1:{{port}}
                database: ${SEEP_TEST_DATABASE}
                requests: [{get: /query}]
                load: {concurrency: 4, requests: 20}
                waves: {count: 2, settle: 3s}
                tests: {baseline: off, warm_up: off, unit_dose: off, long_idle: off}
                servers:
                  sleeps: {command: "exec ${SEEP_TEST_LEAKY} --port {{port}} --shape slow-end --after 40s", ready: /health}
                  next: {command: "exec ${SEEP_TEST_LEAKY} --port {{port}} --shape clean", ready: /health}
                """)
            let seep = try place.start(
                ["run", scenario, "--plain"], environment: TestScenario.environment(url, cache: place.path + "/cache"))
            let ended = try await seep.ended(within: .seconds(120))
            expectNothingLeft(of: seep, in: place.cells().filter { $0.name != "charts" })
            let failure = TextFile.read("\(place.results)/outlives/latest/next/failure.json")
            #expect(failure.contains("Not started:") && failure.contains("still in the database 10 s after"), "\(failure) \(ended.said)")
            #expect([1, 4].contains(ended.status), "\(ended.said)")
        }
    }
}
