import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

@Suite("What a response must be", .bothTransports) struct CheckTests {
    private typealias Expectation = RequestSpec.Expectation
    private static let page =
        #"{"meta": {"total": 3, "next": null}, "items": [{"id": 12345678901234567890, "t\u0065xt": "ä\n"}], "tags": ["x", "y"], "n": "7"}"#

    /// How often each check failed, of one response.
    private func failures(
        _ expect: RequestSpec.Expectation, headers: [String] = ["X-A: one", "x-a:  two "], body: String = CheckTests.page,
        status: Int = 200,
        data: [DataSet] = []
    ) async throws -> [String] {
        let server = try ScriptedServer { _ in [.response(status, headers: headers, body: body)] }
        let spec = RequestSpec(name: "r", url: "/", isTemplated: !data.isEmpty, expect: expect)
        let bench = try LoadBench(server.url, requests: [spec], data: data)
        let (outcome, _, _) = try await bench.run(.closed(requests: 1, concurrency: 1))
        #expect(outcome.unexpected == outcome.failedChecks.reduce(0) { $0 + $1.count })
        return outcome.failedCheckWords
    }

    private static let json: [(String, Expectation.Check, Bool)] = [
        ("meta.total", .equals("3"), true), ("meta.total", .equals("3.0"), true), ("meta.total", .equals("4"), false),
        ("meta.total", .compares(.above, 2), true), ("meta.total", .compares(.above, 3), false), ("n", .compares(.equal, 7), true),
        ("items.0.id", .equals("12345678901234567890"), true), ("items.0.text", .equals("ä\n"), true), ("items.1.id", .exists(true), false),
        ("items.1", .exists(false), true), ("meta.next", .exists(true), true), ("meta.next", .equals("null"), true),
        ("tags", .contains("y"), true), ("tags", .contains("z"), false), ("items.0.text", .contains("ä"), true),
        ("items.0.text", .matches("^ä$"), false), ("items.0.text", .matches("^ä\\s$"), true), ("no.such", .compares(.unequal, 1), false),
    ]

    @Test(arguments: json.indices) func `a member of a JSON body is found and compared`(index: Int) async throws {
        let (path, check, holds) = Self.json[index]
        #expect(try await failures(Expectation(json: [.init(name: path, check: check)])) == (holds ? [] : ["r json=1"]))
    }

    private static let bodies: [(Expectation.Check, String, Bool)] = [
        (.equals("ok"), "ok", true), (.equals("ok"), "ok\n", false), (.contains("b"), "abc", true), (.contains("bd"), "abc", false),
        (.contains("aab"), "aaaab", true), (.matches("a.c"), "xabcx", true), (.matches("^a.c$"), "xabcx", false),
        (.compares(.atMost, 5), " 5 ", true), (.compares(.below, 5), "5", false), (.exists(true), "", false), (.exists(false), "", true),
        (.exists(true), "x", true), (.equals(""), "", true),
    ]

    @Test(arguments: bodies.indices) func `a body is compared as it came`(index: Int) async throws {
        let (check, body, holds) = Self.bodies[index]
        #expect(try await failures(Expectation(body: [check]), body: body) == (holds ? [] : ["r body=1"]))
    }

    private static let headers: [(String, Expectation.Check, Bool)] = [
        ("X-A", .equals("one"), true), ("X-A", .equals("two"), true), ("X-A", .equals("three"), false), ("x-A", .contains("w"), true),
        ("X-B", .exists(false), true), ("X-A", .exists(false), false), ("Content-Length", .compares(.above, 10), true),
        ("X-B", .equals(""), false),
    ]

    @Test(arguments: headers.indices) func `one of the headers of a name has to be as wanted`(index: Int) async throws {
        let (name, check, holds) = Self.headers[index]
        #expect(try await failures(Expectation(headers: [.init(name: name, check: check)])) == (holds ? [] : ["r header=1"]))
    }

    @Test func `values stand in checks too`() async throws {
        let data = [DataSet.rows("d", .inOrder, ["tot.l"])]
        #expect(try await failures(Expectation(body: [.matches("{{d.v}}")]), data: data) == [])
        #expect(try await failures(Expectation(body: [.contains("{{d.v}}")]), data: data) == ["r body=1"])
    }

    @Test func `the first check that fails is the one that is counted`() async throws {
        let all = Expectation(
            headers: [.init(name: "X-B", check: .exists(true))], body: [.equals("no")], json: [.init(name: "no", check: .exists(true))])
        #expect(try await failures(all, status: 500) == ["r status=1"])
        #expect(try await failures(all) == ["r header=1"])
    }

    @Test func `a response slower than wanted is unexpected, and one in time is not`() async throws {
        let server = try ScriptedServer { _ in [.wait(.milliseconds(60)), .response()] }
        let bench = try LoadBench(
            server.url,
            requests: [
                RequestSpec(name: "slow", url: "/", expect: .init(within: .milliseconds(50))),
                RequestSpec(name: "fine", url: "/", expect: .init(within: .seconds(30))),
            ])
        let (outcome, _, _) = try await bench.run(.closed(requests: 4, concurrency: 1))
        #expect(outcome.failedCheckWords == ["slow time=2"])
    }

    @Test func `an end that is wanted is expected, and a response in its place is not`() async throws {
        let server = try ScriptedServer { request in request.target == "/cut" ? [.close] : [.response()] }
        let bench = try LoadBench(
            server.url,
            requests: [
                RequestSpec(name: "cut", url: "/cut", expect: .init(end: .cut)),
                RequestSpec(name: "whole", url: "/", expect: .init(end: .cut)),
                RequestSpec(name: "other", url: "/cut", expect: .init(end: .timeout)), RequestSpec(name: "plain", url: "/cut"),
            ])
        let (outcome, _, _) = try await bench.run(.closed(requests: 8, concurrency: 1))
        #expect(outcome.failedCheckWords == ["other end=2", "plain end=2", "whole end=2"])
        #expect(outcome.unexpected == 6)
    }

    @Test func `a chunked body, and one that ends with its connection, are looked into as well`() async throws {
        let bodies = [
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x\r\nc\r\n0\r\nT: 1\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\nabc",
        ]
        let server = try ScriptedServer { request in
            request.target == "/0" ? [.text("HTTP/1.1 100 Continue\r\nX-No: 1\r\n\r\n"), .text(bodies[0])] : [.text(bodies[1]), .close]
        }
        let expect = Expectation(
            headers: [.init(name: "X-No", check: .exists(false)), .init(name: "T", check: .exists(false))], body: [.equals("abc")])
        let bench = try LoadBench(
            server.url, requests: [RequestSpec(name: "a", url: "/0", expect: expect), RequestSpec(name: "b", url: "/1", expect: expect)])
        let (outcome, _, _) = try await bench.run(.closed(requests: 6, concurrency: 2))
        #expect(outcome.failedCheckWords == [])
        #expect(outcome.bytes == 18)
    }

    @Test func `a body beyond 16 MB fails its check and is read to its end`() async throws {
        // Made before the load: the server would be busy with it for longer than some clients wait.
        let fits = ScriptedServer.Action.response(body: String(repeating: "x", count: 16 << 20))
        let large = ScriptedServer.Action.response(body: String(repeating: "x", count: (16 << 20) + 1))
        let server = try ScriptedServer { request in [request.target == "/large" ? large : fits] }
        let expect = Expectation(body: [.contains("xx")])
        let bench = try LoadBench(
            server.url,
            requests: [RequestSpec(name: "large", url: "/large", expect: expect), RequestSpec(name: "fits", url: "/fits", expect: expect)])
        let (outcome, _, _) = try await bench.run(.closed(requests: 2, concurrency: 1))
        #expect(outcome.failedCheckWords == ["large body=1"])
        #expect(outcome.bytes == (32 << 20) + 1)
    }
}

@Suite struct CompressedBodyTests {
    /// `{"a": 1}` as gzip makes it.
    private static let zipped: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0xab, 0x56, 0x4a, 0x54, 0xb2, 0x52, 0x30, 0xac, 0x05, 0x00, 0x97, 0x8e,
        0xa1, 0xfb, 0x08, 0x00, 0x00, 0x00,
    ]

    @Test func `a compressed body is looked into decoded, where the scenario asked for one`() async throws {
        let server = try ScriptedServer { request in
            guard request.header("Accept-Encoding") == "gzip" else { return [.response(body: #"{"a": 2}"#)] }
            return [
                .text("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(Self.zipped.count)\r\n\r\n"), .send(Self.zipped),
            ]
        }
        let asks = [HTTPSettings.Header(name: "Accept-Encoding", value: "gzip")]
        let bench = try LoadBench(
            server.url,
            requests: [
                RequestSpec(name: "zipped", url: "/", headers: asks, expect: .init(json: [.init(name: "a", check: .equals("1"))])),
                RequestSpec(name: "plain", url: "/", expect: .init(json: [.init(name: "a", check: .equals("2"))])),
                RequestSpec(name: "unread", url: "/", headers: asks),
            ])
        let (outcome, _, _) = try await bench.run(.closed(requests: 9, concurrency: 1))
        #expect(outcome.failedCheckWords == [])
        #expect(outcome.bytes == 6 * Self.zipped.count + 3 * 8)
        #expect(bench.engine.transports["zipped"]?.hasPrefix("general") == true)
        #expect(bench.engine.transports["plain"] == "direct")
        #expect(bench.engine.transports["unread"] == "direct")
        #expect(server.seen.requests.filter { $0.header("Accept-Encoding") == nil }.count == 3)
    }
}
