import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

@Suite(.bothTransports) struct DoseTests {
    @Test func aClosedStepSendsExactlyItsDoseInTheDealtOrder() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(
            server.url, requests: [RequestSpec(name: "a", url: "/a", weight: 3), RequestSpec(name: "b", url: "/b", weight: 1)])
        let (outcome, _, transfers) = try await bench.run(.closed(requests: 101, concurrency: 1))
        #expect(outcome.given == 101)
        #expect(outcome.transfers == 101)
        #expect(server.seen.requests.map(\.target) == LoadBench.deal(101, [3, 1]).map { $0 == 0 ? "/a" : "/b" })
        #expect(transfers.count == 101)
        #expect(outcome.classes.map(\.name) == ["a", "b"])
        #expect(outcome.classes.map(\.done) == [76, 25])
        #expect(outcome.stoppedBy == .completed)
    }

    @Test func theRowsOfAStepAddUpToItsTotals() async throws {
        let server = try ScriptedServer { request in [.response(request.number % 3 == 0 ? 500 : 200, body: "12345")] }
        let bench = try LoadBench(server.url)
        for id in 0..<3 {
            let (outcome, rows, transfers) = try await bench.run(.closed(requests: 50, concurrency: 4), id: id)
            #expect(rows.map(\.started).reduce(0, +) == outcome.given)
            #expect(rows.map(\.done).reduce(0, +) == 50)
            #expect(rows.map(\.unexpected).reduce(0, +) == outcome.unexpected)
            #expect(rows.map(\.bytes).reduce(0, +) == 250)
            #expect(outcome.bytes == 250)
            #expect(rows.allSatisfy { $0.step == id })
            #expect(rows.filter { $0.outcome == nil }.allSatisfy { $0.done == 0 && $0.latency == nil })
            #expect(transfers.count == 50)
            #expect(outcome.count(.serverError) == outcome.unexpected)
            #expect(outcome.count(.success) + outcome.count(.serverError) == 50)
            #expect(outcome.loadEnd > outcome.start)
        }
    }

    @Test func atMostTheConcurrencyIsInFlight() async throws {
        let server = try ScriptedServer { _ in [.wait(.milliseconds(5)), .response()] }
        let bench = try LoadBench(server.url)
        let (outcome, _, _) = try await bench.run(.closed(requests: 60, concurrency: 7))
        #expect(outcome.peakInFlight == 7)
        #expect(outcome.concurrency == 7)
        #expect(outcome.opened == 7)
        #expect(server.seen.mostOpen == 7)
        #expect(outcome.reused == 53)
    }

    @Test func aPhaseOfADurationStartsNothingAfterItAndLetsTheRestEnd() async throws {
        let server = try ScriptedServer { _ in [.wait(.milliseconds(20)), .response()] }
        let bench = try LoadBench(server.url, load: [.closed(concurrency: 5, end: .duration(.milliseconds(300)))])
        let (outcome, _, transfers) = try await bench.run(.scenario(cap: nil))
        #expect(outcome.count(.success) == outcome.given)
        #expect(outcome.given >= 5 && outcome.given <= 80)
        #expect(transfers.allSatisfy { $0.start - outcome.start < .milliseconds(300) })
        #expect(outcome.loadEnd - outcome.start >= .milliseconds(300))
    }

    @Test func phasesRunInTheirOrder() async throws {
        let server = try ScriptedServer { _ in [.wait(.milliseconds(2)), .response()] }
        let bench = try LoadBench(
            server.url,
            load: [
                .closed(concurrency: 1, end: .requests(5)), .open(rate: 100, duration: .milliseconds(200), maxInFlight: 10),
                .closed(concurrency: 4, end: .requests(20)),
            ])
        let (outcome, _, transfers) = try await bench.run(.scenario(cap: nil))
        // On a machine that stands still for a tenth of a second, arrivals are dropped, and said to be.
        #expect(outcome.given + outcome.dropped == 45)
        let starts = transfers.map(\.start).sorted()
        #expect(starts[outcome.given - 20] - starts[5] >= .milliseconds(200))
    }

    @Test func aCapEndsTheScenarioEarly() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url, load: [.closed(concurrency: 4, end: .requests(100))])
        let (outcome, _, _) = try await bench.run(.scenario(cap: 17))
        #expect(outcome.given == 17)
        #expect(server.seen.requests.count == 17)
    }

    @Test func onlyOneRequestIsDealtWhenTheStepSaysSo() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url, requests: [RequestSpec(name: "a", url: "/a"), RequestSpec(name: "b", url: "/b")])
        let (outcome, _, _) = try await bench.run(.closed(requests: 9, concurrency: 2), mix: .only(1))
        #expect(outcome.classes.map(\.name) == ["b"])
        #expect(Set(server.seen.requests.map(\.target)) == ["/b"])
        await #expect(throws: LoadError.noSuchRequest(index: 2)) {
            _ = try await bench.run(.closed(requests: 9, concurrency: 2), mix: .only(2))
        }
    }

    @Test func aSilenceSendsNothingAndLasts() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url)
        let (outcome, rows, _) = try await bench.run(.silence(.milliseconds(120)))
        #expect(outcome.given == 0)
        #expect(rows.isEmpty)
        #expect(outcome.loadEnd - outcome.start >= .milliseconds(120))
        #expect(server.seen.accepted == 0)
    }

    @Test func aUnitDoseSendsOneAtATimeWithGaps() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url)
        let (outcome, _, transfers) = try await bench.run(.unit(requests: 8, gap: .milliseconds(20)))
        #expect(outcome.given == 8)
        #expect(outcome.peakInFlight == 1)
        for (earlier, later) in zip(transfers, transfers.dropFirst()) {
            #expect(later.start - earlier.end >= .milliseconds(20))
        }
        // Half on one kept connection, half on fresh ones.
        #expect(Set(transfers.prefix(4).map(\.connection)).count == 1)
        #expect(Set(transfers.map(\.connection)).count == 5)
        #expect(server.seen.accepted == 5)
        #expect(outcome.opened == 5)
    }

    @Test func transfersAreWrittenUpToTheLimitAndThenItIsSaid() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url)
        let (outcome, rows, transfers) = try await bench.run(.closed(requests: TransferRow.limitPerStep + 7, concurrency: 16))
        #expect(outcome.given == TransferRow.limitPerStep + 7)
        #expect(transfers.count == TransferRow.limitPerStep + 1)
        #expect(transfers.last?.outcome == nil)
        #expect(transfers.last?.connection == 7)
        #expect(rows.map(\.done).reduce(0, +) == outcome.given)
    }

    @Test func beyond256ClassesTheRestIsCountedTogether() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url, requests: (0..<300).map { RequestSpec(name: "r\($0)", url: "/\($0)") })
        let (outcome, rows, transfers) = try await bench.run(.closed(requests: 600, concurrency: 4))
        #expect(outcome.classes.count <= 256)
        #expect(outcome.classes.last?.name == "other")
        #expect(outcome.classes.map(\.done).reduce(0, +) == 600)
        #expect(rows.map(\.done).reduce(0, +) == 600)
        #expect(rows.map(\.started).reduce(0, +) == 600)
        // Each transfer keeps its name.
        #expect(Set(transfers.map(\.request)).count == 300)
    }
}
