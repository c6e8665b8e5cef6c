import Measurements
import TestSupport
import Testing
import Verdicts

extension ProgramTests {
    /// A target that answers badly, or not at all.
    @Suite("before a target") struct Target {
        struct Case: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let outcome: Outcome
            let script: @Sendable (ScriptedServer.Request) -> [ScriptedServer.Action]
        }

        private static let cases = [
            Case(testDescription: "resets", outcome: .cut) { _ in [.reset] },
            Case(testDescription: "hangs up before its answer is whole", outcome: .cut) { _ in
                [.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), .close]
            },
            Case(testDescription: "never answers", outcome: .timeout) { _ in [.hang] },
            Case(testDescription: "answers rubbish", outcome: .garbled) { _ in [.text("220 mail.example ESMTP\r\n\r\n"), .close] },
            Case(testDescription: "answers 500", outcome: .serverError) { _ in [.response(500)] },
        ]

        private func scenario(_ requests: String, _ port: Int) -> String {
            """
            name: bad target
            target: http://127.0.0.1:\(port)
            database: ${SEEP_TEST_DATABASE}
            http: {timeout: 250ms}
            requests: [\(requests)]
            load: {concurrency: 4, requests: 20}
            waves: {count: 2, settle: 300ms}
            tests: {baseline: off, warm_up: off, unit_dose: off, long_idle: off}
            """
        }

        private func run(_ requests: String, port: Int) async throws -> (SeepProcess.Ended, CellFiles, Workplace) {
            let database = try await TestCluster.shared.makeDatabase()
            let place = try Workplace()
            let path = try place.scenario(scenario(requests, port))
            let ended = try await place.seep(["run", path], environment: TestScenario.environment(database), within: .seconds(60))
            return (ended, try place.cell(), place)
        }

        @Test(arguments: cases) func `that answers half of the time, counts the rest by class and goes on`(_ test: Case) async throws {
            let server = try ScriptedServer { request in request.target == "/good" ? [.response()] : test.script(request) }
            let (ended, cell, place) = try await run("{get: /good}, {get: /bad}", port: server.port)
            #expect(ended.status == 0, "\(ended.said)")
            #expect(try cell.outcomes() == [.success: 20, test.outcome: 20])
            #expect(try cell.verdict().unexpected == 20)
            #expect(try cell.steps.map(\.ended) == [.completed, .completed])
            try await expectJudgedAlike(cell, place)
        }

        @Test(arguments: cases) func `that never answers well, comes to no verdict and says how it answered`(_ test: Case) async throws {
            let server = try ScriptedServer(test.script)
            let (ended, cell, place) = try await run("{get: /bad}", port: server.port)
            #expect(ended.status == 3, "\(ended.said)")
            let verdict = try cell.verdict()
            #expect(verdict.verdict == .inconclusive)
            #expect(verdict.reason.contains("\(test.outcome.rawValue)"), "\(verdict.reason)")
            #expect(try cell.outcomes().keys.elementsEqual([test.outcome]))
            try await expectJudgedAlike(cell, place)
        }

        @Test(arguments: [20, 3]) func `that refuses, comes to no verdict however few the requests`(_ requests: Int) async throws {
            let database = try await TestCluster.shared.makeDatabase()
            let place = try Workplace()
            let path = try place.scenario(scenario("{get: /}", try ScriptedServer.freePort()))
            let ended = try await place.seep(
                ["run", path, "--set", "load.requests=\(requests)"], environment: TestScenario.environment(database), within: .seconds(60))
            #expect(ended.status == 3, "\(ended.said)")
            let cell = try place.cell()
            #expect(try cell.outcomes().keys.elementsEqual([.refused]))
            #expect(try cell.verdict().reason.contains("refused"))
        }
    }
}
