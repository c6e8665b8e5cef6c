import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

@Suite(.bothTransports) struct ConnectionTests {
    @Test func everyConnectionIsClosedAtTheEndOfTheLoad() async throws {
        let server = try ScriptedServer { _ in [.wait(.milliseconds(2)), .response()] }
        let bench = try LoadBench(server.url)
        for id in 0..<2 {
            _ = try await bench.run(.closed(requests: 40, concurrency: 8), id: id)
            #expect(try await server.waits { $0.open == 0 })
            #expect(server.seen.ended == 8 * (id + 1))
        }
    }

    @Test func freshConnectionsServeOneRequestEach() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url)
        let (outcome, _, transfers) = try await bench.run(.closed(requests: 25, concurrency: 3), connections: .fresh)
        #expect(outcome.opened == 25)
        #expect(outcome.reused == 0)
        #expect(server.seen.accepted == 25)
        #expect(Set(transfers.map(\.connection)) == Set(1...25))
    }

    @Test func oneConnectionIsKeptToTheEnd() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url)
        let (outcome, _, transfers) = try await bench.run(.closed(requests: 25, concurrency: 8), connections: .one)
        #expect(outcome.opened == 1)
        #expect(outcome.concurrency == 1)
        #expect(server.seen.accepted == 1)
        #expect(Set(transfers.map(\.connection)) == [1])
    }

    @Test func reuseNeverMeansFreshConnections() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url, http: HTTPSettings(reuse: .never))
        let (outcome, _, _) = try await bench.run(.closed(requests: 10, concurrency: 2))
        #expect(outcome.opened == 10)
        #expect(server.seen.accepted == 10)
    }

    @Test func connectionsAreNumberedOnInTheNextStep() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url)
        _ = try await bench.run(.closed(requests: 3, concurrency: 1))
        let (_, _, transfers) = try await bench.run(.closed(requests: 3, concurrency: 1), id: 1)
        #expect(transfers.map(\.connection) == [2, 2, 2])
    }

    @Test func aServerThatClosesAfterEachResponseIsNoFailure() async throws {
        let server = try ScriptedServer { _ in [.response(headers: ["Connection: close"]), .close] }
        let bench = try LoadBench(server.url)
        let (outcome, _, transfers) = try await bench.run(.closed(requests: 20, concurrency: 2))
        #expect(outcome.count(.success) == 20)
        #expect(outcome.opened == 20)
        #expect(outcome.retried == 0)
        #expect(Set(transfers.map(\.connection)).count == 20)
    }

    @Test(arguments: [RequestSpec.Method.get, .post], [false, true])
    func aRequestOnAReusedConnectionThatDiesIsSentAgainOnce(method: RequestSpec.Method, byReset: Bool) async throws {
        // The second request on each connection is read and not answered.
        let server = try ScriptedServer { request in request.onConnection == 1 ? [.response()] : [byReset ? .reset : .close] }
        let body = RequestSpec.Body(bytes: Array("hello".utf8), contentType: "text/plain")
        let bench = try LoadBench(
            server.url, requests: [RequestSpec(name: "r", method: method, url: "/r", body: method == .post ? body : nil)])
        let (outcome, _, transfers) = try await bench.run(.closed(requests: 21, concurrency: 1))
        #expect(outcome.count(.success) == 21)
        #expect(outcome.given == 21)
        #expect(outcome.retried == 20)
        #expect(outcome.opened == 21)
        #expect(server.seen.requests.count == 41)
        #expect(transfers.count == 21)
        #expect(transfers.map(\.connection) == Array(1...21))
    }

    @Test func aConnectionThatDiesAgainIsCut() async throws {
        let server = try ScriptedServer { request in request.number == 1 ? [.response()] : [.close] }
        let bench = try LoadBench(server.url)
        let (outcome, _, _) = try await bench.run(.closed(requests: 3, concurrency: 1))
        // The second dies on the kept connection and on a new one; the third is not tried again, as its connection is new.
        #expect(outcome.count(.success) == 1)
        #expect(outcome.count(.cut) == 2)
        #expect(outcome.retried == 1)
        #expect(server.seen.requests.count == 4)
    }

    @Test func aThousandConnectionsAtOnce() async throws {
        let server = try ScriptedServer { _ in [.wait(.milliseconds(400)), .response()] }
        let bench = try LoadBench(server.url)
        let (outcome, _, _) = try await bench.run(.closed(requests: 2000, concurrency: 1000))
        #expect(outcome.count(.success) == 2000)
        #expect(outcome.peakInFlight == 1000)
        #expect(outcome.opened == 1000)
        #expect(try await server.waits { $0.open == 0 })
    }

    @Test func moreConnectionsThanDescriptorsAreRefusedBeforeTheLoad() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        #expect(throws: LoadError.self) {
            _ = try LoadBench(server.url, load: [.closed(concurrency: 1 << 24, end: .requests(1 << 24))])
        }
        let bench = try LoadBench(server.url)
        await #expect(throws: LoadError.self) { _ = try await bench.run(.closed(requests: 9, concurrency: 1 << 24)) }
        let (outcome, _, _) = try await bench.run(.closed(requests: 9, concurrency: 2))
        #expect(outcome.count(.success) == 9)
    }
}
