import Measurements
import Scenarios
import Testing

@testable import Verdicts

/// What the judge makes of requests that are several exchanges.
@Suite("A flow before the judge") struct FlowDoseTests {
    private static let flow = RunFacts.Request(name: "shop", weight: 1, transfers: 4, parts: ["log in", "page", "buy"])

    private static func time(_ milliseconds: Int64) -> RunTime { RunTime(microseconds: milliseconds * 1000) }

    private static func transfer(_ name: String, at start: Int64, _ outcome: Outcome = .success) -> TransferRow {
        TransferRow(step: 1, start: time(start), end: time(start + 10), request: name, outcome: outcome, status: nil, connection: 1)
    }

    private static func born(_ pid: Int, at moment: Int64) -> SessionRow {
        SessionRow(
            time: time(moment), step: 1, event: .born, pid: pid, backendStart: pid, owner: "pid 1", whyOurs: "", state: "idle",
            lastQuery: "")
    }

    private func pair(_ transfers: [TransferRow], _ sessions: [SessionRow]) -> UnitDose.Paired {
        UnitDose.pair(
            transfers: transfers, sessions: sessions, parts: UnitDose.Parts([Self.flow, RunFacts.Request(name: "plain", weight: 1)]),
            gap: .milliseconds(300), end: Self.time(20_000), reaped: 0)
    }

    @Test func `pairs a birth with the exchange of its turn, across think times`() {
        let transfers = [
            Self.transfer("log in", at: 0), Self.transfer("page", at: 2000, .redirect), Self.transfer("page", at: 2011),
            Self.transfer("buy", at: 5000), Self.transfer("page", at: 6000), Self.transfer("buy", at: 9000),
            Self.transfer("page", at: 10_000),
            Self.transfer("page", at: 11_000), Self.transfer("plain", at: 12_000), Self.transfer("plain", at: 13_000),
        ]
        let paired = pair(transfers, [Self.born(1, at: 2005), Self.born(2, at: 5005), Self.born(3, at: 9001)])
        #expect(paired.reused.requests + paired.fresh.requests == 6)
        #expect(paired.reused.left + paired.fresh.left == 3)
        #expect(
            paired.classes.map { "\($0.request) \($0.outcome) \($0.leaked)/\($0.transfers)" } == [
                "buy 2xx 2/2", "log in 2xx 0/1", "page 2xx 0/4", "page 3xx 1/1", "plain 2xx 0/2",
            ])
    }

    @Test func `is a new turn where its order does not go on`() {
        // Turns that ended early: at log in twice, at page, at page.
        let names = ["log in", "log in", "page", "page", "page", "buy"]
        let paired = pair(names.enumerated().map { Self.transfer($1, at: Int64($0) * 1000) }, [])
        #expect(paired.reused.requests + paired.fresh.requests == 4)
    }

    @Test(arguments: [(transfers: nil as Int?, first: 4), (transfers: 4, first: 4), (transfers: 12, first: 4), (transfers: 20, first: 2)])
    func `gets no dose that could take the last slots`(transfers: Int?, first: Int) {
        let facts = RunFacts(
            requests: [RunFacts.Request(name: "f", weight: 1, transfers: transfers)], baselineSeconds: nil, limit: 60, headroom: 60,
            budget: 50)
        guard case .step(let step) = Judge(facts: facts).next(), case .closed(let requests, _) = step.dose else {
            Issue.record("no rung")
            return
        }
        #expect(requests == first)
        #expect(requests * (transfers ?? 1) <= 60)
    }

    @Test func `is described by its scenario, redirects included`() {
        let parts = [RequestSpec(name: "a", url: "/"), RequestSpec(name: "b", url: "/", follow: 3)]
        let flow = RequestSpec(
            name: "f", url: "", weight: 2,
            flow: .init(before: [.request(parts[0])], steps: [.think(from: .zero, to: .seconds(1)), .request(parts[1])]))
        #expect(RunFacts.Request(flow) == RunFacts.Request(name: "f", weight: 2, transfers: 5, parts: ["a", "b"]))
        #expect(RunFacts.Request(parts[1]) == RunFacts.Request(name: "b", weight: 1, transfers: 4))
    }
}
