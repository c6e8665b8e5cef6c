import Glibc
import LinuxIO
import Measurements
import TestSupport
import Testing

extension ProgramTests {
    /// A server under test that does not do as it should.
    @Suite("with a server") struct ServerUnderTest {
        private func run(
            _ values: KeyValuePairs<String, String>, database: String = "throwaway"
        ) async throws -> (ended: SeepProcess.Ended, cell: CellFiles, place: Workplace, seep: SeepProcess) {
            let place = try Workplace()
            let scenario = try place.scenario(TestScenario.short)
            let seep = try place.start(
                ["run", scenario] + TestScenario.flags(values),
                environment: TestScenario.environment(database, cache: place.path + "/cache"))
            let ended = try await seep.ended(within: .seconds(60))
            let cell = try place.cell()
            expectNothingLeft(of: seep, in: [cell])
            return (ended, cell, place, seep)
        }

        private static let leaky = "exec ${SEEP_TEST_LEAKY} --port {{port}} --shape clean"

        @Test func `that exits at start, ends with 4 and shows its last lines`() async throws {
            let run = try await run(["servers.app.command": "echo loading; echo 'no module named app' >&2; exit 7"])
            #expect(run.ended.status == 4)
            for words in ["start app", "exit code 7", "no module named app"] {
                #expect(run.ended.said.contains(words), "\(run.ended.said)")
            }
            #expect(TextFile.read(run.cell.path + "/server.log").contains("no module named app"))
        }

        @Test func `that is never ready, ends with 4 and shows its last lines`() async throws {
            let run = try await run([
                "servers.app.command": "echo still loading; sleep 300", "servers.app.ready_within": "500ms",
            ])
            #expect(run.ended.status == 4)
            for words in ["start app", "not ready after 0.5 s", "still loading"] {
                #expect(run.ended.said.contains(words), "\(run.ended.said)")
            }
        }

        @Test func `whose setup fails, ends with 4 and shows what it printed`() async throws {
            let run = try await run(["servers.app.setup": "echo 'no matching distribution' >&2; exit 1"])
            #expect(run.ended.status == 4)
            for words in ["set up app", "no matching distribution", "setup.log"] {
                #expect(run.ended.said.contains(words), "\(run.ended.said)")
            }
        }

        @Test func `that goes away in the middle, ends with 4 and shows its last lines`() async throws {
            let run = try await run([
                "servers.app.command": "${SEEP_TEST_LEAKY} --port {{port}} --shape clean & sleep 1; echo 'out of memory'; kill $!",
                "waves.settle": "20s",
            ])
            #expect(run.ended.status == 4, "\(run.ended.said)")
            #expect(run.ended.said.contains("out of memory"), "\(run.ended.said)")
            #expect(try run.cell.steps.last?.ended == .serverDied)
            #expect(run.cell.brokenFiles.isEmpty)
        }

        @Test func `that ignores its signal, is killed after its time, and the run counts`() async throws {
            let run = try await run([
                "servers.app.command": "trap '' TERM; ${SEEP_TEST_LEAKY} --port {{port}} --shape clean & wait; sleep 300",
                "servers.app.stop.within": "300ms",
            ])
            #expect(run.ended.status == 0, "\(run.ended.said)")
            #expect(run.ended.said.contains("did not stop in time and was killed"), "\(run.ended.said)")
        }

        @Test func `that leaves a child in a session of its own, has it ended and named`() async throws {
            let run = try await run(["servers.app.command": "setsid sleep 271 & \(Self.leaky)"])
            #expect(run.ended.status == 0, "\(run.ended.said)")
            #expect(run.ended.said.contains("sleep 271") && run.ended.said.contains("which Seep ended"), "\(run.ended.said)")
        }

        @Test func `whose port is taken, ends with 4 and names the holder`() async throws {
            let holder = try ScriptedServer { _ in [.response()] }
            let run = try await run(["target": "http://127.0.0.1:\(holder.port)", "servers.app.command": "sleep 300"])
            #expect(run.ended.status == 4, "\(run.ended.said)")
            #expect(run.ended.said.contains("\(holder.port)") && run.ended.said.contains("\(getpid())"), "\(run.ended.said)")
            #expect(holder.seen.requests.isEmpty)
        }

        @Test func `is set up once, and not again by the second run`() async throws {
            let place = try Workplace()
            let scenario = try place.scenario(TestScenario.short)
            let url = try await TestCluster.shared.makeDatabase()
            for _ in 0..<2 {
                let ended = try await place.seep(
                    ["run", scenario, "--set", "servers.app.setup=echo once >> $SEEP_TEST_SETUPS"],
                    environment: TestScenario.environment(url, cache: place.path + "/cache").merging(
                        ["SEEP_TEST_SETUPS": place.path + "/setups"]) { $1 })
                #expect(ended.status == 0, "\(ended.said)")
            }
            #expect(TextFile.read(place.path + "/setups") == "once\n")
            #expect(place.cells().count == 2)
            for cell in place.cells() { try await expectJudgedAlike(cell, place) }
        }
    }
}
