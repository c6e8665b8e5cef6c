import Glibc
import LinuxIO
import Measurements
import Servers
import TestSupport
import Testing

extension ProgramTests {
    /// SIGKILL, which no program can answer.
    @Suite("killed") struct Kill {
        private static let kills = 50

        private static let values: KeyValuePairs<String, String> = [
            "tests.baseline": "300ms", "tests.warm_up": "600ms", "tests.unit_dose": "3",
            "servers.app.command": "exec ${SEEP_TEST_LEAKY} --port {{port}} --shape per-request", "servers.app.expect": "leak",
        ]

        private func start(_ place: Workplace, _ number: Int) throws -> SeepProcess {
            try place.start(
                [
                    "run", "kill.yaml", "--quick", "--results", "\(place.path)/results-\(number)", "--set",
                    "servers.app.setup=echo \(number)",
                ]
                    + TestScenario.flags(Self.values), environment: TestScenario.environment(cache: place.path + "/cache"))
        }

        /// Two at a time, to be done within the test's time.
        @Test func `at fifty moments, is judged from what is there, and the next start ends what it left`() async throws {
            let place = try Workplace()
            _ = try place.scenario(TestScenario.short, name: "kill.yaml")
            let whole = MonotonicInstant.now
            let complete = try start(place, -1)
            #expect([0, 1, 3].contains(try await complete.ended(within: .seconds(60)).status))
            let length = MonotonicInstant.now - whole
            var random = SplitMix(state: 20_260_213)
            let moments = (0..<Self.kills).map { number in (number, length * Double.random(in: 0...1, using: &random)) }
            let judged = try await withThrowingTaskGroup(of: Int.self) { group in
                for lane in 0..<2 {
                    group.addTask {
                        var judged = 0
                        for (number, moment) in moments where number % 2 == lane {
                            judged += try await kill(place, number, at: moment) ? 1 : 0
                        }
                        return judged
                    }
                }
                return try await group.reduce(0, +)
            }
            // Some were killed before there was anything to judge; most were not.
            #expect(judged >= Self.kills / 3, "\(judged) of \(Self.kills)")
        }

        /// - Returns: whether there was a run to be judged.
        private func kill(_ place: Workplace, _ number: Int, at moment: Duration) async throws -> Bool {
            let seep = try start(place, number)
            try await Task.sleep(for: moment)
            seep.send(SIGKILL)
            let ended = try await seep.ended(within: .seconds(10))
            let run = CellFiles.all(under: "\(place.path)/results-\(number)")
            let folders = run.compactMap(\.postgresFolder)
            var isJudged = false
            for cell in run where TextFile.exists(cell.path + "/run.json") {
                let judged = try await place.seep(["judge", "--json", cell.path], within: .seconds(30))
                #expect([0, 1, 3].contains(judged.status), "kill \(number) after \(moment): \(judged.said)")
                #expect(judged.output == TextFile.read(cell.path + "/verdict.json"), "kill \(number) after \(moment): \(judged.said)")
                if TextFile.exists("\(cell.path)/\(LatencyLog.file)") {
                    let log = try LatencyLogReader.read(directory: cell.path)
                    #expect(!log.endedMidLine, "kill \(number) after \(moment)")
                }
                isJudged = true
            }
            if ended.signal == nil { #expect([0, 1, 3].contains(ended.status), "\(ended.said)") }
            // The next start: it gets as far as a target that is not there.
            let next = try await place.seep(
                ["run", "http://127.0.0.1:1/", "--database", "postgresql://nobody@127.0.0.1:1/none", "--results", "\(place.path)/next"],
                environment: TestScenario.environment(cache: place.path + "/cache"), within: .seconds(20))
            let left = seep.started().map { "\($0.pid) \($0.command)" }
            #expect(left.isEmpty, "kill \(number) after \(moment)")
            for folder in folders { #expect(!TextFile.exists(folder), "kill \(number) after \(moment): \(next.said)") }
            return isJudged
        }
    }
}

/// SplitMix64: the same numbers from the same seed, everywhere.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
