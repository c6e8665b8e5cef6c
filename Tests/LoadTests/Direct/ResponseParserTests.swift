import Scenarios
import Testing

@testable import Load

@Suite struct ResponseParserTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        var head = false
        let end: Parsed.End
        var status = 0
        var bytes = 0
        var keeps = false

        var testDescription: String { name }

        init(
            _ name: String, _ text: String, head: Bool = false, _ end: Parsed.End, _ status: Int = 0, _ bytes: Int = 0, keeps: Bool = false
        ) {
            self.name = name
            self.text = text
            self.head = head
            self.end = end
            self.status = status
            self.bytes = bytes
            self.keeps = keeps
        }
    }

    private static let ok = "HTTP/1.1 200 OK\r\n"
    private static let chunkedLine = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
    private static let chunked = chunkedLine + "\r\n"
    private static let whole = Parsed.End.complete(left: 0)

    static let wellFormed: [Case] = [
        Case("a length", ok + "Content-Length: 3\r\n\r\nabc", whole, 200, 3, keeps: true),
        Case("no reason", "HTTP/1.1 200\r\ncontent-length:0\r\n\r\n", whole, 200, keeps: true),
        Case("spaces about a value", ok + "CONTENT-LENGTH: \t 2 \t\r\n\r\nab", whole, 200, 2, keeps: true),
        Case("the same length twice", ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", whole, 200, 2, keeps: true),
        Case("leading zeros", ok + "Content-Length: 002\r\n\r\nab", whole, 200, 2, keeps: true),
        Case("more than the length", ok + "Content-Length: 2\r\n\r\nabcde", .complete(left: 3), 200, 2, keeps: true),
        Case("says close", ok + "Connection: close\r\nContent-Length: 0\r\n\r\n", whole, 200),
        Case("says close in a list", ok + "Connection: x, Close ,y\r\nContent-Length: 0\r\n\r\n", whole, 200),
        Case("a word that only begins so", ok + "Connection: closed\r\nContent-Length: 0\r\n\r\n", whole, 200, keeps: true),
        Case("1.0", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", whole, 200, 1),
        Case("1.0 kept", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na", whole, 200, 1, keeps: true),
        Case("ends with the connection", ok + "\r\nhello", whole, 200, 5),
        Case("ends with the connection, empty", ok + "\r\n", whole, 200),
        Case("204", "HTTP/1.1 204 No Content\r\n\r\n", whole, 204, keeps: true),
        Case("204 with a length", "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n", whole, 204, keeps: true),
        Case("304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", whole, 304, keeps: true),
        Case("HEAD", ok + "Content-Length: 9\r\n\r\n", head: true, whole, 200, keeps: true),
        Case("HEAD, chunked", chunked, head: true, whole, 200, keeps: true),
        Case("continue first", "HTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 1\r\n\r\na", whole, 200, 1, keeps: true),
        Case(
            "early hints with a length", "HTTP/1.1 103 Early\r\nContent-Length: 7\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
            whole, 404, keeps: true),
        Case("another protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n\u{1}", .complete(left: 1), 101),
        Case("chunks", chunked + "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", whole, 200, 13, keeps: true),
        Case("chunks with extensions", chunked + "3;a=b;c=\"d\"\r\nabc\r\n0003 ; x\r\ndef\r\n00\r\n\r\n", whole, 200, 6, keeps: true),
        Case("trailers", chunked + "1\r\na\r\n0\r\nX-Sum: 1\r\nContent-Length: 99\r\n\r\n", whole, 200, 1, keeps: true),
        Case("no chunk but the last", chunked + "0\r\n\r\n", whole, 200, keeps: true),
        Case("identity", ok + "Transfer-Encoding: identity\r\nContent-Length: 1\r\n\r\na", whole, 200, 1, keeps: true),
        Case("a status of no class", "HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n", whole, 999, keeps: true),
        Case("a field without a value", ok + "X:\r\nContent-Length: 0\r\n\r\n", whole, 200, keeps: true),
        Case("bytes beyond ASCII", ok + "X: ä€\r\nContent-Length: 0\r\n\r\n", whole, 200, keeps: true),
    ]

    static let malformed: [Case] = [
        Case("nothing", "", .cut),
        Case("a piece of the status line", "HTTP/1.", .cut),
        Case("an end in the header", ok + "Content-Le", .cut),
        Case("an end before the empty line", ok + "Content-Length: 0\r\n", .cut),
        Case("an end after continue", "HTTP/1.1 100 Continue\r\n\r\n", .cut),
        Case("less than the length", ok + "Content-Length: 4\r\n\r\nabc", .cut, 200, 3),
        Case("an end between chunks", chunked + "3\r\nabc\r\n", .cut, 200, 3),
        Case("an end in the trailers", chunked + "0\r\nX: y\r\n", .cut, 200),
        Case("HTTP of 1991", "<html>hello</html>\n", .garbled),
        Case("noise", "\u{16}\u{3}\u{1}", .garbled),
        Case("an empty line first", "\r\n" + ok, .garbled),
        Case("version 0.9", "HTTP/0.9 200 OK\r\n\r\n", .garbled),
        Case("version 1.2", "HTTP/1.2 200 OK\r\n\r\n", .garbled),
        Case("version 2", "HTTP/2 200\r\n\r\n", .garbled),
        Case("another protocol's name", "HTTPS/1.1 200 OK\r\n\r\n", .garbled),
        Case("small letters", "http/1.1 200 OK\r\n\r\n", .garbled),
        Case("two digits", "HTTP/1.1 20 OK\r\n\r\n", .garbled),
        Case("four digits", "HTTP/1.1 2000 OK\r\n\r\n", .garbled),
        Case("letters for a status", "HTTP/1.1 abc\r\n\r\n", .garbled),
        Case("a status below 100", "HTTP/1.1 099 Low\r\n\r\n", .garbled),
        Case("two spaces", "HTTP/1.1  200 OK\r\n\r\n", .garbled),
        Case("a line feed alone", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", .garbled),
        Case("a line feed alone, later", ok + "X: y\n\r\n", .garbled),
        Case("a carriage return alone", ok + "X: y\rContent-Length: 0\r\n\r\n", .garbled),
        Case("two carriage returns", ok + "X: y\r\r\n\r\n", .garbled),
        Case("a zero byte", ok + "X: a\u{0}b\r\n\r\n", .garbled),
        Case("a folded line", ok + "X: a\r\n b\r\n\r\n", .garbled),
        Case("a folded line, by a tab", ok + "X: a\r\n\tContent-Length: 3\r\n\r\n", .garbled),
        Case("a space before the colon", ok + "Content-Length : 3\r\n\r\nabc", .garbled),
        Case("no colon", ok + "Content-Length 3\r\n\r\nabc", .garbled),
        Case("no name", ok + ": 3\r\n\r\nabc", .garbled),
        Case("two lengths", ok + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", .garbled, 200),
        Case("two lengths in one", ok + "Content-Length: 3, 4\r\n\r\nabcd", .garbled, 200),
        Case("a length below 0", ok + "Content-Length: -1\r\n\r\n", .garbled, 200),
        Case("a length with a plus", ok + "Content-Length: +1\r\n\r\na", .garbled, 200),
        Case("a hexadecimal length", ok + "Content-Length: 0x1\r\n\r\na", .garbled, 200),
        Case("no length", ok + "Content-Length:\r\n\r\n", .garbled, 200),
        Case("a length beyond all measure", ok + "Content-Length: 99999999999999999999\r\n\r\n", .garbled, 200),
        Case("a length and chunks", ok + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .garbled, 200),
        Case("chunks and a length", chunkedLine + "Content-Length: 3\r\n\r\n0\r\n\r\n", .garbled, 200),
        Case("twice chunked", chunkedLine + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .garbled, 200),
        Case("compressed chunks", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", .garbled, 200),
        Case("a coding in disguise", ok + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", .garbled, 200),
        Case("chunks in 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .garbled, 200),
        Case("a chunk without a size", chunked + "\r\nabc\r\n", .garbled, 200),
        Case("a chunk size that is none", chunked + "x\r\nabc\r\n", .garbled, 200),
        Case("a chunk size below 0", chunked + "-1\r\nabc\r\n", .garbled, 200),
        Case("a chunk size with 0x", chunked + "0x3\r\nabc\r\n", .garbled, 200),
        Case("a chunk size beyond all measure", chunked + "FFFFFFFFFFFFFFFFF\r\nabc\r\n", .garbled, 200),
        Case("a chunk size that overflows", chunked + "FFFFFFFFFFFFFFFF\r\nabc\r\n", .garbled, 200),
        Case("a chunk longer than its size", chunked + "3\r\nabcd\r\n0\r\n\r\n", .garbled, 200, 3),
        Case("a chunk shorter than its size", chunked + "5\r\nabc\r\n0\r\n\r\n", .garbled, 200, 5),
        Case("a chunk size ended by a line feed", chunked + "3\nabc\r\n0\r\n\r\n", .garbled, 200),
        Case("a chunk ended by a line feed", chunked + "3\r\nabc\n0\r\n\r\n", .garbled, 200, 3),
        Case("a folded trailer", chunked + "0\r\nX: y\r\n z\r\n\r\n", .garbled, 200),
        Case("a header line of 100 KB", ok + "X: " + String(repeating: "a", count: ResponseParser.longestLine), .garbled),
        Case("endless header lines", ok + String(repeating: "X: 0123456789\r\n", count: 21_000), .garbled),
        Case("endless interim responses", String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 13_000), .garbled),
        Case("endless trailers", chunked + "0\r\n" + String(repeating: "X: 0123456789\r\n", count: 21_000), .garbled, 200),
        Case("an endless extension of a chunk", chunked + "1;" + String(repeating: "a", count: 20_000), .garbled, 200),
    ]

    @Test(arguments: wellFormed + malformed) func isReadAs(_ test: Case) {
        let expected = { (parsed: Parsed) in
            parsed.end == test.end && parsed.status == test.status && parsed.bytes == test.bytes && parsed.keeps == test.keeps
        }
        let parsed = Parsed(test.text, head: test.head)
        #expect(expected(parsed), "\(parsed)")
    }

    /// Two pieces at each place, and pieces of one, two, three and seven bytes.
    @Test(arguments: wellFormed + malformed) func readsTheSameWhereverThePiecesAreCut(_ test: Case) {
        let bytes = Array(test.text.utf8)
        let whole = Parsed(bytes, head: test.head)
        for size in [1, 2, 3, 7, 1000] { #expect(same(Parsed(bytes, sizes: [size], head: test.head), whole), "pieces of \(size)") }
        guard bytes.count < 1000 else { return }
        for cut in 1..<max(bytes.count, 2) {
            #expect(same(Parsed(bytes, sizes: [cut, 0], head: test.head), whole), "cut at \(cut)")
        }
    }

    /// What comes after the end is another response's, and may not have come yet.
    private func same(_ one: Parsed, _ other: Parsed) -> Bool { one == other }

    @Test func theLimitsAreWhereTheyAreSaidToBe() {
        let line = { (count: Int) in "X: " + String(repeating: "a", count: count - 5) + "\r\n" }
        let rest = "Content-Length: 0\r\n\r\n"
        #expect(Parsed(Self.ok + line(ResponseParser.longestLine) + rest).end == Self.whole)
        #expect(Parsed(Self.ok + line(ResponseParser.longestLine + 1) + rest).end == .garbled)
        let filler = ResponseParser.longestHeader - 3 * 100_000 - Self.ok.utf8.count - rest.utf8.count
        let lines = String(repeating: line(100_000), count: 3)
        #expect(Parsed(Self.ok + lines + line(filler) + rest).end == Self.whole)
        #expect(Parsed(Self.ok + lines + line(filler + 1) + rest).end == .garbled)
    }

    @Test func theFirstLocationIsKept() {
        let text = "HTTP/1.1 302 Found\r\nlocation: \t/a b \r\nLocation: /c\r\nContent-Length: 0\r\n\r\n"
        #expect(Parsed(text).location == "/a b")
        #expect(Parsed(Array(text.utf8), sizes: [1]).location == "/a b")
    }

    @Test func aParserIsUsedAgainAsIfItWereNew() {
        var parser = ResponseParser()
        for test in Self.wellFormed + Self.malformed {
            parser.begin(head: test.head, wantsLocation: false)
            let bytes = Array(test.text.utf8)
            _ = bytes.dropLast(1).withUnsafeBytes { parser.feed($0) }
            parser.begin(head: false, wantsLocation: false)
            let next = Array((Self.ok + "Content-Length: 2\r\n\r\nab").utf8)
            let end = next.withUnsafeBytes { parser.feed($0) }
            let status = parser.status
            #expect(end == .complete(used: next.count) && status == 200, "after \(test.name)")
        }
    }
}
