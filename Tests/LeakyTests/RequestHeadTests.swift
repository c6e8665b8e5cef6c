import Testing

@testable import leaky

@Suite("The head of a request") struct RequestHeadTests {
    private func parse(_ text: String) -> RequestHead.Parsed { RequestHead.parse(Array(text.utf8)) }

    struct Refusal: Sendable {
        let what: String
        let text: String
        let status: Int
    }

    @Test func `is read with its target and whether the connection goes on`() {
        let table: [(String, Bool, Bool)] = [
            ("GET /query HTTP/1.1\r\nHost: a\r\n\r\n", true, false),
            ("GET /query HTTP/1.1\r\nConnection: Close\r\n\r\n", false, false),
            ("GET /query HTTP/1.0\r\n\r\n", false, true),
            ("GET /query HTTP/1.0\r\nconnection: Keep-Alive\r\n\r\n", true, true),
            ("GET /query HTTP/1.1\nHost: a\n\n", true, false),
        ]
        for (text, keepsAlive, isOld) in table {
            let wanted = RequestHead(isHead: false, target: "/query", keepsAlive: keepsAlive, isOld: isOld)
            #expect(parse(text) == .head(wanted, length: text.utf8.count), "\(text)")
        }
    }

    @Test func `ends where it ends, and leaves what follows`() {
        let text = "HEAD / HTTP/1.1\r\n\r\n"
        guard case .head(let head, let length) = parse(text + "GET /x HTTP/1.1\r\n\r\n") else {
            Issue.record("no head")
            return
        }
        #expect(length == text.utf8.count)
        #expect(head.isHead)
    }

    @Test(
        arguments: [
            Refusal(what: "empty line first", text: "\r\n\r\n", status: 400),
            Refusal(what: "no version", text: "GET /\r\n\r\n", status: 400),
            Refusal(what: "no path", text: "GET http://x/ HTTP/1.1\r\n\r\n", status: 400),
            Refusal(what: "another method", text: "POST / HTTP/1.1\r\n\r\n", status: 405),
            Refusal(what: "another version", text: "GET / HTTP/2.0\r\n\r\n", status: 505),
            Refusal(what: "a body", text: "GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\n", status: 413),
            Refusal(what: "a chunked body", text: "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", status: 413),
            Refusal(what: "a header without a colon", text: "GET / HTTP/1.1\r\nnothing\r\n\r\n", status: 400),
            Refusal(what: "too long", text: "GET /" + String(repeating: "a", count: 20_000), status: 431),
        ]) func `is refused with a status that says why`(_ bad: Refusal)
    {
        guard case .refused(let status, _) = parse(bad.text) else {
            Issue.record("\(bad.what) was let in")
            return
        }
        #expect(status == bad.status, "\(bad.what)")
    }

    @Test func `is incomplete at every cut, and the same however it is cut`() {
        let text = Array("GET /slow?x=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n".utf8)
        for cut in 0..<text.count { #expect(RequestHead.parse(text[..<cut]) == .incomplete) }
    }

    @Test func `of random bytes never takes more than there are`() {
        var chance = SplitMix(seed: 3)
        let alphabet = Array("GET / HTTP/1.1\r\n:a\u{0}".utf8) + [0xFF]
        for _ in 0..<5_000 {
            let bytes = (0..<Int.random(in: 0...80, using: &chance)).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &chance)]
            }
            if case .head(_, let length) = RequestHead.parse(bytes) { #expect(length <= bytes.count) }
        }
    }

    @Test func `names a route whatever its query string and its last slash`() {
        #expect(Route(target: "/query") == .query)
        #expect(Route(target: "/query/?a=b") == .query)
        #expect(Route(target: "/") == nil)
        #expect(Route(target: "/queryx") == nil)
        let queries = Route.allCases.compactMap(\.sql)
        #expect(Set(queries).count == queries.count)
    }
}
