import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

/// More requests in a scenario than there are classes.
@Suite(.timeLimit(.minutes(5))) struct ManyRequestsTests {
    @Test(arguments: [(10_000, 1), (1000, 3)])
    func `of many requests the first classes have their names, the rest is counted together, and said`(
        _ count: Int, _ threads: Int
    ) async throws {
        let server = try ScriptedServer { request in [.response(request.number % 2 == 0 ? 200 : 404)] }
        let bench = try LoadBench(
            server.url, requests: (0..<count).map { RequestSpec(name: "r\($0)", url: "/\($0)") }, threads: threads)
        let (outcome, rows, transfers) = try await bench.run(.closed(requests: count, concurrency: 8))
        #expect(outcome.given == count)
        #expect(outcome.classes.count <= 256 && outcome.classes.count > 240)
        #expect(outcome.classes.map(\.done).reduce(0, +) == count)
        let other = outcome.classes.filter { $0.request == nil }
        #expect(other.map(\.name) == ["other", "other"])
        #expect(outcome.inOther == other.map(\.done).reduce(0, +))
        #expect(outcome.inOther >= count - 256)
        #expect(Set(rows.map(\.request)).count <= 512)
        #expect(rows.map(\.started).reduce(0, +) == count)
        #expect(rows.filter { $0.request == "other" }.map(\.done).reduce(0, +) == outcome.inOther)
        // Each transfer keeps its name.
        #expect(Set(transfers.map(\.request)).count == count)
        // A second step has the same classes, and no more.
        let (again, _, _) = try await bench.run(.closed(requests: count, concurrency: 8), id: 1)
        #expect(Set(again.classes.map(\.name)).subtracting(outcome.classes.map(\.name)).count <= 256 - outcome.classes.count)
    }

    @Test func `256 classes or fewer are never counted together`() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url, requests: (0..<245).map { RequestSpec(name: "r\($0)", url: "/\($0)") })
        let (outcome, _, _) = try await bench.run(.closed(requests: 490, concurrency: 4))
        #expect(outcome.inOther == 0)
        #expect(outcome.classes.count == 245)
        #expect(outcome.classes.allSatisfy { $0.done == 2 })
    }
}
