import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

@Suite("Cookies of a flow", .bothTransports) struct CookieFlowTests {
    private static func get(_ name: String, _ url: String, headers: [HTTPSettings.Header] = [], follow: Int = 0) -> RequestSpec.Flow.Part {
        .request(RequestSpec(name: name, url: url, headers: headers, isTemplated: true, follow: follow))
    }

    @Test func `stay with their user, over its turns and not over steps`() async throws {
        let server = try ScriptedServer { request in
            request.target.hasPrefix("/in")
                ? [
                    .wait(.milliseconds(10)),
                    .response(headers: ["Set-Cookie: user=\(request.target.dropFirst(4)); Path=/", "set-cookie: b=2; HttpOnly"]),
                ]
                : [.wait(.milliseconds(10)), .response()]
        }
        let bench = try LoadBench(
            server.url,
            requests: [.flow("f", before: [Self.get("in", "/in/{{vu}}")], Self.get("page", "/page/{{vu}}"), Self.get("p2", "/x/{{vu}}"))])
        for id in 0..<2 {
            let first = server.seen.requests.count
            _ = try await bench.run(.closed(requests: 12, concurrency: 4), id: id)
            let requests = server.seen.requests[first...]
            #expect(requests.filter { $0.target.hasPrefix("/in/") }.allSatisfy { $0.header("Cookie") == nil })
            let pages = requests.filter { $0.target.hasPrefix("/x/") }
            #expect(pages.count == 12)
            for page in pages { #expect(page.header("Cookie") == "user=\(page.target.dropFirst(3))") }
        }
    }

    @Test func `are changed and deleted by later responses`() async throws {
        let server = try ScriptedServer { request in
            switch request.target {
            case "/1":
                [
                    .response(headers: [
                        "Set-Cookie: a=1", "Set-Cookie: b=1", "Set-Cookie: c=1; Path=/deep", "Set-Cookie: d=1; Domain=other.example",
                    ])
                ]
            case "/2": [.response(headers: ["Set-Cookie: a=2", "Set-Cookie: b=; Max-Age=0"])]
            default: [.response()]
            }
        }
        let bench = try LoadBench(
            server.url, requests: [.flow("f", Self.get("1", "/1"), Self.get("2", "/2"), Self.get("3", "/3"), Self.get("4", "/deep/4"))])
        _ = try await bench.run(.closed(requests: 1, concurrency: 1))
        #expect(server.seen.requests.map { $0.header("Cookie") } == [nil, "a=1; b=1", "a=2", "c=1; a=2"])
    }

    @Test func `that are set on the way of redirects are kept, and sent on`() async throws {
        let server = try ScriptedServer { request in
            switch request.target {
            case "/start": [.response(302, headers: ["Location: /middle", "Set-Cookie: one=1"], body: "")]
            case "/middle": [.response(302, headers: ["Location: /end", "Set-Cookie: two=2"], body: "")]
            default: [.response()]
            }
        }
        let bench = try LoadBench(server.url, requests: [.flow("f", Self.get("a", "/start", follow: 5), Self.get("b", "/next"))])
        let (outcome, _, _) = try await bench.run(.closed(requests: 1, concurrency: 1))
        #expect(outcome.transfers == 4)
        #expect(
            server.seen.requests.map { "\($0.target) \($0.header("Cookie") ?? "")" } == [
                "/start ", "/middle one=1", "/end one=1; two=2", "/next one=1; two=2",
            ])
    }

    @Test func `give way to a header of the request`() async throws {
        let server = try ScriptedServer { _ in [.response(headers: ["Set-Cookie: a=1"])] }
        let own = [HTTPSettings.Header(name: "cookie", value: "mine={{vu}}")]
        let bench = try LoadBench(
            server.url, requests: [.flow("f", Self.get("a", "/"), Self.get("b", "/", headers: own), Self.get("c", "/"))])
        _ = try await bench.run(.closed(requests: 1, concurrency: 1))
        #expect(server.seen.requests.map { $0.header("Cookie") } == [nil, "mine=1", "a=1"])
    }

    @Test func `are for the name by which the request calls the server`() async throws {
        let server = try ScriptedServer { request in
            request.number == 1 ? [.response(headers: ["Set-Cookie: a=1; Domain=shop.example"])] : [.response()]
        }
        let host = [HTTPSettings.Header(name: "Host", value: "www.shop.example:8000")]
        let bench = try LoadBench(
            server.url, requests: [.flow("f", Self.get("a", "/", headers: host), Self.get("b", "/"))], http: HTTPSettings(headers: host))
        _ = try await bench.run(.closed(requests: 1, concurrency: 1))
        #expect(server.seen.requests.map { $0.header("Cookie") } == [nil, "a=1"])
    }

    @Test func `are not kept outside of flows`() async throws {
        let server = try ScriptedServer { _ in [.response(headers: ["Set-Cookie: a=1"])] }
        let bench = try LoadBench(server.url, requests: [RequestSpec(name: "r", url: "/{{n}}", isTemplated: true)])
        _ = try await bench.run(.closed(requests: 3, concurrency: 1))
        #expect(server.seen.requests.allSatisfy { $0.header("Cookie") == nil })
    }
}

@Suite("http.auth", .bothTransports) struct AuthTests {
    @Test(arguments: [
        (HTTPSettings.Auth.basic(user: "ann", password: "p:ä"), "Basic YW5uOnA6w6Q="), (.bearer("t.o-k"), "Bearer t.o-k"),
    ])
    func `goes to the target, not to others, and not where a header says otherwise`(auth: HTTPSettings.Auth, value: String) async throws {
        let other = try ScriptedServer { _ in [.response()] }
        let server = try ScriptedServer { [port = other.port] request in
            request.target == "/away" ? [.redirect(to: "http://127.0.0.1:\(port)/")] : [.response()]
        }
        let own = [HTTPSettings.Header(name: "authorization", value: "mine")]
        let bench = try LoadBench(
            server.url,
            requests: [
                RequestSpec(name: "fixed", url: "/a"), RequestSpec(name: "own", url: "/b", headers: own),
                RequestSpec(name: "rendered", url: "/{{n}}", isTemplated: true), RequestSpec(name: "away", url: "/away", follow: 1),
                RequestSpec(name: "other", url: "\(other.url)/x"),
                RequestSpec(name: "other rendered", url: "\(other.url)/{{n}}", isTemplated: true),
                .flow(
                    "f", .request(RequestSpec(name: "part", url: "/part")), .request(RequestSpec(name: "away 2", url: "/away", follow: 1))),
            ], http: HTTPSettings(auth: auth))
        let (outcome, _, _) = try await bench.run(.closed(requests: 7, concurrency: 1))
        #expect(outcome.transfers == 10)
        #expect(server.seen.requests.map { $0.header("Authorization") } == [value, "mine", value, value, value, value])
        #expect(other.seen.requests.count == 4)
        #expect(other.seen.requests.allSatisfy { $0.header("Authorization") == nil })
    }
}
