import Scenarios
import Testing

@Suite struct FullScenarioTests {
    static func read() throws -> Scenario {
        try ScenarioReader.read(path: Fixture.path("Good/shop"), options: .init(environment: ["PASSWORD": "p&ss wörd"]))
    }

    private func text(_ body: RequestSpec.Body?) throws -> String { try String(decoding: #require(body).bytes, as: UTF8.self) }

    @Test func `a folder is read by its scenario.yaml`() throws {
        let scenario = try Self.read()
        #expect(scenario.name == "wagtail-find")
        #expect(scenario.folder == Fixture.path("Good/shop"))
        #expect(scenario.target == "http://127.0.0.1:{{port}}")
        #expect(scenario.authorized)
    }

    @Test func `database and http are read`() throws {
        let scenario = try Self.read()
        #expect(
            scenario.database
                == DatabaseSettings(
                    source: .throwaway, settings: ["max_connections": "200", "jit": "off"], every: .milliseconds(50),
                    sessions: SessionFilter(applicationName: "cms", role: "app", database: "shop", clientAddress: "10.0.0.7"),
                    budget: .sessions(60),
                    pgbouncer: "postgresql://watcher@127.0.0.2:{{port}}/pgbouncer"))
        #expect(
            scenario.http
                == HTTPSettings(
                    version: .http1_1, reuse: .never, timeout: .milliseconds(2500),
                    headers: [
                        .init(name: "User-Agent", value: "seep"), .init(name: "X-Forwarded-For", value: "10.0.0.1"),
                        .init(name: "X-Forwarded-For", value: "10.0.0.2"),
                    ]))
    }

    @Test func `requests are read, named, and in order`() throws {
        let requests = try Self.read().requests
        #expect(
            requests.map(\.name) == [
                "find a page", "POST /login/", "PUT /edit/1/", "PATCH /edit/1/", "DELETE /edit/1/", "HEAD /", "OPTIONS /",
                "GET http://localhost:9000/other",
            ])
        #expect(requests.map(\.weight) == [6, 1, 1, 1, 1, 1, 1, 1])
        #expect(requests[0].follow == 3)
        #expect(requests[0].headers == [.init(name: "Accept", value: "application/json")])
        #expect(requests.prefix(4).map(\.expect.status) == [.exactly([200, 301]), .exactly([200, 302]), .exactly([204]), .success])
        #expect(requests[7].method == .get)
        #expect(requests[7].body == RequestSpec.Body(bytes: [], contentType: nil))
    }

    @Test func `bodies are written as the file orders them, by the types of YAML 1.2`() throws {
        let requests = try Self.read().requests
        #expect(try text(requests[1].body) == "user=alice+b&password=p%26ss+w%C3%B6rd&tag=x&tag=y")
        #expect(requests[1].body?.contentType == "application/x-www-form-urlencoded")
        #expect(
            try text(requests[2].body)
                == #"{"title":"no","zeta":{"count":10,"ratio":0.5,"none":null,"on":"on","big":123456789012345678901234567890},"#
                + #""alpha":[true,15,31,1.50e3]}"#)
        #expect(requests[2].body?.contentType == "application/json")
        #expect(try text(requests[3].body) == "raw é")
        #expect(requests[3].body?.contentType == nil)
    }

    @Test func `phases, waves and tests are read`() throws {
        let scenario = try Self.read()
        #expect(
            scenario.load == [
                .closed(concurrency: 4, end: .requests(50)), .closed(concurrency: 16, end: .duration(.seconds(30))),
                .open(rate: 0.5, duration: .seconds(120), maxInFlight: 100),
            ])
        #expect(scenario.waves == WaveSettings(count: 3, settle: .seconds(1)))
        #expect(scenario.tests == TestSettings(baseline: nil, warmUp: .seconds(10), unitDose: nil, longIdle: nil))
    }

    @Test func `servers are read in order, their placeholders kept`() throws {
        let servers = try Self.read().servers
        #expect(servers.map(\.name) == ["granian-2", "pooled"])
        let server = servers[0]
        #expect(server.setup == "python3 -m venv {{cache}}/venv")
        #expect(server.workdir == "site")
        #expect(
            server.environment == ["CONN_MAX_AGE": "0", "DEBUG": "no", "URL": "http://127.0.0.1:{{port}}", "FORMAT": "{{{{.State}}"])
        #expect(server.ready == "/health/")
        #expect(server.readyWithin == .seconds(90))
        #expect(server.stop == ServerSpec.Stop(signal: "INT", within: .seconds(3)))
        #expect(server.expect == "leak")
        #expect(servers.map(\.declaredRoom) == [8, 10])
        #expect(try server.environment["FORMAT"]?.expand([:]) == "{{.State}}")
    }
}
