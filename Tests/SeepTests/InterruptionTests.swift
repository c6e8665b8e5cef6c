import Glibc
import LinuxIO
import Measurements
import TestSupport
import Testing

extension ProgramTests {
    /// Signals in the middle of a run.
    @Suite("told to stop") struct Interruption {
        /// A run in the middle of a step of one kind.
        struct Moment: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let kind: Step.Kind
            let values: KeyValuePairs<String, String>
            /// Whether the moment has come, from the rows so far.
            let hasCome: @Sendable (CellFiles) throws -> Bool
        }

        private static let moments = [
            Moment(
                testDescription: "in the baseline", kind: .baseline, values: ["tests.baseline": "20s"],
                hasCome: { try $0.connections.count > 5 }),
            Moment(
                testDescription: "in a rung", kind: .rung, values: ["tests.warm_up": "20s", "requests.0.get": "/slow"],
                hasCome: { try $0.connections.contains { $0.step == 0 && ($0.active ?? 0) > 0 } }),
            Moment(
                testDescription: "in a wave", kind: .wave, values: ["load.requests": "1000", "requests.0.get": "/slow"],
                hasCome: { try $0.connections.contains { $0.step == 0 && ($0.active ?? 0) > 0 } }),
            Moment(
                testDescription: "in a settle", kind: .wave, values: ["waves.settle": "20s"],
                hasCome: {
                    try ($0.requests.last { $0.done > 0 }?.time).map { $0 + .seconds(1) } ?? .max < $0.connections.last?.time ?? .zero
                }),
            Moment(
                testDescription: "in a unit dose", kind: .unit,
                values: [
                    // Two waves are enough to tell, so that nothing comes between them and the unit dose.
                    "tests.unit_dose": "20", "load.requests": "12", "servers.app.pool": "2",
                    "servers.app.command": "exec ${SEEP_TEST_LEAKY} --port {{port}} --shape per-request",
                ],
                hasCome: { cell in
                    let steps = try cell.steps.count
                    return try steps >= 2 && cell.connections.filter { $0.step == steps }.count > 5
                        && cell.requests.last { $0.done > 0 }?.step == steps
                }),
        ]

        @Test(arguments: moments, [SIGINT, SIGTERM]) func `ends with its files whole, judged, and nothing left`(
            _ moment: Moment, _ signal: Int32
        ) async throws {
            let place = try Workplace()
            let scenario = try place.scenario(TestScenario.short)
            let seep = try place.start(
                ["run", scenario] + TestScenario.flags(moment.values),
                environment: TestScenario.environment(cache: place.path + "/cache"))
            try await wait(for: moment.testDescription, while: seep) { try place.cells().first.map(moment.hasCome) ?? false }
            seep.send(signal)
            let ended = try await seep.ended(within: .seconds(10))
            #expect(ended.status == (signal == SIGTERM ? 143 : 130), "\(ended.said)")
            let cell = try place.cell()
            expectNothingLeft(of: seep, in: [cell])
            let last = try #require(try cell.steps.last)
            #expect(last.kind == moment.kind)
            #expect(last.ended == .interrupted)
            try await expectJudgedAlike(cell, place)
        }

        /// Moments before the first step.
        private static let early: [(String, KeyValuePairs<String, String>, String)] = [
            ("in the setup", ["servers.app.setup": "sleep 272"], "272"),
            ("before the server is ready", ["servers.app.command": "exec sleep 273"], "273"),
        ]

        @Test(arguments: early.indices) func `before the first step, ends at once with nothing left`(_ index: Int) async throws {
            let (what, values, mark) = Self.early[index]
            let place = try Workplace()
            let scenario = try place.scenario(TestScenario.short)
            let seep = try place.start(
                ["run", scenario] + TestScenario.flags(values), environment: TestScenario.environment(cache: place.path + "/cache"))
            try await wait(for: what, while: seep) { seep.started().contains { Proc.commandLine($0.pid)?.last == mark } }
            seep.send(SIGINT)
            let ended = try await seep.ended(within: .seconds(10))
            #expect(ended.status == 130, "\(ended.said)")
            expectNothingLeft(of: seep, in: place.cells())
        }

        @Test(arguments: ["--shape clean", "--shape clean & trap '' TERM; wait; sleep 274"])
        func `twice, stops at once and leaves nothing, whatever the server does`(_ shape: String) async throws {
            let place = try Workplace()
            let scenario = try place.scenario(TestScenario.short)
            let seep = try place.start(
                ["run", scenario]
                    + TestScenario.flags([
                        "servers.app.command": "trap '' TERM; ${SEEP_TEST_LEAKY} --port {{port}} \(shape)",
                        "servers.app.stop.within": "30s",
                        "waves.settle": "20s",
                    ]), environment: TestScenario.environment(cache: place.path + "/cache"))
            try await wait(for: "the first step", while: seep) { try place.cells().first.map { try $0.connections.count > 3 } ?? false }
            seep.send(SIGINT)
            try await Task.sleep(for: .milliseconds(100))
            let second = MonotonicInstant.now
            seep.send(SIGINT)
            let ended = try await seep.ended(within: .seconds(10))
            #expect(.now - second < .seconds(5), "\(MonotonicInstant.now - second)")
            #expect(ended.status == 130, "\(ended.said)")
            expectNothingLeft(of: seep, in: place.cells())
            #expect(try place.cell().brokenFiles.isEmpty)
        }
    }
}

extension RunTime {
    fileprivate static let max = RunTime(microseconds: .max)
}
