import Scenarios
import Testing

@Suite struct RequestTemplateTests {
    @Test(
        arguments: [
            ("", []), ("plain", [.text("plain")]), ("{{vu}}{{n}}", [.virtualUser, .number]), ("{{{{vu}}", [.text("{{vu}}")]),
            ("{{ random  -5 5 }}", [.random(-5...5)]), ("{{random 3 3}}", [.random(3...3)]), ("{{uuid}}x", [.uuid, .text("x")]),
            ("{{page.a.b}}", [.data(set: "page", column: "a.b")]), ("a {{{id}}}", [.text("a {"), .captured("id"), .text("}")]),
            ("{\"a\":{{n}}}", [.text("{\"a\":"), .number, .text("}")]), ("{{{{{n}}", [.text("{{{n}}")]),
            ("{{{{{{n}}", [.text("{{"), .number]), ("{{random-id}}", [.captured("random-id")]),
        ] as [(String, [RequestTemplate.Piece])]) func `a text is cut at its placeholders`(
            _ text: String, _ pieces: [RequestTemplate.Piece]
        )
        throws
    {
        #expect(try RequestTemplate(text).pieces == pieces)
    }

    @Test(arguments: [
        "{{", "{{}}", "{{n n}}", "{{random}}", "{{random 1}}", "{{random 2 1}}", "{{random 1 2 3}}", "{{random a b}}",
        "{{random 1 99999999999999999999}}", "{{é}}", "{{n", "{{1}}",
    ]) func `what is no placeholder is an error`(_ text: String) {
        #expect(throws: TemplateError.self) { try RequestTemplate(text) }
    }

    @Test func `bytes that are no text stay as they are`() throws {
        let bytes: [UInt8] = [0xFF, 0x7B, 0x7B] + Array("n}}".utf8) + [0xFE, 0]
        #expect(try RequestTemplate(bytes).pieces == [.bytes([0xFF]), .number, .bytes([0xFE, 0])])
    }

    @Test(arguments: ["{", "{{", "{{{", "a{", "}}", "{{n}}", "${A}"]) func `what a variable brings is text, whatever stands around it`(
        _ value: String
    ) throws {
        let scenario = try read(
            "target: http://127.0.0.1\nrequests: [{post: /, body: \"${A}${A}{{n}}${A}\"}, {post: /, body: \"${A}${A}\"}]\n",
            environment: ["A": value])
        let template = try RequestTemplate(#require(scenario.requests[0].body).bytes)
        #expect(template.pieces == [.text(value + value), .number, .text(value)])
        #expect(scenario.requests[1].body?.bytes == Array((value + value).utf8))
    }

    @Test(arguments: [
        ("get: \"/{{n}}\"", true), ("get: /, headers: {X: \"{{n}}\"}", true), ("get: /, expect: {status: \"{{d.s}}\"}", true),
        ("post: /, body: \"{{n}}\"", true), ("post: /, json: [\"{{n}}\"]", true), ("post: /, form: {\"{{n}}\": 1}", true),
        ("post: /, multipart: {a: \"{{n}}\"}", true), ("get: /, expect: {body: \"{{n}}\"}", true),
        ("get: /, expect: {headers: {X: {equals: \"{{n}}\"}}}", true), ("get: /, expect: {json: {a: \"{{n}}\"}}", true),
        ("get: \"/{{{{n}}\"", false), ("post: /, json: {a: \"{{{{n}}\"}", false), ("get: /", false), ("get: \"/${A}\"", false),
    ]) func `a request is a template when a text of it holds a placeholder`(_ request: String, _ isTemplated: Bool) throws {
        let scenario = try read(
            "target: http://127.0.0.1\ndata: {d: d.csv}\nrequests: [{\(request)}]\n", environment: ["A": "{{n}}"],
            files: ["d.csv": Array("s\n200\n".utf8)])
        #expect(scenario.requests[0].isTemplated == isTemplated)
        if !isTemplated { #expect(!scenario.requests[0].url.contains("{{{{")) }
    }

    @Test func `a header of all requests with a placeholder is one of each, unless the request has its own`() throws {
        let scenario = try read(
            """
            target: http://127.0.0.1
            data: {d: d.csv}
            http: {headers: {X-Id: "{{uuid}}", X-Plain: "a{{{{b", X-Row: ["{{d.s}}", fixed]}}
            requests:
              - {get: "/{{{{", headers: {x-id: mine}}
              - {get: /b, headers: {X-Row: mine, X-Other: "{{{{"}}
              - {get: /c, headers: {X-Row: mine, x-id: mine}}
              - steps: [{get: /d}]
            """, files: ["d.csv": Array("s\n200\n".utf8)])
        func headers(_ spec: RequestSpec) -> [String] { spec.headers.map { "\($0.name): \($0.value)" } }
        #expect(scenario.http.headers == [.init(name: "X-Plain", value: "a{{b")])
        #expect(headers(scenario.requests[0]) == ["X-Row: {{d.s}}", "X-Row: fixed", "x-id: mine"])
        #expect(headers(scenario.requests[1]) == ["X-Id: {{uuid}}", "X-Row: mine", "X-Other: {{{{"])
        #expect(headers(scenario.requests[2]) == ["X-Row: mine", "x-id: mine"])
        #expect(scenario.requests.prefix(3).map(\.isTemplated) == [true, true, false])
        #expect(scenario.requests[0].url == "/{{{{")
        let part = try #require(scenario.requests[3].flow?.requests.first)
        #expect(headers(part) == ["X-Id: {{uuid}}", "X-Row: {{d.s}}", "X-Row: fixed"])
        #expect(part.isTemplated)
    }

    @Test func `a header of all requests is refused with values that no header can hold, or that are captured`() throws {
        let text = """
            target: http://127.0.0.1
            data: {d: d.csv}
            http: {headers: {X-A: "{{d.s}}", X-B: "{{id}}"}, auth: {bearer: x}}
            requests: [{steps: [{get: /, capture: {id: {json: id}}}, {get: "/{{id}}"}]}]
            """
        let found = try problems(text, files: ["d.csv": Array("s\n\"a\nb\"\n".utf8)])
        #expect(found.count == 2)
        let twice = "target: http://127.0.0.1\nhttp: {headers: {authorization: \"{{n}}\"}, auth: {bearer: x}}\nrequests: [{get: /}]\n"
        #expect(try problems(twice).map(\.place) == ["2:43"])
    }

    @Test func `an unset variable that is allowed does not hide what is wrong beside it`() throws {
        let text = """
            target: http://127.0.0.1
            data: {d: "${FILE}"}
            requests: [{get: "/{{d.any}}/{{id}}", hang_up: "${WHEN}", read: "${RATE}", expect: "${STATUS}"}]
            """
        #expect(try problems(text, allowUnset: true).map(\.place) == ["3:18"])
        #expect(try problems(text).count == 5)
    }
}
