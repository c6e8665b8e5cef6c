import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

/// What goes wrong on the wire, and the class that it is counted under.
@Suite(.bothTransports) struct OutcomeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let outcome: Outcome
        var unexpected = true
        var status: Int?
        let script: @Sendable (ScriptedServer.Request) -> [ScriptedServer.Action]

        var testDescription: String { name }

        init(
            _ name: String, _ outcome: Outcome, unexpected: Bool = true, status: Int? = nil,
            script: @escaping @Sendable (ScriptedServer.Request) -> [ScriptedServer.Action]
        ) {
            self.name = name
            self.outcome = outcome
            self.unexpected = unexpected
            self.status = status
            self.script = script
        }
    }

    static let cases: [Case] = [
        Case("a response", .success, unexpected: false, status: 200) { _ in [.response()] },
        Case("no content", .success, unexpected: false, status: 204) { _ in [.text("HTTP/1.1 204 No Content\r\n\r\n")] },
        Case("chunks", .success, unexpected: false, status: 200) { _ in
            [.text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), .text("2\r\nde\r\n0\r\n\r\n")]
        },
        Case("a body that ends with the connection", .success, unexpected: false, status: 200) { _ in
            [.text("HTTP/1.1 200 OK\r\n\r\nuntil the end"), .close]
        },
        Case("continue first", .success, unexpected: false, status: 200) { _ in
            [.text("HTTP/1.1 100 Continue\r\n\r\n"), .response()]
        },
        Case("a redirect that is not followed", .redirect, unexpected: false, status: 301) { _ in [.redirect(301, to: "/x")] },
        Case("not found", .clientError, status: 404) { _ in [.response(404)] },
        Case("an error of the server", .serverError, status: 503) { _ in [.response(503)] },
        Case("a status of no class", .garbled, status: 999) { _ in [.response(999)] },
        Case("an end before any byte", .cut) { _ in [.close] },
        Case("a reset before any byte", .cut) { _ in [.reset] },
        Case("an end in the header", .cut) { _ in [.text("HTTP/1.1 200 OK\r\nContent-Le"), .close] },
        Case("an end in the body", .cut, status: 200) { _ in
            [.text("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), .close]
        },
        Case("a reset in the body", .cut, status: 200) { _ in
            [.text("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), .wait(.milliseconds(30)), .reset]
        },
        Case("an end between chunks", .cut, status: 200) { _ in
            [.text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), .close]
        },
        Case("a chunk without a length", .garbled, status: 200) { _ in
            [.text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\nabc\r\n"), .wait(.milliseconds(50)), .close]
        },
        Case("rubbish", .garbled) { _ in [.text("\u{1}\u{2}\u{3} no HTTP at all\r\n\r\n"), .close] },
        Case("HTTP of 1991", .garbled) { _ in [.text("<html>hello</html>\n"), .close] },
        Case("a status line that makes no sense", .garbled) { _ in [.text("HTTP/1.1 abc\r\n\r\n"), .close] },
        Case("silence", .timeout) { _ in [.hang] },
        Case("a body that stalls", .timeout, status: 200) { _ in
            [.text("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), .hang]
        },
    ]

    @Test(arguments: cases) func isCountedAs(_ test: Case) async throws {
        let server = try ScriptedServer(test.script)
        let bench = try LoadBench(
            server.url, http: HTTPSettings(timeout: test.outcome == .timeout ? .milliseconds(600) : .seconds(60)))
        // Three at once: the run goes on after a failure, and each is a new connection where the server closes.
        let (outcome, rows, transfers) = try await bench.run(.closed(requests: 6, concurrency: 3), connections: .fresh)
        #expect(outcome.classes.map(\.outcome) == [test.outcome])
        #expect(outcome.count(test.outcome) == 6)
        #expect(outcome.unexpected == (test.unexpected ? 6 : 0))
        #expect(outcome.retried == 0)
        #expect(outcome.opened == 6)
        #expect(transfers.map(\.outcome) == Array(repeating: test.outcome, count: 6))
        #expect(transfers.allSatisfy { $0.status == test.status })
        #expect(Set(transfers.map(\.connection)).count == 6)
        #expect(rows.map(\.done).reduce(0, +) == 6)
        #expect(try await server.waits { $0.open == 0 || $0.requests.count >= 6 })
    }

    @Test func aPortWhereNobodyListensIsRefused() async throws {
        let bench = try LoadBench("http://127.0.0.1:\(try ScriptedServer.freePort())")
        let (outcome, _, transfers) = try await bench.run(.closed(requests: 20, concurrency: 3))
        #expect(outcome.count(.refused) == 20)
        #expect(outcome.unexpected == 20)
        #expect(outcome.opened == 0)
        #expect(transfers.allSatisfy { $0.status == nil })
    }

    @Test func aNameThatDoesNotResolveIsUnreachable() async throws {
        let bench = try LoadBench("http://no-such-name.invalid")
        let (outcome, _, _) = try await bench.run(.closed(requests: 4, concurrency: 2))
        #expect(outcome.count(.unreachable) == 4)
        #expect(outcome.opened == 0)
    }

    @Test func aServerThatSpeaksNoTLSIsUnreachable() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench("https://127.0.0.1:\(server.port)", http: HTTPSettings(timeout: .milliseconds(300)))
        let (outcome, _, _) = try await bench.run(.closed(requests: 2, concurrency: 1))
        #expect(outcome.count(.unreachable) + outcome.count(.timeout) == 2)
    }

    @Test func oneBadClassDoesNotStopTheOthers() async throws {
        let server = try ScriptedServer { request in
            switch request.target {
            case "/reset": [.reset]
            case "/rubbish": [.text("what?\r\n\r\n"), .close]
            default: [.response()]
            }
        }
        let bench = try LoadBench(
            server.url,
            requests: ["/fine", "/reset", "/rubbish"].map { RequestSpec(name: $0, url: $0) })
        let (outcome, _, _) = try await bench.run(.closed(requests: 60, concurrency: 4))
        #expect(outcome.count(.success) == 20)
        #expect(outcome.count(.cut) == 20)
        #expect(outcome.count(.garbled) == 20)
        #expect(outcome.unexpected == 40)
    }
}
