import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

/// Clients that leave before the response is whole, over both transports: the class, and what the server sees of it.
@Suite(.bothTransports) struct HangUpTests {
    typealias HangUp = RequestSpec.HangUp

    struct Case: Sendable, CustomTestStringConvertible {
        var moment: HangUp.Moment
        var how: HangUp.How
        /// Whether the server begins its answer before the client has left.
        var begins = true

        var testDescription: String { "\(moment), \(how.rawValue)" }
    }

    static let moments: [(HangUp.Moment, Bool)] = [
        (.headers, true), (.bytes(5), true), (.time(.milliseconds(400)), true), (.time(.milliseconds(400)), false),
        (.beforeResponse, false),
    ]

    static let cases = moments.flatMap { moment in
        HangUp.How.allCases.map { Case(moment: moment.0, how: $0, begins: moment.1) }
    }

    /// Half of a body, and the rest when the client has left.
    private static func script(begins: Bool) -> [ScriptedServer.Action] {
        let first = ScriptedServer.Action.text("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789")
        let second = ScriptedServer.Action.text("0123456789")
        return begins ? [first, .awaitEnd, second] : [.awaitEnd, first, second]
    }

    private func spec(_ moment: HangUp.Moment, _ how: HangUp.How, url: String = "/", method: RequestSpec.Method = .get) -> RequestSpec {
        RequestSpec(name: "rude", method: method, url: url, hangUp: HangUp(moment, how: how))
    }

    @Test(arguments: cases) func aClientLeavesAtItsMoment(_ test: Case) async throws {
        let server = try ScriptedServer(answersAfterEnd: true) { _ in Self.script(begins: test.begins) }
        let bench = try LoadBench(server.url, requests: [spec(test.moment, test.how)])
        let (outcome, _, transfers) = try await bench.run(.closed(requests: 6, concurrency: 3))
        #expect(outcome.classes.map(\.outcome) == [.hungUp])
        #expect(outcome.count(.hungUp) == 6)
        #expect(outcome.unexpected == 0)
        #expect(outcome.opened == 6)
        #expect(outcome.failures.isEmpty)
        #expect(Set(transfers.map(\.connection)).count == 6)
        #expect(try await server.waits { $0.open == 0 })
        let seen = server.seen
        #expect(seen.requests.count == 6)
        #expect(seen.reset == (test.how == .reset ? 6 : 0))
        #expect(seen.ended == (test.how == .reset ? 0 : 6))
        // Only who ends its own side alone takes the rest of the response.
        if test.how == .halfClose { #expect(seen.answeredAfterEnd == 6) }
        if test.how == .halfClose { #expect(outcome.bytes == 120) }
    }

    @Test(arguments: [HangUp.Moment.headers, .bytes(2), .bytes(100), .time(.seconds(50))], HangUp.How.allCases)
    func aResponseThatIsWholeBeforeItsMomentIsItself(moment: HangUp.Moment, how: HangUp.How) async throws {
        let body = if case .headers = moment { "" } else { "ok" }
        let server = try ScriptedServer { _ in [.response(body: body)] }
        let bench = try LoadBench(server.url, requests: [spec(moment, how)])
        let (outcome, _, _) = try await bench.run(.closed(requests: 6, concurrency: 2))
        #expect(outcome.count(.success) == 6)
        #expect(server.seen.reset == 0)
    }

    @Test(arguments: [RequestSpec.Method.head, .get]) func aResponseWithoutABodyIsWholeWithItsHeader(method: RequestSpec.Method)
        async throws
    {
        let server = try ScriptedServer { request in
            [.text(request.method == "HEAD" ? "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" : "HTTP/1.1 204 No Content\r\n\r\n")]
        }
        let bench = try LoadBench(server.url, requests: [spec(.headers, .close, method: method)])
        let (outcome, _, _) = try await bench.run(.closed(requests: 4, concurrency: 1))
        #expect(outcome.count(.success) == 4)
        #expect(outcome.opened == 1)
    }

    @Test func moreThanItsBytesAtOnceIsStillLeft() async throws {
        let server = try ScriptedServer { _ in [.response(body: "0123456789")] }
        let bench = try LoadBench(server.url, requests: [spec(.bytes(3), .close), RequestSpec(name: "polite", url: "/")])
        let (outcome, _, _) = try await bench.run(.closed(requests: 12, concurrency: 2))
        #expect(outcome.count(.hungUp) == 6)
        #expect(outcome.count(.success) == 6)
    }

    @Test func aBodyThatIsSentWholeIsSentBeforeTheClientLeaves() async throws {
        let server = try ScriptedServer { _ in [.hang] }
        let bytes = [UInt8](repeating: 0x41, count: 1_000_000)
        var spec = spec(.beforeResponse, .close, method: .post)
        spec.body = .init(bytes: bytes, contentType: nil)
        let bench = try LoadBench(server.url, requests: [spec])
        let (outcome, _, _) = try await bench.run(.closed(requests: 2, concurrency: 1))
        #expect(outcome.count(.hungUp) == 2)
        #expect(try await server.waits { $0.requests.count >= 2 })
        #expect(server.seen.requests.allSatisfy { $0.bytes.count > bytes.count })
    }

    @Test func theLoadGoesOnBesideClientsThatLeave() async throws {
        let server = try ScriptedServer { request in
            request.target == "/slow" ? [.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"), .hang] : [.response()]
        }
        let rude = HangUp.How.allCases.filter { $0 != .halfClose }.map { how in
            RequestSpec(name: how.rawValue, url: "/slow", hangUp: HangUp(.bytes(1), how: how))
        }
        let bench = try LoadBench(server.url, requests: rude + [RequestSpec(name: "fine", url: "/")])
        let (outcome, _, _) = try await bench.run(.closed(requests: 90, concurrency: 6))
        #expect(outcome.count(.hungUp) == 60)
        #expect(outcome.count(.success) == 30)
        #expect(outcome.unexpected == 0)
    }

    @Test(.serialized, arguments: [HangUp.How.close, .reset]) func aClientLeavesTLSToo(how: HangUp.How) async throws {
        let server = try TLSServer(.good)
        let bench = try LoadBench(
            server.url, requests: [spec(.headers, how, url: "/300000"), spec(.beforeResponse, how, url: "/5").named("before")],
            authorities: server.authority)
        let (outcome, _, _) = try await bench.run(.closed(requests: 8, concurrency: 2))
        #expect(outcome.count(.hungUp) == 8)
        // Who leaves before the response may leave before TLS stands, and then no connection was had.
        #expect((5...8).contains(outcome.opened))
    }
}

extension RequestSpec {
    fileprivate func named(_ name: String) -> RequestSpec {
        var other = self
        other.name = name
        return other
    }
}

/// Clients that read slowly, or wait for longer or shorter than others.
@Suite(.bothTransports) struct PatienceTests {
    @Test func aSlowReaderTakesItsTime() async throws {
        let server = try ScriptedServer { _ in [.response(body: String(repeating: "x", count: 20_000))] }
        let bench = try LoadBench(
            server.url, requests: [RequestSpec(name: "slow", url: "/", readRate: 40_000), RequestSpec(name: "fast", url: "/")])
        let (outcome, _, _) = try await bench.run(.closed(requests: 8, concurrency: 8))
        #expect(outcome.count(.success) == 8)
        #expect(outcome.bytes == 160_000)
        // 20 KB at 40 KB/s; libcurl lets the first of its buffers through at once.
        #expect((outcome.times.service?.max ?? 0) > 300_000)
        #expect((outcome.times.service?.p50 ?? .max) < 60_000_000)
    }

    @Test func theRestOfASlowReadersResponseStaysWithTheServer() async throws {
        // More than the buffers of both sides hold: a server that could send it all would be done at once.
        let server = try TLSServer(.good)
        let bench = try LoadBench(
            server.url, requests: [RequestSpec(name: "slow", url: "/3000000", timeout: .seconds(2), readRate: 50_000)],
            authorities: server.authority)
        let (outcome, _, _) = try await bench.run(.closed(requests: 2, concurrency: 2))
        #expect(outcome.count(.timeout) == 2)
        #expect(outcome.bytes > 4_000)
        #expect(outcome.bytes < 1_000_000)
    }

    @Test func aRequestsOwnTimeoutTakesThePlaceOfTheLoads() async throws {
        let server = try ScriptedServer { _ in [.wait(.seconds(1)), .response()] }
        let bench = try LoadBench(
            server.url,
            requests: [
                RequestSpec(name: "short", url: "/", timeout: .milliseconds(100)), RequestSpec(name: "usual", url: "/"),
                RequestSpec(name: "long", url: "/", timeout: .seconds(30)),
            ], http: HTTPSettings(timeout: .milliseconds(250)))
        let (outcome, _, _) = try await bench.run(.closed(requests: 9, concurrency: 9))
        let classes = outcome.classes.map { "\($0.name) \($0.outcome) \($0.done)" }
        #expect(classes == ["short timeout 3", "usual timeout 3", "long success 3"])
    }
}
