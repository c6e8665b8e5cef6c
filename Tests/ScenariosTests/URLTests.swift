import Scenarios
import Testing

@Suite struct URLTests {
    private func problems(_ flags: ScenarioFlags) -> [ScenarioProblem] {
        do throws(ScenarioProblems) {
            _ = try Scenario.fromURLs(flags, folder: "/folder")
            return []
        } catch {
            return error.problems
        }
    }

    @Test func `one URL is a scenario with every default`() throws {
        let scenario = try Scenario.fromURLs(ScenarioFlags(urls: ["http://127.0.0.1:8000/find?x=1"]), folder: "/folder")
        #expect(
            scenario
                == Scenario(
                    name: "127.0.0.1-8000", folder: "/folder", target: "http://127.0.0.1:8000",
                    requests: [RequestSpec(name: "GET /find?x=1", url: "/find?x=1")]))
    }

    @Test func `what connections need can be given by flags`() throws {
        let file = Fixture.path("Good/flows/files/ca.pem")
        let scenario = try Scenario.fromURLs(
            ScenarioFlags(
                urls: ["https://127.0.0.1/"],
                connection: .init(timeout: "2s", authorities: file, isInsecure: true, socket: "/tmp/a.sock", user: "bob:a:b")),
            folder: "/folder")
        #expect(scenario.http.timeout == .seconds(2))
        #expect(scenario.http.tls == HTTPSettings.TLS(authorities: file, verify: false))
        #expect(scenario.http.socket == "/tmp/a.sock")
        #expect(scenario.http.auth == .basic(user: "bob", password: "a:b"))
        let proxied = ScenarioFlags(urls: ["http://127.0.0.1/"], connection: .init(proxy: "http://127.0.0.1:3128"))
        #expect(try Scenario.fromURLs(proxied, folder: "/").http.proxy == "http://127.0.0.1:3128")
    }

    @Test func `what is wrong with a connection's flag names it, and shows no password`() {
        let found = problems(
            ScenarioFlags(
                urls: ["http://127.0.0.1/"],
                connection: .init(timeout: "2", authorities: "/no/such/file", proxy: "http://me:hunter2@127.0.0.1", user: "hunter2")))
        #expect(found.map(\.file) == ["--user", "--timeout", "--proxy", "--ca"])
        #expect(!found.map(\.description).joined().contains("hunter2"))
        let user = problems(ScenarioFlags(urls: ["http://127.0.0.1/"], connection: .init(user: "bob:hunter2\u{7}")))
        #expect(user.map(\.file) == ["--user"])
        #expect(!user.map(\.description).joined().contains("hunter2"))
    }

    @Test func `every flag has its part`() throws {
        let scenario = try Scenario.fromURLs(
            ScenarioFlags(
                urls: ["http://[::1]", "http://[::1]:80/b"], database: "postgresql://app@db/shop",
                headers: ["Accept: a/b", "X-A:1", "X-A:", "X-Brace: {{port}} ${A}"], body: "a={{b}}&c=${D}", expect: "200,404",
                sessions: "application_name=a=b,role=app", requests: "50", name: "mine"),
            folder: "/folder")
        #expect(scenario.name == "mine")
        #expect(scenario.target == "http://[::1]")
        #expect(scenario.requests.map(\.url) == ["/", "/b"])
        #expect(scenario.requests.map(\.name) == ["POST /", "POST /b"])
        let request = scenario.requests[0]
        #expect(
            request.headers == [
                .init(name: "Accept", value: "a/b"), .init(name: "X-A", value: "1"), .init(name: "X-A", value: ""),
                .init(name: "X-Brace", value: "{{port}} ${A}"),
            ])
        #expect(request.body == .init(bytes: Array("a={{b}}&c=${D}".utf8), contentType: "application/x-www-form-urlencoded"))
        #expect(request.expect.status == .exactly([200, 404]))
        #expect(
            scenario.database
                == DatabaseSettings(
                    source: .url("postgresql://app@db/shop"), sessions: SessionFilter(applicationName: "a=b", role: "app")))
        #expect(scenario.load == [.closed(concurrency: 8, end: .requests(50))])
    }

    @Test(arguments: [
        (ScenarioFlags(urls: []), ["URL"]), (ScenarioFlags(urls: ["127.0.0.1:8000"]), ["URL"]),
        (ScenarioFlags(urls: ["http://127.0.0.1/", "http://127.0.0.2/"]), ["URL"]),
        (ScenarioFlags(urls: ["https://example.org/"]), ["URL"]), (ScenarioFlags(urls: ["http://[::1]/a b"]), ["URL"]),
        (ScenarioFlags(urls: ["http://[::1]"], concurrency: "0"), ["--concurrency"]),
        (ScenarioFlags(urls: ["http://[::1]"], requests: "many", duration: "5s"), ["--requests", "--duration"]),
        (ScenarioFlags(urls: ["http://[::1]"], duration: "5"), ["--duration"]),
        (ScenarioFlags(urls: ["http://[::1]"], rate: "10/s"), ["--rate"]),
        (ScenarioFlags(urls: ["http://[::1]"], concurrency: "8", duration: "5s", rate: "10/s"), ["--concurrency"]),
        (ScenarioFlags(urls: ["http://[::1]"], method: "FETCH", headers: ["X"], expect: "99"), ["--header", "--method", "--expect"]),
        (ScenarioFlags(urls: ["http://[::1]"], headers: ["X: a\r\nY: b", "A B: c"]), ["--header", "--header"]),
        (ScenarioFlags(urls: ["http://[::1]"], database: "db", sessions: "rol=x"), ["--database", "--sessions"]),
        (ScenarioFlags(urls: ["http://[::1]"], sessions: "role=x"), ["--sessions"]),
        (ScenarioFlags(urls: ["http://[::1]"], name: "a/b"), ["--name"]), (ScenarioFlags(urls: ["http://[::1]"], name: ""), ["--name"]),
    ]) func `what is wrong has its flag as its place`(_ flags: ScenarioFlags, _ places: [String]) {
        let found = problems(flags)
        #expect(found.map(\.file) == places, "\(found)")
        #expect(found.allSatisfy { $0.line == nil })
    }

    @Test func `the same URL twice is two requests, and a public one needs leave`() throws {
        let scenario = try Scenario.fromURLs(
            ScenarioFlags(
                urls: ["https://example.org/a", "https://EXAMPLE.org:443/a"], duration: "2s", rate: "10/s", authorized: true),
            folder: "/")
        #expect(scenario.requests.map(\.name) == ["GET /a", "GET /a (2)"])
        #expect(scenario.load == [.open(rate: 10, duration: .seconds(2), maxInFlight: 500)])
        #expect(scenario.name == "example.org-443")
    }
}
