import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

/// Which transport is taken for what, and that it is.
@Suite struct TransportTests {
    private static func http(_ transport: HTTPSettings.Transport, version: HTTPSettings.Version = .http1_1) -> HTTPSettings {
        HTTPSettings(version: version, timeout: .seconds(60), transport: transport)
    }

    @Test func directIsTakenWhereverItCan() throws {
        let specs = RequestSpec.Method.allCases.map { RequestSpec(name: $0.rawValue, method: $0, url: "/") }
        let bench = try LoadBench("http://127.0.0.1:1", requests: specs)
        #expect(bench.engine.transports == Dictionary(uniqueKeysWithValues: specs.map { ($0.name, "direct") }))
    }

    @Test(arguments: [
        (RequestSpec(name: "r", url: "http://user@127.0.0.1:1/"), HTTPSettings(), "a user in the URL"),
        (RequestSpec(name: "r", url: "http://bücher.invalid/"), HTTPSettings(), "a host name that libcurl has to encode"),
        (
            RequestSpec(name: "r", url: "/", headers: [.init(name: "TE", value: "trailers")]), HTTPSettings(),
            "a header that frames the message"
        ),
        (RequestSpec(name: "r", url: "/"), HTTPSettings(version: .http2), "HTTP/2"),
        (RequestSpec(name: "r", url: "/"), HTTPSettings(proxy: "socks5://127.0.0.1:1"), "a proxy that is not one of http://"),
    ])
    func whatDirectCannotDoIsGenerals(spec: RequestSpec, http: HTTPSettings, what: String) throws {
        let bench = try LoadBench("http://127.0.0.1:1", requests: [spec, RequestSpec(name: "plain", url: "/")], http: http)
        #expect(bench.engine.transports["r"]?.hasPrefix("general: direct cannot do \(what)") == true)
        #expect(
            bench.engine.transports["plain"]?.hasPrefix(http == HTTPSettings() ? "direct" : "general: direct cannot do \(what)") == true)
        var forced = http
        forced.transport = .direct
        let wrong = LoadError.request(name: "r", problem: "http.transport is direct, which cannot do \(what); use auto")
        #expect(throws: wrong) { _ = try LoadBench("http://127.0.0.1:1", requests: [spec], http: forced) }
    }

    @Test func requestsOfAStreamAreNotCountedOnAConnection() {
        let problem = "HTTP/2 shares connections, and cannot count requests on them; use reuse: always or never"
        #expect(throws: LoadError.request(name: "root", problem: problem)) {
            _ = try LoadBench("https://127.0.0.1:1", http: HTTPSettings(version: .http2, reuse: .requests(5)))
        }
    }

    @Test func generalIsTakenWhereItIsAskedFor() throws {
        let bench = try LoadBench("http://127.0.0.1:1", http: Self.http(.general))
        #expect(bench.engine.transports == ["root": "general: http.transport says so"])
    }

    @Test func bothCanBeInOneLoadAndNumberTheirConnectionsTogether() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(
            server.url,
            requests: [
                RequestSpec(name: "direct", url: "/d"), RequestSpec(name: "general", url: "/g", headers: [.init(name: "TE", value: "x")]),
            ])
        let (outcome, _, transfers) = try await bench.run(.closed(requests: 40, concurrency: 4))
        #expect(outcome.count(.success) == 40)
        #expect(outcome.opened == server.seen.accepted)
        let numbers = { (name: String) in Set(transfers.filter { $0.request == name }.map(\.connection)) }
        #expect(numbers("direct").isDisjoint(with: numbers("general")))
        #expect(numbers("direct").union(numbers("general")) == Set(1...outcome.opened))
        #expect(try await server.waits { $0.open == 0 })
        // One connection is one connection, whatever the requests.
        let (one, _, _) = try await bench.run(.closed(requests: 10, concurrency: 1), id: 1, connections: .one)
        #expect(one.opened == 1)
        #expect(one.count(.success) == 10)
    }

    @Test func theSameBytesAreSentByBoth() async throws {
        let body = RequestSpec.Body(bytes: Array("a=1&b=\u{0}".utf8), contentType: "application/x-custom")
        var specs: [RequestSpec] = []
        for method in RequestSpec.Method.allCases {
            specs.append(RequestSpec(name: "\(method) bare", method: method, url: "/a/../b?c=%00&ä"))
            specs.append(RequestSpec(name: "\(method) body", method: method, url: "/", body: body))
            specs.append(RequestSpec(name: "\(method) empty body", method: method, url: "/", body: .init(bytes: [], contentType: nil)))
        }
        let headers: [[(String, String)]] = [
            [("Host", "example.org")], [("host", "")], [("Accept", "text/html"), ("X-Twice", "1"), ("X-Twice", "2")], [("accept", "")],
            [("X-Empty", ""), ("X-Blank", "  "), ("X-Trail", "a  "), ("X-Lead", "  a")], [("Accept-Encoding", "gzip"), ("Cookie", "a=b")],
            [("Content-Type", "text/x"), ("user-agent", "mine")],
            [("Authorization", "Bearer t"), ("Referer", "http://x/"), ("Range", "bytes=0-1")],
            [("X-Colon", "a:b;c"), ("If-None-Match", "\"x\""), ("Origin", "null")], [("User-Agent", "")], [("Content-Type", "")],
        ]
        for (index, lines) in headers.enumerated() {
            for method in [RequestSpec.Method.get, .post] {
                specs.append(
                    RequestSpec(
                        name: "\(method) \(index)", method: method, url: "/", headers: lines.map { .init(name: $0.0, value: $0.1) },
                        body: method == .post ? body : nil))
            }
        }
        for version in [HTTPSettings.Version.http1_1, .http1_0] {
            let general = try await sent(specs, Self.http(.general, version: version))
            let direct = try await sent(specs, Self.http(.direct, version: version))
            for (spec, (one, other)) in zip(specs, zip(general, direct)) { #expect(one == other, "\(spec.name)") }
            #expect(general.count == specs.count && direct.count == specs.count)
        }
    }

    /// What arrives of each request, one at a time; the server's port is struck out.
    private func sent(_ specs: [RequestSpec], _ http: HTTPSettings) async throws -> [String] {
        let server = try ScriptedServer { request in
            request.method == "HEAD" ? [.text("HTTP/1.1 200 OK\r\n\r\n")] : [.response()]
        }
        let bench = try LoadBench(server.url, requests: specs, http: http)
        let (outcome, _, _) = try await bench.run(.closed(requests: specs.count, concurrency: 1))
        #expect(outcome.count(.success) == specs.count)
        return server.seen.requests.map { $0.text.replacing(":\(server.port)", with: ":PORT") }
    }
}
