import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

@Suite(.bothTransports) struct RedirectTests {
    /// `/1` leads to `/2` and so on; `/4` is the page.
    private static func chain(_ request: ScriptedServer.Request) -> [ScriptedServer.Action] {
        guard let number = Int(request.target.dropFirst()), number < 4 else { return [.response()] }
        return [.redirect(to: "/\(number + 1)")]
    }

    @Test func eachRedirectFollowedIsATransferOfItsOwn() async throws {
        let server = try ScriptedServer { Self.chain($0) }
        let bench = try LoadBench(server.url, requests: [RequestSpec(name: "r", url: "/1", follow: 3)])
        let (outcome, rows, transfers) = try await bench.run(.closed(requests: 5, concurrency: 1))
        #expect(outcome.given == 5)
        #expect(outcome.transfers == 20)
        #expect(outcome.count(.redirect) == 15)
        #expect(outcome.count(.success) == 5)
        #expect(outcome.unexpected == 0)
        #expect(transfers.count == 20)
        #expect(rows.map(\.started).reduce(0, +) == 20)
        #expect(rows.map(\.done).reduce(0, +) == 20)
        #expect(server.seen.requests.prefix(4).map(\.target) == ["/1", "/2", "/3", "/4"])
        #expect(outcome.opened == 1)
    }

    @Test func noMoreAreFollowedThanTheRequestSays() async throws {
        let server = try ScriptedServer { Self.chain($0) }
        let bench = try LoadBench(
            server.url,
            requests: [RequestSpec(name: "r", url: "/1", follow: 2, expect: .exactly([200]))])
        let (outcome, _, _) = try await bench.run(.closed(requests: 2, concurrency: 1))
        #expect(outcome.count(.redirect) == 6)
        #expect(outcome.unexpected == 2)
        #expect(server.seen.requests.map(\.target) == ["/1", "/2", "/3", "/1", "/2", "/3"])
    }

    @Test func aHostThatIsNotAuthorizedIsNotVisited() async throws {
        let other = try ScriptedServer { _ in [.response()] }
        let server = try ScriptedServer { [port = other.port] _ in [.redirect(to: "http://localhost:\(port)/secret")] }
        let bench = try LoadBench(
            server.url, requests: [RequestSpec(name: "r", url: "/", follow: 5)], mayFollow: { $0 != "localhost" })
        let (outcome, _, _) = try await bench.run(.closed(requests: 3, concurrency: 1))
        #expect(outcome.count(.redirect) == 3)
        #expect(outcome.transfers == 3)
        #expect(outcome.unexpected == 3)
        #expect(other.seen.accepted == 0)
    }

    @Test(arguments: ["ftp://127.0.0.1/x", "http://[", "file:///etc/passwd"])
    func aLocationThatCannotBeFollowedIsTheEnd(location: String) async throws {
        let server = try ScriptedServer { _ in [.redirect(to: location)] }
        let bench = try LoadBench(server.url, requests: [RequestSpec(name: "r", url: "/", follow: 5)])
        let (outcome, _, _) = try await bench.run(.closed(requests: 1, concurrency: 1))
        #expect(outcome.transfers == 1)
        #expect(outcome.unexpected == 1)
    }

    @Test(arguments: [
        (301, RequestSpec.Method.post, "GET", false), (302, .post, "GET", false), (303, .post, "GET", false), (303, .put, "GET", false),
        (307, .post, "POST", true), (308, .post, "POST", true), (302, .put, "PUT", true), (302, .head, "HEAD", false),
        (303, .head, "HEAD", false), (301, .get, "GET", false),
    ])
    func theMethodChangesAsInBrowsers(status: Int, method: RequestSpec.Method, next: String, keepsBody: Bool) async throws {
        let server = try ScriptedServer { request in
            // A response to HEAD has a length and no body.
            let redirect = ScriptedServer.Action.redirect(status, to: "/next")
            return request.target == "/" ? [redirect] : [.text("HTTP/1.1 204 Done\r\n\r\n")]
        }
        let body = method == .head || method == .get ? nil : RequestSpec.Body(bytes: Array("data".utf8), contentType: "text/plain")
        let bench = try LoadBench(server.url, requests: [RequestSpec(name: "r", method: method, url: "/", body: body, follow: 1)])
        let (outcome, _, _) = try await bench.run(.closed(requests: 1, concurrency: 1))
        #expect(outcome.transfers == 2)
        let second = try #require(server.seen.requests.last)
        #expect(second.method == next)
        #expect(second.text.hasSuffix("\r\n\r\ndata") == keepsBody)
        #expect((second.header("Content-Type") != nil) == keepsBody)
    }

    @Test func credentialsStayWithTheirOrigin() async throws {
        let other = try ScriptedServer { _ in [.response()] }
        let server = try ScriptedServer { [port = other.port] request in
            request.target == "/" ? [.redirect(to: "/same")] : [.redirect(to: "http://127.0.0.1:\(port)/other")]
        }
        let headers = [HTTPSettings.Header(name: "Authorization", value: "Bearer t"), .init(name: "X-Mine", value: "1")]
        let bench = try LoadBench(server.url, requests: [RequestSpec(name: "r", url: "/", headers: headers, follow: 2)])
        _ = try await bench.run(.closed(requests: 1, concurrency: 1))
        #expect(server.seen.requests.map { $0.header("Authorization") } == ["Bearer t", "Bearer t"])
        #expect(other.seen.requests.first?.header("Authorization") == nil)
        #expect(other.seen.requests.first?.header("X-Mine") == "1")
    }

    @Test func aFollowedRedirectOnFreshConnectionsTakesOneEach() async throws {
        let server = try ScriptedServer { Self.chain($0) }
        let bench = try LoadBench(server.url, requests: [RequestSpec(name: "r", url: "/2", follow: 3)])
        let (outcome, _, _) = try await bench.run(.closed(requests: 2, concurrency: 1), connections: .fresh)
        #expect(outcome.transfers == 6)
        #expect(server.seen.accepted == 6)
    }
}
