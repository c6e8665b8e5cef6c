import Foundation
import Glibc
import LinuxIO
import TestSupport
import Testing
import Verdicts

extension ProgramTests {
    /// Servers × matrix × repeats: one that leaks, one that is healthy, one that does not start.
    @Suite("with a matrix") struct Matrix {
        private static let scenario = """
            name: cells
            target: http://127.0.0.1:{{port}}
            database: ${SEEP_TEST_DATABASE}
            requests: [{get: /query}]
            load: {concurrency: 4, requests: 40}
            waves: {count: 2, settle: 400ms}
            tests: {baseline: off, warm_up: 600ms, unit_dose: 4, long_idle: off}
            servers:
              app:
                command: exec ${SEEP_TEST_LEAKY} --port {{port}} --shape {{matrix.shape}} --threads {{threads}}
                ready: /health
                workers: 1
                threads: 4
                expect: "{{matrix.want}}"
                stop: {signal: TERM, within: 2s}
              broken:
                command: echo 'no module named app' >&2; exit 7
                ready: /health
            matrix:
              shape: [clean, per-request]
              exclude: [{server: broken, shape: clean}]
              include: [{shape: per-request, want: leak}]
            """

        private static let cells = ["app.shape=clean", "app.shape=per-request", "broken.shape=per-request"]

        /// The folders of the one run, which the chart is not among.
        private func cells(_ place: Workplace) -> [CellFiles] { place.cells().filter { $0.name != "charts" } }

        private func run(_ place: Workplace, _ flags: [String] = [], text: String = Self.scenario) async throws -> SeepProcess.Ended {
            let scenario = try place.scenario(text)
            let seep = try place.start(
                ["run", scenario, "--plain"] + flags, environment: TestScenario.environment("throwaway", cache: place.path + "/cache"))
            let ended = try await seep.ended(within: .seconds(180))
            expectNothingLeft(of: seep, in: cells(place))
            return ended
        }

        private func comparison(_ path: String) throws -> Comparison {
            try JSONDecoder().decode(Comparison.self, from: Data(contentsOf: URL(fileURLWithPath: path + "/comparison.json")))
        }

        @Test func `--list prints the cells with what is wanted, and runs nothing`() async throws {
            let place = try Workplace()
            let ended = try await run(place, ["--list", "--repeat", "2"])
            #expect(ended.status == 0, "\(ended.said)")
            #expect(
                ended.output.split(separator: "\n").map {
                    $0.split(separator: " ", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                }
                    == [
                        ["app.shape=clean.r1", "wanted: clean or bounded"], ["app.shape=per-request.r1", "wanted: leak"],
                        ["broken.shape=per-request.r1", "wanted: clean or bounded"], ["app.shape=per-request.r2", "wanted: leak"],
                        ["broken.shape=per-request.r2", "wanted: clean or bounded"], ["app.shape=clean.r2", "wanted: clean or bounded"],
                    ])
            #expect(place.cells().isEmpty)
        }

        @Test func `judges every cell, keeps the row of the one that does not start, and compares them`() async throws {
            let place = try Workplace()
            let ended = try await run(place)
            #expect(ended.status == 4, "\(ended.said)")
            #expect(cells(place).map(\.name) == Self.cells)
            #expect(try cells(place)[0].verdict().verdict == .clean, "\(ended.said)")
            #expect(try cells(place)[1].verdict().verdict == .leak, "\(ended.said)")
            #expect(!TextFile.exists(cells(place)[2].path + "/verdict.json"))
            let run = "\(place.results)/cells/latest"
            let compared = try comparison(run)
            #expect(compared.cells.map(\.verdict) == [.clean, .leak, nil])
            #expect(compared.cells[2].failure?.contains("no module named app") == true)
            #expect(compared.cells[1][.sessions].map { $0 > 0.5 } == true)
            #expect(compared.cells[0][.memory].map { $0 > 1 } == true)
            #expect(compared.cells.prefix(2).allSatisfy { $0[.cpu] != nil && $0[.latencyP99] != nil && $0[.requestsPerSecond] != nil })
            #expect(compared.differences.allSatisfy { $0.claim == nil })
            let junit = TextFile.read(run + "/junit.xml")
            #expect(junit.contains("tests=\"3\" failures=\"0\" errors=\"1\""), "\(junit)")
            #expect(TextFile.read(run + "/comparison.csv").split(separator: "\n").count >= 4)
            #expect(TextFile.read(run + "/report.html").contains("no module named app"))
            // The reports are the same when they are written again from the files.
            let before = TextFile.read(run + "/comparison.json")
            let again = try await place.seep(["report", run])
            #expect(again.status == 0, "\(again.said)")
            #expect(TextFile.read(run + "/comparison.json") == before)
            let table = try await place.seep(["compare", run, cells(place)[0].path])
            #expect(table.status == 0 && table.output.contains("no verdict"), "\(table.said)")
        }

        @Test func `--only runs the cells with this value, and a value that is not there is told`() async throws {
            let place = try Workplace()
            let ended = try await run(place, ["--only", "shape=cl*"])
            #expect(ended.status == 0, "\(ended.said)")
            #expect(cells(place).map(\.name) == ["app.shape=clean"])
            let wrong = try await run(place, ["--only", "shape=x"])
            #expect(wrong.status == 2)
            #expect(wrong.said.contains("clean, per-request"), "\(wrong.said)")
        }

        @Test func `--resume goes on after a kill, takes what is complete, and refuses another scenario`() async throws {
            let place = try Workplace()
            let scenario = try place.scenario(Self.scenario)
            let environment = TestScenario.environment("throwaway", cache: place.path + "/cache")
            let none = try await place.seep(["run", scenario, "--resume"], environment: environment)
            #expect(none.status == 2 && none.said.contains("no run to go on with"), "\(none.said)")
            let seep = try place.start(["run", scenario, "--plain"], environment: environment)
            try await wait(for: "the second cell", while: seep) {
                try place.cells().contains { $0.name == Self.cells[1] } && place.cells()[1].connections.count > 3
            }
            seep.send(SIGKILL)
            _ = try await seep.ended(within: .seconds(10))
            let first = TextFile.read("\(place.results)/cells/latest/\(Self.cells[0])/verdict.json")
            #expect(!first.isEmpty)
            let ended = try await run(place, ["--resume"])
            #expect(ended.status == 4, "\(ended.said)")
            #expect(ended.said.contains("taken from the run before: clean"), "\(ended.said)")
            #expect(cells(place).map(\.name) == Self.cells)
            #expect(TextFile.read("\(place.results)/cells/latest/\(Self.cells[0])/verdict.json") == first)
            #expect(try cells(place)[1].verdict().verdict == .leak)
            #expect(try comparison("\(place.results)/cells/latest").cells.count == 3)
            let changed = try await run(place, ["--resume", "--set", "waves.count=3", "--seed", "5"])
            #expect(changed.status == 2)
            #expect(changed.said.contains("`waves`") && changed.said.contains("--seed (1 then, 5 now)"), "\(changed.said)")
        }

        @Test func `--baseline ends with 1 when a cell leaks that did not, and with 0 when nothing is worse`() async throws {
            let place = try Workplace()
            let healthy = Self.scenario.replacing("--shape {{matrix.shape}}", with: "--shape ${SEEP_TEST_SHAPE:-clean}")
                .replacing("\"{{matrix.want}}\"", with: "${SEEP_TEST_WANT:-clean}")
            let recorded = try await run(place, ["--only", "shape=clean"], text: healthy)
            #expect(recorded.status == 0, "\(recorded.said)")
            let baseline = cells(place)[0].path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
            let same = try await run(place, ["--only", "shape=clean", "--baseline", baseline], text: healthy)
            #expect(same.status == 0, "\(same.said)")
            #expect(same.said.contains("nothing is worse beyond noise"), "\(same.said)")
            // Wanted, and worse all the same.
            let leaking = healthy.replacing(":-clean}", with: ":-per-request}").replacing("${SEEP_TEST_WANT:-per-request}", with: "leak")
            let worse = try await run(place, ["--only", "shape=clean", "--baseline", baseline], text: leaking)
            #expect(worse.status == 1, "\(worse.said)")
            #expect(worse.said.contains("app.shape=clean: leak, was clean"), "\(worse.said)")
            let said = try comparison("\(place.results)/cells/latest").baseline
            #expect(said?.regressions.map(\.what) == ["verdict"])
            let missing = try await run(place, ["--baseline", place.path + "/nowhere"], text: healthy)
            #expect(missing.status == 2 && missing.said.contains("holds no run"), "\(missing.said)")
        }
    }
}
