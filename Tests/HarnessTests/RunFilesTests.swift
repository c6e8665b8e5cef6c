import Foundation
import Measurements
import Scenarios
import Testing

@testable import Harness
@testable import Verdicts

@Suite("The JSON files of a run") struct RunFilesTests {
    private static let scenario = """
        name: shop
        target: http://127.0.0.1:{{port}}
        authorized: true
        database: {url: "postgresql://me:hunter2@127.0.0.1/shop", every: 250ms, sessions: {role: me}, budget: 30}
        http: {timeout: 2500ms, headers: {Authorization: "Bearer hunter2", Accept: [a, b]}}
        requests:
          - {name: find, get: "/find?q=a", weight: 6, follow: 3, expect: {status: [200, 404]}}
          - {post: /log-in, json: {"user": "u", "deep": {"list": [1, 2.50, null, true]}}}
          - {put: /form, form: {b: 1, a: [x, y]}}
        load: [{concurrency: 8, requests: 101}, {rate: 10/s, duration: 90s, max_in_flight: 50}]
        tests: {long_idle: off}
        servers:
          app: {setup: make, command: "serve {{port}} {{cache}}", env: {A: "{{workers}}", TOKEN: hunter2}, ready: /, pool: 5, workers: 2, expect: leak}
        """

    private func info(_ place: TemporaryPlace) throws -> RunInfo {
        try Data(Self.scenario.utf8).write(to: URL(fileURLWithPath: place.path + "/scenario.yaml"))
        let scenario = try ScenarioReader.read(path: place.path + "/scenario.yaml", options: ScenarioReader.Options(environment: [:]))
        var info = RunInfo(
            name: scenario.name, cell: "app", started: "2026-02-03T04:05:06Z", seed: .max, versions: ["libcurl": "7.88.1"],
            host: RunInfo.Host(kernel: "Linux", cores: 2, memoryBytes: 1 << 40),
            facts: RunFacts(
                requests: scenario.requests.map { RunFacts.Request(name: $0.name, weight: $0.weight) }, limit: 97, headroom: 90, budget: 30,
                reapers: ["idle_session_timeout=5000ms (postgresql.conf)"], expected: "leak"),
            database: nil, scenario: scenario.withoutSecrets, transports: ["find": "general"],
            clocks: [RunInfo.ClockPair(monotonic: .max, wall: .min)])
        var totals = RunInfo.Totals(transfers: 3, latencyP99: 1.25)
        totals.localFailures = 2
        var connections = RunInfo.Totals.Connections()
        connections.closedIdle = 4
        connections.tls = .init(p50: 0.1, p99: 2.5, max: 1e6)
        totals.connections = connections
        totals.failures = [.init(request: "find", outcome: .cut, reason: "“quotes” (http://x)", count: 3)]
        info.totals = totals
        return info
    }

    @Test func `run.json is the same after it was read and written again, and holds no secret`() throws {
        let place = try TemporaryPlace()
        let info = try info(place)
        try RunFiles.write(info, to: place.path)
        let first = try Data(contentsOf: URL(fileURLWithPath: place.path + "/run.json"))
        let read = try RunFiles.readInfo(place.path)
        #expect(read.facts == info.facts)
        #expect(read.clocks == info.clocks)
        #expect(read.totals == info.totals)
        #expect(read.seed == info.seed)
        try RunFiles.write(read, to: place.path)
        let second = try Data(contentsOf: URL(fileURLWithPath: place.path + "/run.json"))
        let text = String(decoding: first, as: UTF8.self)
        let lost = Set(text.split(separator: "\n")).subtracting(String(decoding: second, as: UTF8.self).split(separator: "\n"))
        #expect(lost.isEmpty)
        #expect(second == first)
        #expect(!text.contains("hunter2"))
        #expect(text.hasSuffix("}\n"))
    }

    @Test func `verdict.json is the same after it was read and written again`() throws {
        var judge = Judge(facts: RunFacts(requests: [RunFacts.Request(name: "find", weight: 1)], limit: 97, headroom: 90, budget: 30))
        _ = judge.consume(
            StepRow(
                step: 0, kind: .baseline, planned: 0, given: 0, concurrency: 0, connections: .reused, start: .zero,
                loadEnd: RunTime(seconds: 1), end: RunTime(seconds: 1), ended: .interrupted, why: "“quotes”, commas and\nlines"))
        var verdict = judge.verdictNow()
        verdict.leakPer1000Requests = Verdict.Rate(sessions: 3, requests: 7)
        verdict.law = Verdict.Law(.idlePeriod, sessions: 3, in: 7)
        verdict.queries = [
            Verdict.Query(
                text: "SELECT '\u{1F980}\\' /* é */", fingerprint: "select ?", sessions: 3, tags: [:], owners: [:], applications: [:])
        ]
        verdict.flags = Verdict.Flag.allCases
        let data = try RunFiles.encode(verdict)
        let read = try JSONDecoder().decode(Verdict.self, from: data)
        #expect(read == verdict)
        #expect(try RunFiles.encode(read) == data)
    }

    @Test(arguments: [
        ("", "no JSON"), ("{", "not the whole"), ("[]", "run.json"), (#"{"schema": 1}"#, "is missing"), (#"{"schema": "1"}"#, "schema"),
    ]) func `a run.json that is none is told with its path`(_ text: String, _ words: String) throws {
        let place = try TemporaryPlace()
        try Data(text.utf8).write(to: URL(fileURLWithPath: place.path + "/run.json"))
        let failure = #expect(throws: RunFailure.self) { try RunFiles.readInfo(place.path) }
        #expect(failure?.status == .usage)
        #expect(failure?.description.contains(place.path + "/run.json") == true)
        #expect(failure?.description.contains(words) == true, "\(String(describing: failure))")
    }

    @Test func `a run.json of an earlier Seep tells nothing of connections and failures`() throws {
        let place = try TemporaryPlace()
        var info = try info(place)
        info.totals = RunInfo.Totals(transfers: 3)
        try RunFiles.write(info, to: place.path)
        let text = try String(contentsOfFile: place.path + "/run.json", encoding: .utf8)
        #expect(!text.contains("local_failures"))
        #expect(try RunFiles.readInfo(place.path).totals?.localFailures == nil)
    }

    @Test func `what this machine lacked is told in the verdict's reason`() {
        let judge = Judge(facts: RunFacts(requests: [RunFacts.Request(name: "find", weight: 1)], limit: 97, headroom: 90, budget: 30))
        let verdict = judge.verdictNow()
        #expect(verdict.telling(localFailures: 0) == verdict)
        let told = verdict.telling(localFailures: 3)
        #expect(told.reason.hasPrefix(verdict.reason + " The load was not what was asked for"))
        #expect(told.reason.contains("3 connections"))
        #expect(told.verdict == verdict.verdict && told.exitCode == verdict.exitCode)
    }

    @Test func `a run.json of a later Seep is refused`() throws {
        let place = try TemporaryPlace()
        var info = try info(place)
        info.schema = RunInfo.currentSchema + 1
        try RunFiles.write(info, to: place.path)
        let failure = #expect(throws: RunFailure.self) { try RunFiles.readInfo(place.path) }
        #expect(failure?.description.contains("newer") == true)
    }
}
