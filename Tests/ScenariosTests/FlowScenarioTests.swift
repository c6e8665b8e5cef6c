import Foundation
import Scenarios
import Testing

/// `Good/flows`: every key of `data`, `requests` and `http` beyond those of `Good/shop`.
@Suite struct FlowScenarioTests {
    static func read() throws -> Scenario {
        try ScenarioReader.read(path: Fixture.path("Good/flows"), options: .init(environment: ["PASSWORD": "p{{n}}"]))
    }

    private func text(_ request: RequestSpec) throws -> String { try String(decoding: #require(request.body).bytes, as: UTF8.self) }

    @Test func `connections are read`() throws {
        let http = try Self.read().http
        let files = Fixture.path("Good/flows/files")
        #expect(http.reuse == .requests(10))
        #expect(http.auth == .basic(user: "seep", password: "p{{n}}"))
        #expect(http.proxy == "http://seep:p{{n}}@127.0.0.1:3128")
        #expect(
            http.tls
                == HTTPSettings.TLS(authorities: "\(files)/ca.pem", certificate: "\(files)/ca.pem", key: "\(files)/key.pem", verify: false))
    }

    @Test func `data files are read, their values byte for byte`() throws {
        let data = try Self.read().data
        #expect(data.map(\.name) == ["page", "user"])
        #expect(data.map(\.pick) == [.shuffled, .inOrder])
        #expect(data[0].columns == ["path", "status", "the"])
        #expect(data[0].rowCount == 2)
        let values = (0..<data[0].rows.count).map { String(decoding: data[0].rows.bytes[data[0].rows.range(of: $0)], as: UTF8.self) }
        #expect(values == ["/about/", "200", "About, us", "/no/such/page/", "404", "say \"no\""])
    }

    @Test func `a request with placeholders has templates throughout`() throws {
        let request = try Self.read().requests[0]
        #expect(request.isTemplated)
        #expect(request.url == "/find/?html_path={{page.path}}&n={{n}}")
        #expect(request.headers.map(\.value) == ["{{uuid}}", "{{{{x}}"])
        #expect(try RequestTemplate(request.headers[1].value).pieces == [.text("{{x}}")])
        #expect(request.timeout == .seconds(2))
        #expect(request.expect.status == .template("{{page.status}}"))
        #expect(
            request.expect.headers == [
                .init(name: "Content-Type", check: .contains("text/html")), .init(name: "X-None", check: .exists(false)),
            ])
        #expect(
            request.expect.body == [
                .contains("{{page.the}}"), .equals("b"), .contains("a"), .contains("{{{{"), .matches("^\\w+"),
            ])
        #expect(
            request.expect.json == [
                .init(name: "meta.total_count", check: .compares(.above, 0)), .init(name: "items.0.id", check: .compares(.equal, 7)),
                .init(name: "ok", check: .equals("true")), .init(name: "x", check: .exists(true)), .init(name: "y", check: .matches("a|b")),
                .init(name: "z", check: .equals("> all")), .init(name: "n", check: .equals("null")),
                .init(name: "r", check: .compares(.atLeast, -15)),
            ])
        #expect(request.expect.within == .milliseconds(1500))
    }

    @Test func `a path may come from a data file as a whole`() throws {
        let request = try Self.read().requests[1]
        #expect(request.url == "{{page.path}}")
        #expect(request.isPath)
    }

    @Test func `hang-ups, ends and slow readers are read`() throws {
        let requests = try Self.read().requests
        #expect(
            requests[2...5].map(\.hangUp) == [
                .init(.bytes(16_384), how: .reset), .init(.time(.milliseconds(200))), .init(.beforeResponse),
                .init(.headers, how: .halfClose),
            ])
        #expect(requests[2].readRate == 10_000)
        #expect(requests[6...7].map(\.expect.end) == [.cut, .timeout])
    }

    @Test func `without a placeholder every text is final`() throws {
        let request = try #require(try Self.read().requests.first { $0.name == "literal braces" })
        #expect(!request.isTemplated)
        let body = try text(request)
        #expect(body == "{{n}} {")
        #expect(request.headers == [.init(name: "X", value: "{{")])
        #expect(request.expect.body == [.contains("{{")])
    }

    @Test func `a file is sent as it is, also beside placeholders`() throws {
        let uploads = try Self.read().requests.filter { $0.url == "/upload" }
        let dot = try Array(Data(contentsOf: URL(fileURLWithPath: Fixture.path("Good/flows/files/dot.png"))))
        #expect(uploads[0].isTemplated)
        #expect(uploads[0].body == RequestSpec.Body(bytes: dot, contentType: "image/png", file: "files/dot.png"))
        #expect(uploads[0].body?.isLiteral == true)
        let body = try #require(uploads[1].body)
        let template = try RequestTemplate(body.bytes)
        let boundary = "----------seep-part-of-a-form-0"
        #expect(body.contentType == "multipart/form-data; boundary=\(boundary)")
        #expect(
            template.pieces == [
                .text("--\(boundary)\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n"), .number,
                .bytes(
                    Array(
                        (" {{\r\n--\(boundary)\r\nContent-Disposition: form-data; name=\"a%22b\"\r\n\r\nx\r\n--\(boundary)\r\n"
                            + "Content-Disposition: form-data; name=\"picture\"; filename=\"p.png\"\r\nContent-Type: image/png\r\n\r\n")
                            .utf8)
                        + dot + Array("\r\n--\(boundary)--\r\n".utf8)),
            ])
        #expect(!uploads[2].isTemplated)
        let literal = try #require(uploads[2].body).bytes
        #expect(
            literal.contains(Array("name=\"picture\"; filename=\"dot.png\"\r\nContent-Type: application/octet-stream\r\n\r\n".utf8) + dot))
    }

    @Test func `a flow is read, and each of its requests has a name of its own`() throws {
        let scenario = try Self.read()
        let entry = try #require(scenario.requests.first { $0.name == "log in, then edit" })
        let flow = try #require(entry.flow)
        #expect(entry.weight == 2)
        #expect(
            flow.requests.map(\.name) == [
                "log in, then edit: POST /login/", "log in, then edit: GET /edit/{{random 1 100}}/", "save",
                "log in, then edit: GET /edit/{{id}}/", "log in, then edit: GET /edit/{{id}}/ (2)",
            ])
        #expect(flow.before.count == 1)
        #expect(flow.steps[1] == .think(from: .seconds(1), to: .seconds(3)))
        #expect(
            flow.requests[1].captures == [
                .init(name: "id", source: .json(path: "items.0.id")), .init(name: "token", source: .header("X-Token")),
                .init(name: "csrf", source: .match("name=\"csrf\" value=\"([^\"]+)\"")),
            ])
        #expect(try RequestTemplate(flow.requests[1].url).pieces == [.text("/edit/"), .random(1...100), .text("/")])
        #expect(scenario.requests.suffix(2).map(\.name) == ["flow 1", "flow 2"])
        #expect(scenario.sentRequests.suffix(3).map(\.name) == ["flow 1: GET /a", "flow 1: GET /a (2)", "flow 2: GET /a"])
        #expect(scenario.thresholds.map(\.request) == ["save", "log in, then edit: GET /edit/{{id}}/"])
    }

    @Test func `bodies with placeholders are encoded around them`() throws {
        let flow = try #require(try Self.read().requests.first { $0.name == "log in, then edit" }?.flow)
        let form = flow.requests[0]
        #expect(form.body?.encoding == .form)
        #expect(try text(form) == "user={{user.name}}&password=p%7B%7Bn%7D%7D&a+b={{vu}}+%7B")
        let json = flow.requests[2]
        #expect(json.body?.encoding == .json)
        #expect(
            try text(json)
                == #"{"title":"x \"{{page.the}}\" {","id":{{id}},"n":"{{n}}","token":"{{csrf}}","{{vu}}":1,"text":"page {{n}}"}"#)
    }
}
