import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

@Suite(.bothTransports) struct RequestBytesTests {
    private func sent(_ spec: RequestSpec, http: HTTPSettings = HTTPSettings(), base: String = "") async throws -> ScriptedServer.Request {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url + base, requests: [spec], http: http)
        let (outcome, _, _) = try await bench.run(.closed(requests: 1, concurrency: 1))
        #expect(outcome.given == 1)
        return try #require(server.seen.requests.first)
    }

    @Test(arguments: [
        "/", "/a/../b/./c", "/?q=%00&r=%FF%fe", "/a//b", "/ä/ü?ß", "/?x={y}|^\\\"<>`", "/?", "/a?b?c=d&&e", "/%2e%2e/%2F", "/;p=1?q=+%20+",
    ])
    func theURLIsSentByteForByte(path: String) async throws {
        let request = try await sent(RequestSpec(name: "r", url: path))
        #expect(Array(request.bytes.prefix(4 + path.utf8.count + 11)) == Array("GET \(path) HTTP/1.1\r\n".utf8))
    }

    @Test func aURLOf100KilobytesIsSentWhole() async throws {
        let path = "/?q=" + String(repeating: "x%00", count: 25_000)
        let request = try await sent(RequestSpec(name: "r", url: path))
        #expect(request.target == path)
    }

    @Test func aFragmentIsNotSent() async throws {
        #expect(try await sent(RequestSpec(name: "r", url: "/a?b#c")).target == "/a?b")
    }

    @Test func aPathIsJoinedToThePathOfTheTarget() async throws {
        #expect(try await sent(RequestSpec(name: "r", url: "/b/"), base: "/app").target == "/app/b/")
    }

    @Test(arguments: ["/a b", "/a\r\nX: y", "no-slash", "ftp://127.0.0.1/", "/\u{7F}"])
    func whatCannotBeSentIsSaidBeforeTheLoad(url: String) {
        #expect(throws: LoadError.self) { _ = try LoadBench("http://127.0.0.1:1", requests: [RequestSpec(name: "r", url: url)]) }
    }

    @Test func aHeaderWithALineEndIsRefused() {
        let spec = RequestSpec(name: "r", url: "/", headers: [.init(name: "X", value: "a\r\nY: b")])
        #expect(throws: LoadError.self) { _ = try LoadBench("http://127.0.0.1:1", requests: [spec]) }
    }

    @Test func aRequestsOwnHeaderTakesThePlaceOfTheScenarios() async throws {
        let request = try await sent(
            RequestSpec(name: "r", url: "/", headers: [.init(name: "accept", value: "b"), .init(name: "X-Empty", value: "")]),
            http: HTTPSettings(headers: [.init(name: "Accept", value: "a"), .init(name: "X-All", value: "1")]))
        #expect(request.header("Accept") == "b")
        #expect(request.text.lowercased().split(separator: "\r\n").filter { $0.hasPrefix("accept:") }.count == 1)
        #expect(request.header("X-All") == "1")
        #expect(request.header("X-Empty") == "")
    }

    @Test func theUserAgentIsOursUnlessSaidOtherwise() async throws {
        #expect(try await sent(RequestSpec(name: "r", url: "/")).header("User-Agent")?.hasPrefix("seep/") == true)
        let own = RequestSpec(name: "r", url: "/", headers: [.init(name: "user-agent", value: "mine")])
        #expect(try await sent(own).header("User-Agent") == "mine")
    }

    @Test(arguments: RequestSpec.Method.allCases)
    func everyMethodIsSentWithItsBody(method: RequestSpec.Method) async throws {
        let body = Array("a=1&b=\u{0}".utf8)
        let request = try await sent(
            RequestSpec(name: "r", method: method, url: "/m", body: .init(bytes: body, contentType: "application/x-custom")))
        #expect(request.method == method.rawValue)
        if method == .head {
            #expect(request.header("Content-Length") == nil)
        } else {
            #expect(Array(request.bytes.suffix(body.count)) == body)
            #expect(request.header("Content-Length") == "\(body.count)")
            #expect(request.header("Content-Type") == "application/x-custom")
        }
        #expect(request.header("Expect") == nil)
    }

    @Test(arguments: [(RequestSpec.Method.post, "0" as String?), (.put, "0"), (.get, nil), (.delete, nil)])
    func aRequestWithoutABodySaysSoWhereOneIsUsual(method: RequestSpec.Method, length: String?) async throws {
        let request = try await sent(RequestSpec(name: "r", method: method, url: "/"))
        #expect(request.header("Content-Length") == length)
        #expect(request.header("Content-Type") == nil)
    }

    @Test func aLargeBodyIsSentWithoutAskingFirst() async throws {
        let body = [UInt8](repeating: 0x41, count: 2_000_000)
        let request = try await sent(RequestSpec(name: "r", method: .post, url: "/", body: .init(bytes: body, contentType: nil)))
        #expect(request.header("Expect") == nil)
        #expect(Array(request.bytes.suffix(body.count)) == body)
    }

    @Test func differentRequestsInOneSlotDoNotMix() async throws {
        let server = try ScriptedServer { request in
            request.method == "HEAD" ? [.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")] : [.response()]
        }
        let bench = try LoadBench(
            server.url,
            requests: [
                RequestSpec(
                    name: "post", method: .post, url: "/p", headers: [.init(name: "X-P", value: "1")],
                    body: .init(bytes: [0x61], contentType: nil)),
                RequestSpec(name: "head", method: .head, url: "/h"), RequestSpec(name: "get", url: "/g"),
                RequestSpec(name: "delete", method: .delete, url: "/d"),
            ])
        let (outcome, _, _) = try await bench.run(.closed(requests: 12, concurrency: 1))
        #expect(outcome.count(.success) == 12)
        #expect(
            server.seen.requests.map { "\($0.method) \($0.target)" }
                == Array(repeating: ["POST /p", "HEAD /h", "GET /g", "DELETE /d"], count: 3).flatMap { $0 })
        #expect(server.seen.requests.filter { $0.header("X-P") != nil }.count == 3)
        #expect(server.seen.requests.filter { $0.header("Content-Length") != nil }.count == 3)
        #expect(outcome.opened == 1)
    }

    @Test func http10IsSpokenWhenTheScenarioSaysSo() async throws {
        let request = try await sent(RequestSpec(name: "r", url: "/"), http: HTTPSettings(version: .http1_0))
        #expect(request.text.hasPrefix("GET / HTTP/1.0\r\n"))
    }
}
