import Glibc
import LinuxIO
import Postgres
import TestSupport
import Testing

@testable import leaky

/// One live run for each family of shapes: what must fire beside what must stay quiet.
@Suite("Shapes on a real PostgreSQL", .serialized) struct LiveShapeTests {
    struct Live: Sendable, CustomTestStringConvertible {
        let shape: Shape
        var path = "/query"
        var status = 200
        let left: ClosedRange<Int>
        var testDescription: String { "\(shape.rawValue) \(path)" }
    }

    @Test(
        arguments: [
            Live(shape: .perRequest, left: 40...40),
            Live(shape: .clean, left: 0...0),
            Live(shape: .perError, path: "/error", status: 500, left: 40...40),
            Live(shape: .perError, path: "/missing", status: 404, left: 0...0),
            Live(shape: .perRequest, path: "/none", left: 0...0),
            Live(shape: .perClass, path: "/leak", left: 40...40),
            Live(shape: .threads, left: 2...4),
            Live(shape: .closeSkipped, left: 2...4),
            Live(shape: .perConnectionKept, left: 4...4),
            Live(shape: .perConnection, left: 0...0),
            Live(shape: .pool, left: 12...12),
            Live(shape: .rotation, left: 8...8),
            Live(shape: .overflow, left: 1...5),
        ]) func `after 40 requests over 4 connections`(_ live: Live) async throws
    {
        let bench = try await LiveServer(live.shape) { $0.threads = 4 }
        defer { bench.server.stop() }
        let statuses = try bench.load(live.path, each: 10, clients: 4)
        #expect(statuses == [Int](repeating: live.status, count: 40))
        let left = try bench.settled(in: live.left)
        #expect(live.left.contains(left), "\(left)")
    }

    @Test func `a client that hung up leaves its session, one that waited does not`() async throws {
        let bench = try await LiveServer(.hangUp)
        defer { bench.server.stop() }
        let patient = try #require(TestClient(port: bench.server.port))
        #expect(patient.get("/slow") == 200)
        for _ in 0..<3 {
            let client = try #require(TestClient(port: bench.server.port))
            client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            usleep(20_000)
        }
        #expect(patient.get("/slow") == 200)
        #expect(try bench.settled(in: 3...3) == 3)
    }

    @Test func `PostgreSQL reaps what is left, and the server forgets it`() async throws {
        let bench = try await LiveServer(.reaped) { $0.after = .milliseconds(600) }
        defer { bench.server.stop() }
        _ = try bench.load("/query", each: 5, clients: 2)
        #expect(try bench.count() == 10)
        #expect(bench.server.application.sessionCount == 10)
        #expect(try bench.settled(in: 0...0) == 0)
        let deadline = MonotonicInstant.now + .seconds(2)
        while bench.server.application.sessionCount > 0, .now < deadline { usleep(20_000) }
        #expect(bench.server.application.sessionCount == 0)
    }

    @Test func `one session is stuck in a transaction`() async throws {
        let bench = try await LiveServer(.stuck)
        defer { bench.server.stop() }
        _ = try bench.load("/query", each: 5, clients: 2)
        #expect(try bench.settled(in: 1...1) == 1)
        #expect(try bench.count(where: "state = 'idle in transaction'") == 1)
    }

    @Test func `an exhausted pool answers 503 and goes on serving what needs no database`() async throws {
        let bench = try await LiveServer(.insidePool) {
            $0.every = 2
            $0.size = 3
            $0.after = .milliseconds(50)
        }
        defer { bench.server.stop() }
        let client = try #require(TestClient(port: bench.server.port))
        #expect((0..<8).map { _ in client.get("/query") } == [200, 200, 200, 200, 200, 200, 503, 503])
        #expect(client.get("/health") == 200)
        #expect(try bench.count() == 3)
    }

    @Test func `a request that hangs on an empty pool lets its worker go when the client goes`() async throws {
        let bench = try await LiveServer(.insidePool) {
            $0.threads = 1
            $0.every = 1
            $0.size = 1
            $0.whenExhausted = .hang
        }
        defer { bench.server.stop() }
        do {
            let client = try #require(TestClient(port: bench.server.port))
            #expect(client.get("/query") == 200)
            client.send("GET /query HTTP/1.1\r\nHost: a\r\n\r\n")
            usleep(50_000)
        }
        let other = try #require(TestClient(port: bench.server.port))
        #expect(other.get("/health") == 200)
    }

    @Test func `sessions come without load, and at the end of one`() async throws {
        let slope = try await LiveServer(.withoutLoad) { $0.after = .milliseconds(100) }
        defer { slope.server.stop() }
        let step = try await LiveServer(.endOfLoad) { $0.after = .milliseconds(50) }
        defer { step.server.stop() }
        for wave in 1...2 {
            _ = try step.load("/query", each: 5, clients: 4)
            #expect(try step.settled(in: wave...wave) == wave)
        }
        #expect(try slope.settled(in: 2...50) >= 2)
    }

    @Test func `timed and late sessions go by themselves`() async throws {
        for shape in [Shape.timed, .slowEnd, .overshoot] {
            let bench = try await LiveServer(shape) { $0.after = shape == .overshoot ? .milliseconds(40) : .seconds(2) }
            defer { bench.server.stop() }
            _ = try bench.load("/query", each: 5, clients: 4)
            #expect(try bench.count() > (shape == .overshoot ? 5 : 2), "\(shape)")
            let floor = shape == .overshoot ? 5 : 0
            #expect(try bench.settled(in: floor...floor) == floor, "\(shape)")
        }
    }

    @Test func `a full database is answered with its own words, and served again when there is room`() async throws {
        let cluster = try await TestCluster.shared
        let url = try cluster.makeDatabase(roleLimit: 3)
        let server = try Server(Server.Configuration(port: 0, database: url, settings: ShapeSettings(.perRequest)))
        defer { server.stop() }
        let client = try #require(TestClient(port: server.port))
        #expect((0..<5).map { _ in client.get("/query") } == [200, 200, 200, 503, 503])
        let role = try ConnectionInfo(parsing: url).user
        try cluster.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '\(role)'")
        let deadline = MonotonicInstant.now + .seconds(20)
        var status = 503
        while status != 200, .now < deadline { status = client.get("/query") }
        #expect(status == 200)
    }
}
