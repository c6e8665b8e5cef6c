import Glibc
import TestSupport
import Testing
import Verdicts

extension ProgramTests {
    /// What scripts read.
    @Suite("told how to answer") struct Output {
        private func run(
            _ flags: [String], shape: String = "clean", browser: String = ""
        ) async throws -> (ended: SeepProcess.Ended, cell: CellFiles) {
            let url = try await TestCluster.shared.makeDatabase()
            let place = try Workplace()
            let scenario = try place.scenario(TestScenario.short)
            let ended = try await place.seep(
                ["run", scenario, "--set", "servers.app.command=exec ${SEEP_TEST_LEAKY} --port {{port}} --shape \(shape)"] + flags,
                environment: TestScenario.environment(url).merging(["BROWSER": browser]) { $1 })
            return (ended, try place.cell())
        }

        @Test(arguments: [("clean", Int32(0)), ("per-request", 1)])
        func `in JSON, prints verdict.json and nothing else`(_ shape: String, _ status: Int32) async throws {
            let (ended, cell) = try await run(["--json"], shape: shape)
            #expect(ended.status == status, "\(ended.said)")
            #expect(ended.output == TextFile.read(cell.path + "/verdict.json"))
            #expect(try cell.verdict().exitCode == status)
        }

        @Test func `quietly, prints the verdict alone, and shows the report where that is asked for`() async throws {
            let place = try Workplace()
            let browser = try place.scenario("#!/bin/sh\necho \"$1\" > \(place.path)/shown\n", name: "browser")
            #expect(chmod(browser, 0o755) == 0)
            let (ended, cell) = try await run(["--quiet", "--open"], browser: browser)
            for _ in 0..<100 where TextFile.read(place.path + "/shown").isEmpty { try await Task.sleep(for: .milliseconds(50)) }
            #expect(TextFile.read(place.path + "/shown") == cell.path + "/report.html\n")
            #expect(ended.status == 0)
            #expect(ended.output.contains("clean"))
            #expect(ended.output.split(separator: "\n").count < 6, "\(ended.output)")
            #expect(ended.errors == "")
        }

        @Test func `without a terminal, prints lines without escape codes, and latest leads to the files`() async throws {
            let (ended, cell) = try await run(["--open"], browser: "/no/such/browser")
            #expect(ended.status == 0 && ended.errors.contains("cannot be opened: `/no/such/browser` (BROWSER) is not there; it is /"))
            #expect(!ended.said.contains("\u{1B}") && !ended.said.contains("\r"))
            let latest = try #require(cell.place).results + "/short/latest"
            let judged = try await #require(cell.place).seep(["judge", "--json", latest], within: .seconds(20))
            #expect(judged.status == 0)
            #expect(judged.output == TextFile.read(cell.path + "/verdict.json"))
        }
    }
}
