import Scenarios
import Testing

@Suite struct ReaderTests {
    @Test func `the shortest useful scenario takes every default`() throws {
        let scenario = try read(
            """
            target: http://127.0.0.1:8000
            database: ${DATABASE_URL}
            requests:
              - get: /api/pages/find/?html_path=/about/
              - get: /api/pages/find/?html_path=/no/such/page/
                expect: 404
            """, environment: ["DATABASE_URL": "postgresql://app@127.0.0.1/shop"])
        #expect(scenario.name == "test")
        #expect(scenario.target == "http://127.0.0.1:8000")
        #expect(scenario.database == DatabaseSettings(source: .url("postgresql://app@127.0.0.1/shop")))
        #expect(scenario.load == [.closed(concurrency: 8, end: .requests(101))])
        #expect(scenario.waves == WaveSettings())
        #expect(scenario.tests == TestSettings())
        #expect(
            scenario.requests == [
                RequestSpec(name: "GET /api/pages/find/?html_path=/about/", url: "/api/pages/find/?html_path=/about/"),
                RequestSpec(
                    name: "GET /api/pages/find/?html_path=/no/such/page/", url: "/api/pages/find/?html_path=/no/such/page/",
                    expect: .exactly([404])),
            ])
    }

    @Test func `a scenario with five mistakes has exactly five diagnostics, in order`() throws {
        do throws(ScenarioProblems) {
            _ = try ScenarioReader.read(
                path: Fixture.path("five-mistakes.yaml"), options: .init(environment: ["DATABASE_URL": "host=db dbname=shop"]))
            Issue.record("the scenario was taken")
        } catch {
            #expect(error.problems.map(\.place) == ["1:1", "4:10", "7:13", "8:10", "10:16"])
        }
    }
}

/// What stands around the keys: names, variables, `--set`, files.
@Suite struct ReadingTests {
    static let shortest = "target: http://127.0.0.1:8000\nrequests:\n  - get: /\n"

    @Test(arguments: [
        ("shop.yaml", "shop"), ("shop.find.yml", "shop.find"), ("scenario.yaml", "folder"),
    ]) func `the file or its folder names the scenario`(_ file: String, _ name: String) throws {
        let scenario = try TemporaryScenario(Self.shortest, file: file)
        let folder = scenario.folder.split(separator: "/").last.map(String.init)
        #expect(try scenario.read().name == (name == "folder" ? folder : name))
    }

    @Test(arguments: ["no/such/file.yaml", ""]) func `a file that is not there is one problem without a line`(_ path: String) throws {
        let error = try #require(throws: ScenarioProblems.self) { try ScenarioReader.read(path: path, options: .init()) }
        #expect(error.problems.map(\.line) == [nil])
        #expect(error.description.contains("there is no such file"))
    }

    @Test func `a folder without scenario.yaml is told so`() throws {
        let error = try #require(throws: ScenarioProblems.self) {
            try ScenarioReader.read(path: Fixture.path("Good"), options: .init())
        }
        #expect(error.description.contains("the folder has no `scenario.yaml`"))
    }

    @Test func `requests without names that would have the same get a number`() throws {
        let scenario = try read(
            """
            target: http://127.0.0.1:8000
            requests: [{get: /}, {get: /}, {name: GET / (2), get: /x}, {get: /}, {head: /}]
            """)
        #expect(scenario.requests.map(\.name) == ["GET /", "GET / (3)", "GET / (2)", "GET / (4)", "HEAD /"])
    }

    @Test(arguments: [
        ("${A}", "one"), ("x${A}y", "xoney"), ("${NONE:-two}", "two"), ("${EMPTY:-three}", "three"), ("${EMPTY}", ""),
        ("$${A}", "${A}"), ("$A", "$A"), ("${NONE:-${A}}", "one"), ("${NONE:-{\"a\": {}}}", "{\"a\": {}}"), ("$$${A}", "$${A}"),
        ("${EVIL}", "a\nweight: 9 # '\" {{port}}"), ("${NONE:-}", ""), ("5$", "5$"),
    ]) func `variables are put into text`(_ written: String, _ expected: String) throws {
        let scenario = try read(
            Self.shortest + "    body: '\(written)'\n",
            environment: ["A": "one", "EMPTY": "", "EVIL": "a\nweight: 9 # '\" {{port}}"])
        #expect(scenario.requests[0].body?.bytes == Array(expected.utf8))
        #expect(scenario.requests[0].weight == 1)
    }

    @Test func `a variable has the type of its text, also in quotes where a number is due`() throws {
        let scenario = try read(
            Self.shortest + "    weight: ${N}\n    expect: [\"${STATUS}\"]\nload: {concurrency: \"${N}\", duration: \"${D}\"}\n",
            environment: ["N": "3", "STATUS": "404", "D": "5s"])
        #expect(scenario.requests[0].weight == 3)
        #expect(scenario.requests[0].expect.status == .exactly([404]))
        #expect(scenario.load == [.closed(concurrency: 3, end: .duration(.seconds(5)))])
    }

    @Test func `a request is named by what is written, not by what a variable holds`() throws {
        let scenario = try read(Self.shortest + "  - get: /${TOKEN}\n", environment: ["TOKEN": "s3cr3t"])
        #expect(scenario.requests[1].name == "GET /${TOKEN}")
        #expect(scenario.requests[1].url == "/s3cr3t")
    }

    @Test func `a value of the environment is never taken for a placeholder`() throws {
        let scenario = try read(
            "target: http://127.0.0.1:{{port}}\nrequests: [{get: /}]\nservers: {one: {command: \"serve ${X} {{port}}\"}}\n",
            environment: ["X": "{{port}}{{{{"])
        #expect(try scenario.servers[0].command?.expand(["port": "80"]) == "serve {{port}}{{{{ 80")
    }

    @Test func `with unset variables allowed, the rest is still checked`() throws {
        let text = """
            target: ${TARGET}
            database: {url: "${URL}", every: "${EVERY}"}
            requests:
              - get: ${PATH_OF_IT}
                weight: ${WEIGHT}
                expect: ["${STATUS}"]
            load: {rate: "${RATE}", duration: "${D}", max_in_flight: "${M}"}
            tests: {baseline: "${B}", unit_dose: "${U}"}
            """
        let scenario = try read(text, allowUnset: true)
        #expect(scenario.target.text == "${TARGET}")
        #expect(scenario.database?.source == .url("${URL}"))
        #expect(scenario.tests == TestSettings())
        #expect(try problems(text).count == 11)
        #expect(try problems(text + "\nwaves: {count: 0}", allowUnset: true).map(\.place) == ["9:16"])
    }

    @Test func `--set puts values in before anything is checked`() throws {
        let scenario = try read(
            Self.shortest + "database: throwaway\nservers: {granian-1.3: {command: x}}\n",
            sets: [
                "requests.0.get=/x?a=b", "requests.1={get: /y, expect: [200, 404]}", "waves.count=3", "load.concurrency=2",
                "database.every=50ms", "servers.granian-1.3.threads=8", "name='no'", "tests.baseline=off", "http.headers.X=a{{{{b",
            ])
        #expect(scenario.requests.map(\.url) == ["/x?a=b", "/y"])
        #expect(scenario.requests[1].expect.status == .exactly([200, 404]))
        #expect(scenario.waves.count == 3)
        #expect(scenario.load == [.closed(concurrency: 2, end: .requests(101))])
        #expect(scenario.database?.source == .throwaway)
        #expect(scenario.database?.every == .milliseconds(50))
        #expect(scenario.servers[0].threads == 8)
        #expect(scenario.name == "no")
        #expect(scenario.tests.baseline == nil)
        #expect(scenario.http.headers == [.init(name: "X", value: "a{{b")])
    }

    @Test func `--set reaches into flows and data`() throws {
        let scenario = try read(
            "target: http://127.0.0.1\ndata: {d: no-such.csv}\nrequests: [{steps: [{get: /a}, {get: /b}]}]\n",
            sets: [
                "requests.0.steps.1.get=/x", "requests.0.steps.2.think=1s", "requests.0.steps.0.capture.id.json=a.b",
                "requests.0.before=[{post: /login/}]", "data.d={file: d.csv, pick: once}", "requests.0.steps.3.get=/last",
            ], files: ["d.csv": Array("a\n1\n".utf8)])
        let flow = try #require(scenario.requests[0].flow)
        #expect(flow.requests.map(\.url) == ["/login/", "/a", "/x", "/last"])
        #expect(flow.steps[2] == .think(from: .seconds(1), to: .seconds(1)))
        #expect(flow.requests[1].captures == [.init(name: "id", source: .json(path: "a.b"))])
        #expect(scenario.data.map(\.pick) == [.once])
    }

    @Test(arguments: [
        ("waves.count=0", "is out of range", 13), ("waves", "a path and a value", 1), ("=x", "a path and a value", 1),
        ("requests.5.get=/x", "`requests` is a list", 10), ("target.x=1", "neither a map nor a list", 8),
        ("waves.cuont=3", "`cuont` is no key", 7), ("waves={count: [}", "not YAML", 16), ("soak=8h", "`soak` is no key of a scenario", 1),
        ("waves.soak=8", "`soak` is no duration", 12),
        ("requests.0.get=/a b", "holds a space", 16), ("database.url=${NO_SUCH}", "is not set", 14),
    ]) func `what is wrong with --set names the flag`(_ set: String, _ message: String, _ column: Int) throws {
        let found = try problems(Self.shortest, sets: [set])
        #expect(found.map(\.file) == ["--set"])
        #expect(found.first?.message.contains(message) == true, "\(found)")
        #expect(found.first?.column == column)
        #expect(found.first?.text == set)
    }

    @Test func `a soak has at least its number of waves, and an environment may take it back`() throws {
        let soak = Self.shortest + "waves: {count: 4, soak: 8h, settle: 20s}\nenvironments: {ci: {waves: {soak: off, count: 3}}}\n"
        #expect(try IncludeTests.read(["test.yaml": soak]).waves == WaveSettings(count: 4, settle: .seconds(20), soak: .seconds(8 * 3600)))
        #expect(try IncludeTests.read(["test.yaml": soak], environment: "ci").waves == WaveSettings(count: 3, settle: .seconds(20)))
    }

    @Test func `problems of flags come after those of the file`() throws {
        let found = try problems(Self.shortest + "waves: {count: 0}\n", sets: ["soak=8h", "expected=2"])
        #expect(found.map(\.place) == ["4:16", "--set", "--set"])
        #expect(found.map(\.text) == ["waves: {count: 0}", "soak=8h", "expected=2"])
    }

    @Test func `more than ten thousand requests are refused`() throws {
        let many = (0...10_000).map { "  - get: /\($0)\n" }.joined()
        #expect(try problems("target: http://127.0.0.1:8000\nrequests:\n" + many).map(\.place) == ["3:3"])
        #expect(try read("target: http://127.0.0.1:8000\nrequests:\n" + many.dropLast(15)).requests.count == 10_000)
        let flow = "  - steps: [" + String(repeating: "{get: /}, ", count: 10_000) + "]\n"
        #expect(try problems("target: http://127.0.0.1:8000\nrequests:\n" + flow).map(\.place) == ["3:3"])
    }
}
