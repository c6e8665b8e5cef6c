import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

@Suite("Rows of data", .bothTransports) struct DataTests {
    private static let letters = ["a", "b", "c", "d", "e"]

    /// What the server was asked for in steps of so many requests.
    private func targets(
        _ pick: DataSet.Pick, steps: [Int], seed: UInt64 = 1
    ) async throws -> (targets: [String], outcomes: [LoadOutcome]) {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(
            server.url, requests: [RequestSpec(name: "r", url: "/{{d.v}}", isTemplated: true)], data: [.rows("d", pick, Self.letters)],
            seed: seed)
        var outcomes: [LoadOutcome] = []
        for (id, count) in steps.enumerated() {
            outcomes.append(try await bench.run(.closed(requests: count, concurrency: 1), id: id).outcome)
        }
        return (server.seen.requests.map { String($0.target.dropFirst()) }, outcomes)
    }

    @Test func `in order go on where the step before stopped, and begin again behind the last`() async throws {
        #expect(try await targets(.inOrder, steps: [3, 4, 1]).targets.joined() == "abcdeabc")
    }

    @Test func `shuffled come once in each round, in another order each, the same from the same seed`() async throws {
        let one = try await targets(.shuffled, steps: [3, 12]).targets
        let rounds = (0..<3).map { Array(one.dropFirst($0 * 5).prefix(5)) }
        for round in rounds { #expect(round.sorted() == Self.letters) }
        #expect(Set(rounds).count > 1)
        #expect(try await targets(.shuffled, steps: [15]).targets == one)
        #expect(try await targets(.shuffled, steps: [15], seed: 9).targets != one)
    }

    @Test func `once are used up, and then the requests are dropped and the steps end`() async throws {
        let (targets, outcomes) = try await targets(.once, steps: [3, 4, 2])
        #expect(targets.joined() == "abcde")
        #expect(outcomes.map(\.given) == [3, 2, 0])
        #expect(outcomes.map(\.dropped) == [0, 2, 2])
        #expect(outcomes.allSatisfy { $0.stoppedBy == .completed && $0.unexpected == 0 })
    }

    @Test(arguments: [DataSet.Pick.inOrder, .shuffled, .once])
    func `are dealt exactly once over two load threads, whichever of them sends what needs them`(pick: DataSet.Pick) async throws {
        let rows = (0..<60).map { "\($0)" }
        let server = try ScriptedServer { _ in [.wait(.milliseconds(1)), .response()] }
        let needs = RequestSpec(name: "needs", url: "/{{d.v}}", isTemplated: true)
        // Dealt in turn, so that one thread sends all of the one and the other all of the other.
        let bench = try LoadBench(
            server.url, requests: [needs, RequestSpec(name: "plain", url: "/plain")], threads: 2, data: [.rows("d", pick, rows)])
        _ = try await bench.run(.closed(requests: 40, concurrency: 4))
        // Both; one alone; both again.
        _ = try await bench.run(.closed(requests: 25, concurrency: 6), id: 1, mix: .only(0))
        _ = try await bench.run(.unit(requests: 3, gap: .milliseconds(1)), id: 2, mix: .only(0))
        let (last, _, _) = try await bench.run(.closed(requests: 12, concurrency: 6), id: 3, mix: .only(0))
        let sent = server.seen.requests.map { String($0.target.dropFirst()) }.filter { $0 != "plain" }
        #expect(sent.count == 60)
        #expect(sent.sorted() == rows.sorted())
        #expect(last.given == 12 && last.dropped == 0)
        let (behind, _, _) = try await bench.run(.closed(requests: 8, concurrency: 2), id: 4, mix: .only(0))
        #expect(behind.given == (pick == .once ? 0 : 8))
        #expect(behind.given + behind.dropped == 8)
    }

    @Test func `of one set are one row in a request, and another set's its own`() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let spec = RequestSpec(
            name: "r", method: .post, url: "/{{d.v}}{{d.v}}{{e.v}}", body: .init(bytes: Array("{{d.v}}".utf8), contentType: nil),
            isTemplated: true)
        let bench = try LoadBench(
            server.url, requests: [spec], data: [.rows("d", .inOrder, ["a", "b"]), .rows("e", .inOrder, ["1", "2", "3"])])
        _ = try await bench.run(.closed(requests: 4, concurrency: 1))
        #expect(server.seen.requests.map(\.target) == ["/aa1", "/bb2", "/aa3", "/bb1"])
        #expect(server.seen.requests.map { $0.text.last } == ["a", "b", "a", "b"])
    }

    @Test func `used up end a phase of a duration, and leave other requests alone`() async throws {
        let server = try ScriptedServer { _ in [.wait(.milliseconds(2)), .response()] }
        let once = RequestSpec(name: "once", url: "/{{d.v}}", isTemplated: true)
        let alone = try LoadBench(
            server.url, requests: [once], load: [.closed(concurrency: 3, end: .duration(.seconds(60)))],
            data: [.rows("d", .once, Self.letters)])
        let (outcome, _, _) = try await alone.run(.scenario(cap: nil))
        #expect(outcome.given == 5)
        #expect(outcome.dropped >= 1 && outcome.dropped <= 20)
        #expect(outcome.loadEnd - outcome.start < .seconds(30))
        let mixed = try LoadBench(
            server.url, requests: [once, RequestSpec(name: "other", url: "/other")],
            load: [.closed(concurrency: 3, end: .duration(.milliseconds(400)))], data: [.rows("d", .once, Self.letters)])
        let (second, _, _) = try await mixed.run(.scenario(cap: nil))
        #expect(second.classes.first { $0.name == "once" }?.done == 5)
        #expect(second.classes.first { $0.name == "other" }.map(\.done) ?? 0 > 5)
        #expect(second.loadEnd - second.start >= .milliseconds(400))
    }

    @Test func `used up let an open phase go on, and drop its arrivals`() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(
            server.url, requests: [RequestSpec(name: "r", url: "/{{d.v}}", isTemplated: true)],
            load: [.open(rate: 100, duration: .milliseconds(300), maxInFlight: 10)], data: [.rows("d", .once, Self.letters)])
        let (outcome, _, _) = try await bench.run(.scenario(cap: nil))
        #expect(outcome.given == 5)
        #expect(outcome.given + outcome.dropped == 30)
    }
}
