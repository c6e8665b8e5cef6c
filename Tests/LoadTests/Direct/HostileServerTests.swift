import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

/// Servers that mean no good, and the class that each is counted under, over both transports.
@Suite(.bothTransports) struct HostileServerTests {
    typealias Action = ScriptedServer.Action

    static func pieces(_ text: String, every pause: Duration) -> [Action] {
        Array(text.utf8).flatMap { [Action.send([$0]), .wait(pause)] }
    }

    private func outcome(timeout: Duration = .milliseconds(400), _ actions: [Action]) async throws -> LoadOutcome {
        let server = try ScriptedServer { _ in actions }
        let bench = try LoadBench(server.url, http: HTTPSettings(timeout: timeout))
        let (outcome, _, _) = try await bench.run(.closed(requests: 2, concurrency: 2), connections: .fresh)
        #expect(outcome.transfers == 2)
        return outcome
    }

    @Test func oneByteAtATimeIsAResponseWhenItEndsInTime() async throws {
        let slow = Self.pieces("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", every: .milliseconds(1))
        let outcome = try await outcome(timeout: .seconds(60), slow)
        #expect(outcome.count(.success) == 2)
        #expect(outcome.bytes == 4)
    }

    @Test func oneByteAtATimeIsATimeoutWhenItDoesNot() async throws {
        let outcome = try await outcome(Self.pieces("HTTP/1.1 200 OK\r\nX: \(String(repeating: "y", count: 60))", every: .milliseconds(20)))
        #expect(outcome.count(.timeout) == 2)
    }

    @Test func endlessHeadersAreGarbled() async throws {
        let lines = Array(String(repeating: "X-Endless: 0123456789\r\n", count: 2000).utf8)
        let outcome = try await outcome(timeout: .seconds(60), [.text("HTTP/1.1 200 OK\r\n")] + Array(repeating: .send(lines), count: 20))
        #expect(outcome.count(.garbled) == 2)
    }

    @Test func anEndlessLineIsGarbled() async throws {
        let line = [UInt8](repeating: 0x61, count: 60_000)
        let outcome = try await outcome(timeout: .seconds(60), [.text("HTTP/1.1 200 OK\r\nX: "), .send(line), .send(line), .hang])
        #expect(outcome.count(.garbled) == 2)
    }

    @Test(arguments: ["", "Transfer-Encoding: chunked\r\n"]) func anEndlessBodyIsATimeout(header: String) async throws {
        let body = header.isEmpty ? String(repeating: "x", count: 4096) : "400\r\n" + String(repeating: "x", count: 1024) + "\r\n"
        let many = Array(repeating: [Action.text(body), .wait(.milliseconds(2))], count: 1000).flatMap { $0 }
        let outcome = try await outcome(timeout: .seconds(1), [.text("HTTP/1.1 200 OK\r\n\(header)\r\n")] + many)
        #expect(outcome.count(.timeout) == 2)
        #expect(outcome.bytes > 4096)
    }

    @Test func aLengthThatIsTooLargeIsACutOrATimeout() async throws {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"
        #expect(try await outcome(timeout: .seconds(60), [.text(text), .close]).count(.cut) == 2)
        #expect(try await outcome([.text(text), .hang]).count(.timeout) == 2)
    }

    @Test func aLengthThatIsTooSmallEndsTheResponseAndTheConnection() async throws {
        let server = try ScriptedServer { _ in [.text("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef")] }
        let bench = try LoadBench(server.url)
        let (outcome, _, _) = try await bench.run(.closed(requests: 6, concurrency: 1))
        #expect(outcome.count(.success) == 6)
        #expect(outcome.bytes == 18)
        // What is left over is never taken for the beginning of the next response.
        #expect(outcome.opened == 6)
    }

    @Test(arguments: [("2", "3"), ("3", "2")]) func twoLengthsAreGarbledOrTheLast(first: String, second: String) async throws {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: \(first)\r\nContent-Length: \(second)\r\n\r\nabc"
        let outcome = try await outcome(timeout: .seconds(60), [.text(text), .close])
        #expect(outcome.count(BothTransports.current == .direct ? .garbled : .success) == 2)
    }

    @Test(arguments: ["\u{0}\u{1}\u{2}\u{3}", "<html>", "SSH-2.0-x\r\n", "\u{16}\u{3}\u{1}"]) func noiseIsGarbled(noise: String)
        async throws
    {
        let outcome = try await outcome(timeout: .seconds(60), [.text(noise + String(repeating: "\u{7f}\n", count: 40)), .close])
        #expect(outcome.count(.garbled) == 2)
    }

    @Test func badChunksAreGarbled() async throws {
        for size in ["zz", "-1", "FFFFFFFFFFFFFFFFF", ""] {
            let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(size)\r\nabc\r\n0\r\n\r\n"
            #expect(try await outcome(timeout: .seconds(60), [.text(text), .hang]).count(.garbled) == 2, "\(size)")
        }
    }

    /// libcurl before 8.0 appends such a line to a header of the response before, which it has freed.
    @Test func aHeaderThatBeginsWithAFoldedLineHarmsNobody() async throws {
        let server = try ScriptedServer { request in
            request.onConnection % 2 == 1
                ? [.response(headers: ["X-Long: \(String(repeating: "v", count: 3000))"])]
                : [.text("HTTP/1.1 200 OK\r\n \(String(repeating: "f", count: 3000))\r\nContent-Length: 2\r\n\r\nok")]
        }
        let bench = try LoadBench(server.url)
        let (outcome, _, _) = try await bench.run(.closed(requests: 400, concurrency: 4))
        #expect(outcome.transfers == 400)
        #expect(outcome.count(.success) + outcome.count(.garbled) == 400)
    }

    @Test func aStormOfInterimResponsesEnds() async throws {
        let storm = Array(String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 2000).utf8)
        let patience = BothTransports.current == .direct ? Duration.seconds(60) : .seconds(2)
        let outcome = try await outcome(timeout: patience, Array(repeating: .send(storm), count: 20))
        // libcurl has no limit on them, and goes on until the time is over.
        #expect(outcome.count(.garbled) + outcome.count(.timeout) == 2)
        if BothTransports.current == .direct { #expect(outcome.count(.garbled) == 2) }
    }

    @Test func aFewInterimResponsesAreFine() async throws {
        let text = String(repeating: "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", count: 20)
        #expect(try await outcome(timeout: .seconds(60), [.text(text), .response()]).count(.success) == 2)
    }

    @Test func anUnaskedResponseOnAnIdleConnectionIsNotTheNextOnes() async throws {
        let server = try ScriptedServer { request in
            request.onConnection == 1 ? [.response(), .wait(.milliseconds(5)), .response(500)] : [.response()]
        }
        let bench = try LoadBench(server.url)
        let (outcome, _, _) = try await bench.run(.unit(requests: 3, gap: .seconds(1)), connections: .one)
        // libcurl 7.88 does take it for the answer to the next request.
        if BothTransports.current == .direct { #expect(outcome.count(.serverError) == 0) }
        #expect(outcome.count(.success) + outcome.count(.serverError) == 3)
    }
}
