import Foundation
import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

@Suite("A request with placeholders", .bothTransports) struct RenderingTests {
    private func sent(
        _ spec: RequestSpec, data: [DataSet] = [], count: Int = 1, seed: UInt64 = 1, http: HTTPSettings = HTTPSettings(), base: String = ""
    ) async throws -> [ScriptedServer.Request] {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url + base, requests: [spec], http: http, data: data, seed: seed)
        let (outcome, _, _) = try await bench.run(.closed(requests: count, concurrency: 1))
        #expect(outcome.given == count)
        #expect(outcome.unexpected == 0)
        return server.seen.requests
    }

    private static let values: [[UInt8]] = [
        Array("%00&x=1#y".utf8), [0xFF, 0xFE, 0x80], Array("ä/ü?".utf8), Array("a\"\\b".utf8), [],
        [UInt8](repeating: 0x78, count: 100_000),
    ]

    @Test func `keeps the bytes of its data in the URL, byte for byte`() async throws {
        let spec = RequestSpec(name: "r", url: "/p?q={{d.v}}&end", isTemplated: true)
        let requests = try await sent(spec, data: [.rows("d", .inOrder, Self.values)], count: Self.values.count)
        for (request, value) in zip(requests, Self.values) {
            let line = Array("GET /p?q=".utf8) + value + Array("&end HTTP/1.1\r\n".utf8)
            #expect(Array(request.bytes.prefix(line.count)) == line)
        }
    }

    @Test func `percent-encodes what a request line cannot hold, and nothing else`() async throws {
        let spec = RequestSpec(name: "r", url: "/{{d.v}}", isTemplated: true)
        let value: [UInt8] = Array("a b".utf8) + [0, 0x0D, 0x0A, 0x7F, 0x1F] + Array("%20".utf8)
        #expect(try await sent(spec, data: [.rows("d", .inOrder, [value])])[0].target == "/a%20b%00%0D%0A%7F%1F%20")
    }

    @Test func `may begin its URL with a value, which is then a path of the target`() async throws {
        let spec = RequestSpec(name: "r", url: "{{d.v}}", isTemplated: true)
        let requests = try await sent(spec, data: [.rows("d", .inOrder, ["/a?b", "/http://127.0.0.1:1/"])], count: 2, base: "/app")
        #expect(requests.map(\.target) == ["/app/a?b", "/app/http://127.0.0.1:1/"])
    }

    @Test func `puts values into headers without control characters`() async throws {
        let spec = RequestSpec(
            name: "r", url: "/", headers: [.init(name: "X-V", value: "<{{d.v}}>"), .init(name: "X-E", value: "{{e.v}}")], isTemplated: true)
        let http = HTTPSettings(headers: [.init(name: "X-Plain", value: "{{d.v}}")])
        let value = Array("a\r\nInjected: 1\u{0}\tb".utf8)
        let request = try await sent(spec, data: [.rows("d", .inOrder, [value]), .rows("e", .inOrder, [""])], http: http)[0]
        #expect(request.header("X-V") == "<aInjected: 1\tb>")
        #expect(request.header("X-E") == "")
        #expect(request.header("Injected") == nil)
        #expect(request.header("X-Plain") == "{{d.v}}")
    }

    @Test func `has values of its own in the headers of all requests`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("seep-headers-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("name\nada\nbob\n".utf8).write(to: folder.appendingPathComponent("users.csv"))
        try Data(
            """
            target: http://127.0.0.1
            data: {user: {file: users.csv, pick: in-order}}
            http: {headers: {X-Request: "{{n}}-{{user.name}}", X-Fixed: same}}
            requests: [{get: /a}, {get: /b, headers: {x-request: mine}}, {steps: [{get: /c}, {get: /d}]}]
            """.utf8
        ).write(to: folder.appendingPathComponent("scenario.yaml"))
        let scenario = try ScenarioReader.read(path: folder.path, options: ScenarioReader.Options())
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url, requests: scenario.requests, http: scenario.http, data: scenario.data)
        _ = try await bench.run(.closed(requests: 6, concurrency: 1))
        let seen = server.seen.requests
        #expect(seen.map(\.target) == ["/a", "/b", "/c", "/d", "/a", "/b", "/c", "/d"])
        #expect(
            seen.map { $0.header("X-Request") } == ["1-ada", "mine", "3-bob", "4-bob", "5-ada", "mine", "7-bob", "8-bob"])
        #expect(seen.allSatisfy { $0.header("X-Fixed") == "same" })
    }

    @Test(arguments: [
        (RequestSpec.Body.Encoding.none, "a\"\n\u{1}ä&=+ \\"), (.json, "a\\\"\\n\\u0001ä&=+ \\\\"),
        (.form, "a%22%0A%01%C3%A4%26%3D%2B+%5C"),
    ])
    func `encodes values in its body as the body is encoded`(encoding: RequestSpec.Body.Encoding, expected: String) async throws {
        let body = RequestSpec.Body(bytes: Array("<{{d.v}}|{{{{>".utf8), contentType: "text/plain", encoding: encoding)
        let spec = RequestSpec(name: "r", method: .post, url: "/", body: body, isTemplated: true)
        let request = try await sent(spec, data: [.rows("d", .inOrder, ["a\"\n\u{1}ä&=+ \\"])])[0]
        #expect(request.text.hasSuffix("\r\n\r\n<\(expected)|{{>"))
        #expect(request.header("Content-Length") == "\("<\(expected)|{{>".utf8.count)")
        #expect(request.header("Content-Type") == "text/plain")
    }

    @Test func `counts, names its user, and draws the same ids from the same seed`() async throws {
        let spec = RequestSpec(name: "r", url: "/{{n}}/{{vu}}/{{uuid}}/{{uuid}}", isTemplated: true)
        let one = try await sent(spec, count: 5).map(\.target)
        #expect(try await sent(spec, count: 5).map(\.target) == one)
        #expect(try await sent(spec, count: 5, seed: 2).map(\.target) != one)
        #expect(one.map { $0.split(separator: "/")[0] } == ["1", "2", "3", "4", "5"])
        #expect(one.allSatisfy { $0.split(separator: "/")[1] == "1" })
        let ids = one.flatMap { $0.split(separator: "/").dropFirst(2) }
        #expect(Set(ids).count == 10)
        for id in ids { #expect(id.contains(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)) }
    }

    @Test func `sends the header that a fixed one would`() async throws {
        let headers = [HTTPSettings.Header(name: "X-A", value: "1"), .init(name: "Accept", value: "b"), .init(name: "Host", value: "h:1")]
        let body = RequestSpec.Body(bytes: Array("x".utf8), contentType: "text/plain")
        for (own, method) in [([], RequestSpec.Method.get), (headers, .post), ([], .put), ([], .head)] {
            var spec = RequestSpec(name: "r", method: method, url: "/a?b#c", headers: own, body: method == .post ? body : nil)
            let server = try ScriptedServer { $0.method == "HEAD" ? [.text("HTTP/1.1 200 OK\r\n\r\n")] : [.response()] }
            for isTemplated in [false, true] {
                spec.isTemplated = isTemplated
                _ = try await LoadBench(server.url, requests: [spec]).run(.closed(requests: 2, concurrency: 1))
            }
            let seen = server.seen.requests
            #expect(seen.count == 4)
            // libcurl writes lines that are given to it after its own.
            #expect(Set(seen.map { $0.text.split(separator: "\r\n", omittingEmptySubsequences: false).sorted() }).count == 1)
        }
    }

    @Test(arguments: [
        "http://127.0.0.1:{{d.v}}/", "http://{{d.v}}/", "{{d.none}}", "/{{none.v}}", "/{{captured}}", "/a b{{n}}", "no-slash{{n}}",
        "http://127.0.0.1{{d.v}}",
    ])
    func `that cannot be sent is said before the load`(url: String) {
        let spec = RequestSpec(name: "r", url: url, isTemplated: true)
        #expect(throws: LoadError.self) {
            _ = try LoadBench("http://127.0.0.1:1", requests: [spec], data: [.rows("d", .inOrder, ["1"])])
        }
    }

    @Test func `follows redirects, with what it was sent with`() async throws {
        let server = try ScriptedServer { request in
            request.target.hasPrefix("/start") ? [.redirect(307, to: "next?x")] : [.response()]
        }
        let body = RequestSpec.Body(bytes: Array("{{d.v}} {{uuid}}".utf8), contentType: nil)
        let spec = RequestSpec(
            name: "r", method: .post, url: "/start/{{d.v}}/", headers: [.init(name: "X-V", value: "{{d.v}}")], body: body,
            isTemplated: true,
            follow: 1)
        let bench = try LoadBench(server.url, requests: [spec], data: [.rows("d", .inOrder, ["one", "two"])])
        let (outcome, _, _) = try await bench.run(.closed(requests: 2, concurrency: 1))
        let seen = server.seen.requests
        #expect(outcome.transfers == 4)
        #expect(seen.map(\.target) == ["/start/one/", "/start/one/next?x", "/start/two/", "/start/two/next?x"])
        #expect(seen.map { $0.header("X-V") } == ["one", "one", "two", "two"])
        #expect(seen[0].text.split(separator: "\r\n").last == seen[1].text.split(separator: "\r\n").last)
        #expect(seen[1].header("Host") == "127.0.0.1:\(server.port)")
    }

    @Test func `takes the wanted status from its data`() async throws {
        let server = try ScriptedServer { [.response(Int($0.target.dropFirst()) ?? 200)] }
        let spec = RequestSpec(name: "r", url: "/{{d.v}}", isTemplated: true, expect: .init(status: .template("{{e.v}}")))
        let bench = try LoadBench(
            server.url, requests: [spec],
            data: [.rows("d", .inOrder, ["200", "404", "500", "200"]), .rows("e", .inOrder, ["200", "404,410", "200", "x"])])
        let (outcome, _, _) = try await bench.run(.closed(requests: 4, concurrency: 1))
        #expect(outcome.unexpected == 2)
        #expect(outcome.failedCheckWords == ["r status=2"])
    }

    @Test func `in a table of 10,000 is one of 10,000, with classes for 256`() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let specs = (0..<10_000).map { RequestSpec(name: "r\($0)", url: "/\($0)/{{n}}", isTemplated: $0.isMultiple(of: 2)) }
        let bench = try LoadBench(server.url, requests: specs)
        let (outcome, _, _) = try await bench.run(.closed(requests: 10_000, concurrency: 4))
        #expect(outcome.transfers == 10_000)
        #expect(outcome.unexpected == 0)
        #expect(outcome.classes.count <= 256)
        #expect(outcome.classes.map(\.done).reduce(0, +) == 10_000)
    }
}
