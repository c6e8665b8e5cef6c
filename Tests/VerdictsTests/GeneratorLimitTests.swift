import Measurements
import Scenarios
import Testing

@testable import Verdicts

/// A generator that did not keep up says so, and its figures decide nothing.
@Suite struct GeneratorLimitTests {
    /// Seconds of one thread: its processor share, how late its starts were and how long the server took, in milliseconds.
    static func row(
        _ second: Int, step: Int = 0, cpu: Double = 0.2, late: Double? = nil, service: Double? = 5, load: Double = 1, thread: Int = 0
    ) -> GeneratorRow {
        var row = GeneratorRow(
            time: RunTime(seconds: Double(second)), step: step, thread: thread, load: RunTime(seconds: load),
            cpu: RunTime(seconds: cpu * load))
        row.lateP99 = late.map { Int($0 * 1000) }
        row.serviceP50 = service.map { Int($0 * 1000) }
        return row
    }

    static func isLimited(_ rows: [GeneratorRow], kind: Step.Kind = .wave) -> Bool {
        var gauge = GeneratorGauge()
        for row in rows { gauge.consume(row) }
        gauge.close(step: 0, isWave: kind == .wave)
        return gauge.isLimited()
    }

    @Test(
        arguments: [
            ("idle", 0.2, nil, 5.0, false), ("at the limit of processor time", 0.9, nil, 5, false), ("above it", 0.91, nil, 5, true),
            ("late by less than a millisecond", 0.2, 0.99, 0.1, false), ("late by more", 0.2, 1.1, 0.1, true),
            ("late beside a slow server", 0.2, 40, 500, false), ("late also beside a slow server", 0.2, 51, 500, true),
            ("late while nothing ended", 0.2, 2, nil, true),
        ] as [(String, Double, Double?, Double?, Bool)]) func `each limit is where it is said to be`(
            _ name: String, _ cpu: Double, _ late: Double?, _ service: Double?, _ limited: Bool
        )
    {
        let rows = (1...20).map { Self.row($0, cpu: cpu, late: late, service: service) }
        #expect(Self.isLimited(rows) == limited, "\(name)")
        #expect(!Self.isLimited(rows, kind: .rung), "\(name), in a rung")
    }

    @Test(arguments: [(2, 20, false), (3, 20, true), (1, 5, true), (0, 5, false)])
    func `more than a tenth of the load must be above the limits`(_ busy: Int, _ all: Int, _ limited: Bool) {
        #expect(Self.isLimited((1...all).map { Self.row($0, cpu: $0 <= busy ? 1 : 0.2) }) == limited)
    }

    @Test func `less than a second in all is the beginning, and no limit`() {
        #expect(!Self.isLimited((1...9).map { Self.row($0, cpu: 1, load: 0.1) }))
        #expect(Self.isLimited((1...10).map { Self.row($0, cpu: 1, load: 0.1) }))
    }

    @Test func `one thread of several counts for its part`() {
        func rows(_ busy: Int, of threads: Int) -> [GeneratorRow] {
            (1...10).flatMap { second in (0..<threads).map { Self.row(second, cpu: $0 < busy ? 1 : 0.1, thread: $0) } }
        }
        #expect(Self.isLimited(rows(1, of: 4)))
        #expect(!Self.isLimited(rows(1, of: 12)))
    }

    static let texts = [
        "latency.p99 < 50ms", "latency.p99 < 500ms", "service.p50 < 1ms", "requests.rate > 1/s", "dropped == 0", "errors.rate < 1%",
        "sessions.max < 5",
    ]

    /// Thresholds of every sort after a wave of twenty seconds.
    static func results(cpu: Double) throws -> [Verdict.Threshold] {
        var thresholds = Thresholds(try texts.map { try ThresholdParser.parse($0) })
        for second in 1...20 {
            thresholds.consume(row(second, cpu: cpu))
            thresholds.consume(ThresholdsTests.second(Double(second), 100))
            thresholds.consume(ThresholdsTests.sample(Double(second), 8))
        }
        thresholds.close(step: 0, kind: .wave, load: .seconds(20), floor: 8)
        return thresholds.results
    }

    @Test func `thresholds that a generator at its limits falsifies neither hold nor fail, the others do`() throws {
        let kept = try Self.results(cpu: 0.5)
        #expect(kept.map(\.held) == [false, true, false, true, true, true, false])
        #expect(kept.allSatisfy { $0.untold == nil })
        let limited = try Self.results(cpu: 1)
        #expect(limited.map(\.held) == [nil, nil, nil, nil, nil, true, false])
        #expect(limited.map { $0.untold != nil } == [true, true, true, true, true, false, false])
        #expect(limited.map(\.seen) == kept.map(\.seen))
    }

    @Test(arguments: [0.5, 1]) func `a run at its limits is not ended by a threshold that it falsifies`(_ cpu: Double) throws {
        var threshold = try ThresholdParser.parse("latency.p99 < 50ms")
        threshold.abort = true
        var thresholds = Thresholds([threshold])
        for second in 1...5 {
            thresholds.consume(Self.row(second, cpu: cpu))
            thresholds.consume(ThresholdsTests.second(Double(second), 100))
        }
        #expect((thresholds.aborting(inWave: 0) == nil) == (cpu == 1))
    }
}
