import Measurements
import Scenarios
import Testing

@testable import Verdicts

/// Rows as a run would write them, and what the thresholds make of them.
@Suite struct ThresholdsTests {
    /// One second of a wave in which `count` transfers took `milliseconds`.
    static func second(
        _ time: Double, _ milliseconds: Int, step: Int = 0, count: Int = 10, unexpected: Int = 0, request: String = "a"
    ) -> RequestRow {
        var row = RequestRow(time: RunTime(seconds: time), step: step, request: request, outcome: .success)
        row.done = count
        row.unexpected = unexpected
        let time = milliseconds * 1000
        row.latency = RequestRow.Quantiles(p50: time, p95: time, p99: time, max: time)
        row.service = RequestRow.Quantiles(p50: 1000, p95: 1000, p99: 1000, max: 1000)
        return row
    }

    static func sample(_ time: Double, _ total: Int?, step: Int = 0, inTransaction: Int? = nil) -> ConnectionRow {
        var row = ConnectionRow(time: RunTime(seconds: time), step: step, note: total == nil ? "gap" : "")
        row.total = total
        row.idleInTransaction = inTransaction
        return row
    }

    /// The thresholds of these texts after a wave of these rows.
    static func wave(
        _ texts: [String], _ rows: [RequestRow], samples: [ConnectionRow] = [], kind: Step.Kind = .wave, abort: Bool = false,
        grace: Duration = .zero
    ) throws -> Thresholds {
        var thresholds = Thresholds(
            try texts.map { text in
                var threshold = try ThresholdParser.parse(text)
                threshold.abort = abort
                threshold.grace = grace
                return threshold
            })
        for row in rows { thresholds.consume(row) }
        for row in samples { thresholds.consume(row) }
        let first = rows.first?.time ?? .zero, last = rows.last?.time ?? .zero
        thresholds.close(step: 0, kind: kind, load: last - first + .seconds(1), floor: samples.last?.total)
        return thresholds
    }

    static let steady = (1...20).map { second(Double($0), 100, unexpected: $0 == 3 ? 2 : 0) }

    @Test(arguments: [
        ("latency.p99 < 101ms", true, 100.0), ("latency.p99 < 100ms", false, 100), ("latency.max <= 100ms", true, 100),
        ("service.p50 <= 1ms", true, 1), ("errors.rate <= 1%", true, 0.01), ("errors.rate < 1%", false, 0.01),
        ("requests.rate >= 10/s", true, 10), ("requests.rate > 10/s", false, 10), ("dropped == 0", true, 0),
        ("latency.p95{a} < 200ms", true, 100), ("errors.rate != 0.5", true, 0.01),
    ]) func `the figure of the waves is compared`(_ text: String, _ held: Bool, _ seen: Double) throws {
        let result = try #require(try Self.wave([text], Self.steady).results.first)
        #expect(result.held == held)
        #expect(result.seen == seen)
    }

    @Test func `what nothing was seen for is neither held nor failed`() throws {
        let texts = ["latency.p99{b} < 1s", "sessions.max < 5", "sessions.idle_in_transaction.max == 0"]
        #expect(try Self.wave(texts, Self.steady).results.map(\.held) == [nil, nil, nil])
        #expect(try Self.wave(["latency.p99 < 1s", "dropped == 0"], Self.steady, kind: .rung).results.map(\.held) == [nil, nil])
    }

    @Test(arguments: [9, 10, 11]) func `a threshold with for fails after so many seconds in a row, not before`(_ slow: Int) throws {
        let rows = (1...30).map { Self.second(Double($0), $0 > 5 && $0 <= 5 + slow ? 400 + $0 : 100) }
        let result = try #require(try Self.wave(["latency.p95 < 300ms for 10s"], rows).results.first)
        #expect(result.held == (slow < 10))
        #expect(result.seen == (slow < 10 ? nil : 415))
        let broken = rows.map { $0.time.seconds == 10 ? Self.second(10, 100) : $0 }
        #expect(try Self.wave(["latency.p95 < 300ms for 10s"], broken).results.first?.held == true)
    }

    @Test func `seconds in which nothing ends neither end nor make a streak, and are a rate of 0`() throws {
        let stalled = (1...5).map { Self.second(Double($0), $0 == 5 ? 900 : 100) } + [Self.second(16, 11_000), Self.second(17, 100)]
        let texts = [
            "latency.p95 < 300ms for 10s", "latency.p95 < 300ms for 13s", "requests.rate > 5/s for 10s", "requests.rate > 5/s for 11s",
        ]
        #expect(try Self.wave(texts, stalled).results.map(\.held) == [false, true, false, true])
    }

    @Test func `a streak does not go on from one wave to the next`() throws {
        var thresholds = Thresholds([try ThresholdParser.parse("latency.p95 < 300ms for 10s")])
        for (step, start) in [(0, 0), (1, 20)] {
            for second in 1...6 { thresholds.consume(Self.second(Double(start + second), 900, step: step)) }
            thresholds.close(step: step, kind: .wave, load: .seconds(6), floor: nil)
        }
        #expect(thresholds.results.first?.held == true)
    }

    @Test func `sessions are those of all samples, and a gap changes nothing`() throws {
        let samples = (0..<100).map { (tenth: Int) -> ConnectionRow in
            let total: Int? = tenth == 50 ? nil : (40...60).contains(tenth) ? 70 : 8
            return Self.sample(Double(tenth) / 10, total, inTransaction: tenth == 3 ? 1 : 0)
        }
        let texts = [
            "sessions.max < 70", "sessions.max <= 70", "sessions.max < 60 for 2s", "sessions.max < 60 for 3s", "sessions.floor <= 8",
            "sessions.idle_in_transaction.max == 0", "sessions.active.max < 1",
        ]
        let results = try Self.wave(texts, [], samples: samples, kind: .baseline).results
        #expect(results.map(\.held) == [false, true, false, true, true, false, nil])
        #expect(results.map(\.seen) == [70, 70, 70, nil, 8, 1, nil])
    }

    @Test func `one that aborts fails as soon as it is seen, after its grace, and stays failed`() throws {
        let rows = (1...20).map { Self.second(Double($0), $0 <= 4 ? 900 : 100, count: $0 <= 4 ? 10 : 1000) }
        let text = ["latency.p95 < 300ms"]
        #expect(try Self.wave(text, rows).results.first?.held == true)
        #expect(try Self.wave(text, rows, abort: true).results.first?.held == false)
        #expect(try Self.wave(text, rows, abort: true, grace: .seconds(5)).results.first?.held == true)
        var live = try Self.wave(text, [], abort: true)
        live.consume(rows[0])
        #expect(live.aborting(inWave: 0) == nil)
        live.consume(rows[1])
        #expect(live.aborting(inWave: 0)?.text == text[0])
        #expect(live.aborting(inWave: nil) == nil)
    }

    @Test func `no quantile is told below the true one, nor above the largest of the seconds' own`() {
        var random = SplitMix(state: 4)
        for _ in 0..<50 {
            var points = KnownPoints()
            var all: [Int] = []
            var largest = [50: 0, 95: 0, 99: 0]
            for _ in 0..<Int.random(in: 1...30, using: &random) {
                let scale = Int.random(in: 10...1_000_000, using: &random)
                let times = (0..<Int.random(in: 1...300, using: &random)).map { _ in Int.random(in: 1...scale, using: &random) }.sorted()
                func quantile(_ percent: Int) -> Int { times[(times.count * percent + 99) / 100 - 1] }
                points.add(
                    RequestRow.Quantiles(p50: quantile(50), p95: quantile(95), p99: quantile(99), max: times[times.count - 1]),
                    of: times.count)
                for percent in largest.keys { largest[percent] = max(largest[percent] ?? 0, quantile(percent)) }
                all += times
            }
            all.sort()
            #expect(points.total == all.count)
            #expect(points.quantile(percent: 100) == all.last)
            for (percent, most) in largest {
                let told = points.quantile(percent: percent) ?? 0
                #expect(told >= all[(all.count * percent + 99) / 100 - 1])
                #expect(Double(told) <= Double(most) * 1.001 + 1)
            }
        }
    }

    @Test(arguments: [(0, 0), (1, 1), (2047, 2047), (2048, 2048), (2049, 2050), (4095, 4096), (4097, 4100), (1_000_001, 1_000_448)])
    func `times are kept to three digits, rounded up`(_ value: Int, _ kept: Int) {
        #expect(KnownPoints.bucket(value) == kept)
    }
}

/// What a threshold does to a verdict.
@Suite struct ThresholdVerdictTests {
    static func facts(_ texts: [String], expected: String? = nil) throws -> RunFacts {
        var facts = JudgeTests.facts(quick: true)
        facts.thresholds = try texts.map(ThresholdParser.parse)
        facts.expected = expected
        return facts
    }

    @Test(
        arguments: [
            (["sessions.max < 1"], nil, false, 0), (["sessions.max > 1"], nil, false, 1),
            (["sessions.max > 1", "sessions.max < 1"], nil, false, 1),
            (["latency.p99 < 1s"], nil, false, 3), (["latency.p99 < 1s", "sessions.max > 1"], nil, false, 1),
            (["sessions.max < 5"], "leak", true, 1), (["sessions.max < 990"], "leak", true, 0), (["sessions.max < 990"], nil, true, 1),
        ] as [([String], String?, Bool, Int32)])
    func `a threshold that failed makes exit code 1, one that nothing tells 3, and the verdict stays`(
        _ texts: [String], _ expected: String?, _ leaks: Bool, _ exit: Int32
    ) throws {
        let verdict = SimulatedRun(facts: try Self.facts(texts, expected: expected)) { run, _, _ in if leaks { run.open() } }.run()
        #expect(verdict.verdict == (leaks ? .leak : .clean))
        #expect(verdict.exitCode == exit)
        #expect(verdict.thresholds.map(\.text) == texts)
    }

    @Test func `a run that a threshold ended is judged from what there is, and fails`() throws {
        var judge = Judge(facts: try Self.facts([]))
        let run = SimulatedRun(facts: judge.facts) { _, _, _ in }
        _ = run.run(limit: 3)
        judge = run.judge
        judge.consume(
            StepRow(
                step: 3, kind: .wave, planned: nil, given: 0, concurrency: 8, connections: .reused, start: RunTime(seconds: 50),
                loadEnd: RunTime(seconds: 51), end: RunTime(seconds: 52), ended: .threshold, why: ""))
        let verdict = judge.verdictNow()
        #expect(verdict.exitCode == 1)
        #expect(verdict.verdict == .inconclusive)
        #expect(verdict.flags.contains(.cutShort))
        #expect(verdict.reason.contains("A threshold ended the run in step 3 (wave)"))
    }
}
