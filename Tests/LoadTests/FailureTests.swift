import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

/// Why requests failed, in words.
@Suite(.bothTransports) struct FailureTests {
    @Test func eachClassHasTheReasonOfItsFirst() async throws {
        let server = try ScriptedServer { request in
            switch request.target {
            case "/cut": [.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), .close]
            case "/garbled": [.text("HTTP/1.1 abc\r\n\r\n"), .close]
            case "/chunks": [.text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\n"), .close]
            case "/silent": [.hang]
            default: [.response()]
            }
        }
        let closed = try ScriptedServer.freePort()
        let specs = ["/cut", "/garbled", "/chunks", "/silent", "/", "http://127.0.0.1:\(closed)/", "http://no-such-name.invalid/"]
            .map { RequestSpec(name: $0, url: $0, timeout: $0 == "/silent" ? .milliseconds(300) : nil) }
        let bench = try LoadBench(server.url, requests: specs)
        for id in 0..<2 {
            let (outcome, _, _) = try await bench.run(.closed(requests: 14, concurrency: 2), id: id, connections: .fresh)
            #expect(outcome.count(.success) == 2)
            let failures = outcome.failures.sorted { $0.request < $1.request }
            #expect(
                failures.map { "\($0.request) \($0.outcome.rawValue) \($0.count)" } == [
                    "/chunks garbled 2", "/cut cut 2", "/garbled garbled 2", "/silent timeout 2",
                    "http://127.0.0.1:\(closed)/ refused 2", "http://no-such-name.invalid/ unreachable 2",
                ])
            let reasons = failures.map(\.reason)
            #expect(reasons.allSatisfy { $0.hasSuffix(")") && $0.contains(" (http://") })
            #expect(reasons[5] == "the name does not resolve (http://no-such-name.invalid)")
            #expect(reasons[4].contains("onnection refused"))
            if BothTransports.current == .direct {
                #expect(reasons[0].hasPrefix("the chunks of the body are malformed"))
                #expect(reasons[1].hasPrefix("the connection ended in the body"))
            }
        }
    }

    @Test func aFailureThatIsExpectedIsNone() async throws {
        let bench = try LoadBench(
            "http://127.0.0.1:\(try ScriptedServer.freePort())",
            requests: [RequestSpec(name: "r", url: "/", expect: .init(end: .refused))])
        let (outcome, _, _) = try await bench.run(.closed(requests: 3, concurrency: 1))
        #expect(outcome.count(.refused) == 3)
        #expect(outcome.failures.isEmpty)
    }

    @Test func noUserOrPasswordIsInAReason() async throws {
        let bench = try LoadBench("http://me:secret@127.0.0.1:\(try ScriptedServer.freePort())", http: HTTPSettings(transport: .general))
        let (outcome, _, _) = try await bench.run(.closed(requests: 1, concurrency: 1))
        #expect(outcome.failures.count == 1)
        #expect(!outcome.failures[0].reason.contains("me:"))
        #expect(!outcome.failures[0].reason.contains("secret"))
    }
}

/// Local ports, against figures that are given.
@Suite struct LocalPortTests {
    @Test(arguments: [
        (connections: 20_000, atOnce: 50, loopback: false, waiting: 0, short: false),
        (connections: 28_000, atOnce: 50, loopback: false, waiting: 0, short: false),
        (connections: 28_000, atOnce: 50, loopback: false, waiting: 500, short: true),
        (connections: 40_000, atOnce: 50, loopback: false, waiting: 0, short: true),
        (connections: 4_000_000, atOnce: 50, loopback: true, waiting: 20_000, short: false),
        (connections: 40_000, atOnce: 30_000, loopback: true, waiting: 0, short: true),
    ])
    func aStepThatNeedsMorePortsThanThereAreIsToldBefore(
        connections: Int, atOnce: Int, loopback: Bool, waiting: Int, short: Bool
    ) {
        let ports = LocalPorts(range: 28_232, reuse: 2)
        let told = ports.shortage(connections: connections, atOnce: atOnce, isLoopback: loopback) { waiting }
        #expect((told != nil) == short, "\(told ?? "nothing")")
        if waiting > 0, let told { #expect(told.contains("\(waiting) of them in TIME_WAIT")) }
    }

    @Test func theTableOfSocketsIsNotReadForASmallStep() {
        var looked = false
        _ = LocalPorts(range: 28_232, reuse: 0).shortage(connections: 1000, atOnce: 8, isLoopback: false) {
            looked = true
            return 0
        }
        #expect(!looked)
    }

    @Test func thisMachineHasARange() {
        #expect((1...65_536).contains(LocalPorts.read().range))
        #expect((0...2).contains(LocalPorts.read().reuse))
    }
}
