import Foundation
import Scenarios
import Testing

@Suite struct ThresholdTests {
    typealias Expected = (metric: ThresholdMetric, request: String?, comparison: Threshold.Comparison, limit: Double, sustained: Duration?)

    static let right: [(String, Expected)] = [
        ("latency.p99 < 400ms", (.latency(.p99), nil, .below, 400, nil)),
        ("  service.max<=1.5s ", (.service(.max), nil, .atMost, 1500, nil)),
        ("latency.p95{find a page} < 300ms for 10s", (.latency(.p95), "find a page", .below, 300, .seconds(10))),
        ("latency.p50 {GET /x?a={b}} >= 2m", (.latency(.p50), "GET /x?a={b}", .atLeast, 120_000, nil)),
        ("errors.rate < 1%", (.errorsRate, nil, .below, 0.01, nil)),
        ("errors.rate{a < b}==0.25", (.errorsRate, "a < b", .equal, 0.25, nil)),
        ("requests.rate > 90/m for 1h", (.requestsRate, nil, .above, 1.5, .seconds(3600))),
        ("dropped == 0", (.dropped, nil, .equal, 0, nil)),
        ("sessions.max < 60", (.sessionsMax(nil), nil, .below, 60, nil)),
        ("sessions.idle_in_transaction.max == 0", (.sessionsMax(.idleInTransaction), nil, .equal, 0, nil)),
        ("sessions.active.max != 7 for 2s", (.sessionsMax(.active), nil, .unequal, 7, .seconds(2))),
        ("sessions.floor <= 8", (.sessionsFloor, nil, .atMost, 8, nil)),
    ]

    @Test(arguments: right) func `a threshold is read, and its text reads the same`(_ text: String, _ expected: Expected) throws {
        let threshold = try ThresholdParser.parse(text)
        #expect(threshold.metric == expected.metric)
        #expect(threshold.request == expected.request)
        #expect(threshold.comparison == expected.comparison)
        #expect(threshold.limit == expected.limit)
        #expect(threshold.sustained == expected.sustained)
        #expect(try ThresholdParser.parse(threshold.text) == threshold)
    }

    @Test(arguments: [
        ("", 0), ("latency < 4ms", 0), ("latency.p98 < 4ms", 0), ("latency.p99", 11), ("latency.p99 <", 13), ("latency.p99 < 4", 14),
        ("latency.p99 << 4ms", 12), ("latency.p99{x < 4ms", 11), ("sessions.max{x} < 4", 12), ("errors.rate < 101%", 14),
        ("errors.rate < 1.1", 14), ("dropped < -1", 10), ("dropped < 1.5", 10), ("dropped < 1 for", 15), ("dropped < 1 for 1", 16),
        ("dropped < 1 for 25h", 16), ("dropped < 1 for 1s x", 19), ("dropped < 1 x", 12), ("sessions.floor < 1 for 1s", 19),
    ]) func `what is no threshold is told at its place`(_ text: String, _ offset: Int) {
        let problem = #expect(throws: ThresholdParser.Problem.self) { try ThresholdParser.parse(text) }
        #expect(problem?.offset == offset)
    }

    @Test(arguments: ThresholdMetric.all) func `every figure is known by its name`(_ metric: ThresholdMetric) throws {
        let value: [ThresholdMetric.Unit: String] = [.milliseconds: "1ms", .share: "1%", .perSecond: "1/s", .count: "1"]
        let text = try "\(metric.name) < \(#require(value[metric.unit]))"
        #expect(try ThresholdParser.parse(text).metric == metric)
    }

    @Test func `any text is taken or refused within itself`() {
        var random = SplitMix64(seed: 9)
        let pieces = Self.right.flatMap { $0.0.split(separator: " ").map(String.init) } + ["{", "}", " ", "<", "=", "for", "1e9", "é", "%"]
        for _ in 0..<3000 {
            let text = (0...random.below(6)).map { _ in pieces[random.below(pieces.count)] }.joined(
                separator: random.below(2) == 0 ? " " : "")
            do throws(ThresholdParser.Problem) {
                let threshold = try ThresholdParser.parse(text)
                #expect((try? ThresholdParser.parse(threshold.text)) == threshold)
            } catch {
                #expect((0...text.unicodeScalars.count).contains(error.offset))
            }
        }
    }

    @Test func `a scenario's thresholds are read, and survive the record of a run as they are written`() throws {
        let scenario = try read(
            """
            target: http://127.0.0.1:8000
            requests: [{name: find a page, get: /}]
            thresholds:
              - latency.p99 < ${P99:-400ms}
              - {is: "latency.p95{find a page} < 300ms for 10s", abort: true, grace: 30s}
              - {is: dropped == 0, abort: false}
            """)
        #expect(scenario.thresholds.map(\.text) == ["latency.p99 < 400ms", "latency.p95{find a page} < 300ms for 10s", "dropped == 0"])
        #expect(scenario.thresholds.map(\.abort) == [false, true, false])
        #expect(scenario.thresholds.map(\.grace) == [.zero, .seconds(30), .zero])
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try String(decoding: encoder.encode(scenario.thresholds), as: UTF8.self)
        #expect(
            json == #"[{"is":"latency.p99 < 400ms"},{"abort":true,"grace":"30s","is":"latency.p95{find a page} < 300ms for 10s"},"#
                + #"{"is":"dropped == 0"}]"#)
        #expect(try JSONDecoder().decode([Threshold].self, from: Data(json.utf8)) == scenario.thresholds)
    }

    @Test func `a record without thresholds has none, and the record of a request's name shows no secret`() throws {
        let scenario = try read(
            """
            target: http://127.0.0.1:8000
            requests: [{name: "find ${TOKEN}", get: /}]
            thresholds: ["latency.max{find ${TOKEN}} < 1s"]
            """, environment: ["TOKEN": "s3cr3t"])
        #expect(scenario.withoutSecrets.thresholds.map(\.text) == ["latency.max{find ***} < 1s"])
        var old = try #require(JSONSerialization.jsonObject(with: JSONEncoder().encode(scenario)) as? [String: Any])
        #expect(old.removeValue(forKey: "thresholds") != nil)
        #expect(try JSONDecoder().decode(Scenario.self, from: JSONSerialization.data(withJSONObject: old)).thresholds == [])
    }
}
