import Foundation
import Measurements
import TestSupport
import Testing
import Verdicts

/// What a run says of the generator, and of an open load, with several load threads.
extension ProgramTests {
    @Suite struct GeneratorTests {
        @Test func `an open load on three threads says what was due and sent, and is judged again to the same`() async throws {
            let url = try await TestCluster.shared.makeDatabase()
            let place = try Workplace()
            let load = #"[{rate: 60/s, duration: 1s, max_in_flight: 30}]"#
            let path = try place.scenario(
                TestScenario.short.replacing("load: {concurrency: 4, requests: 40}", with: "load: \(load)") + "\nthresholds: [dropped == 0]"
            )
            let ended = try await place.seep(
                ["run", path, "--threads", "3", "--plain"], environment: TestScenario.environment(url))
            let cell = try place.cell()
            let verdict = try cell.verdict()
            #expect(verdict.verdict == .clean, "\(ended.said)")
            let waves = try cell.steps.filter { $0.kind == .wave }
            let given = waves.reduce(0) { $0 + $1.given }
            let dropped = try cell.requests.reduce(0) { $0 + $1.dropped }
            #expect(given + dropped == 60 * waves.count)
            #expect(ended.output.contains("arrivals"), "\(ended.output)")
            #expect(ended.output.contains("of \(60 * waves.count) due"), "\(ended.output)")
            let rows: [GeneratorRow] = try cell.rows()
            #expect(Set(rows.map(\.thread)) == [0, 1, 2])
            #expect(rows.reduce(0) { $0 + $1.started } == given)
            let log = try LatencyLogReader.read(directory: cell.path)
            #expect(log.sum { $0.kind == .latency }.map { Int($0.total) } == given)
            #expect(verdict.generator != nil)
            #expect(verdict.flags.contains(.generatorLimited) == verdict.thresholds.contains { $0.untold != nil })
            let before = try cell.verdictBytes()
            try FileManager.default.removeItem(atPath: cell.path + "/verdict.json")
            let judged = try await place.seep(["judge", cell.path])
            #expect(judged.status == ended.status, "\(judged.said)")
            #expect(try cell.verdictBytes() == before)
        }

        @Test(arguments: ["0", "65", "two"]) func `a number of threads that cannot be is refused`(_ number: String) async throws {
            let place = try Workplace()
            let ended = try await place.seep(["run", "nothing.yaml", "--threads", number])
            #expect(ended.status == 2)
            #expect(ended.errors.contains("--threads"), "\(ended.said)")
        }
    }
}
