import Glibc
import LinuxIO
import Testing

@testable import Measurements

@Suite("Files that are not as the writer would write them")
struct BadRowsTests {
    private static let header = "start_s,end_s,step,request,outcome,status,connection\n"
    private static let good = TransferRow(
        step: 3, start: RunTime(microseconds: 1_500_000), end: RunTime(microseconds: 2_000_000), request: "a", outcome: .success,
        status: 200, connection: 1)

    private func read(_ text: String) throws -> Reading<TransferRow> {
        let folder = try TemporaryFolder()
        folder.write(text.utf8, to: TransferRow.file)
        return Reading(directory: folder.path)
    }

    @Test(
        "what is wrong is said with the file, the line and what was expected",
        arguments: [
            (
                "a column is missing", "start_s,end_s,step,request,outcome,status\n1.5,2,3,a,2xx,200\n",
                "transfers.csv:1: the column “connection” is missing"
            ),
            ("too few fields", header + "1.5,2,3\n", "transfers.csv:2: 3 fields where 7 were expected"),
            ("too many fields", header + "1.5,2,3,a,2xx,200,1,9\n", "transfers.csv:2: 8 fields where 7 were expected"),
            (
                "a word for a number", header + "1.5,2,3,a,2xx,200,1\n1.5,2,x,a,2xx,200,1\n",
                "transfers.csv:3: “x” in the column “step”, where a whole number was expected"
            ),
            (
                "a fraction for a whole number", header + "1.5,2,3.0,a,2xx,200,1\n",
                "transfers.csv:2: “3.0” in the column “step”, where a whole number was expected"
            ),
            (
                "nothing where something must be", header + "1.5,,3,a,2xx,200,1\n",
                "transfers.csv:2: “” in the column “end_s”, where seconds was expected"
            ),
            (
                "seconds finer than a microsecond", header + "1.5,2.0000001,3,a,2xx,200,1\n",
                "transfers.csv:2: “2.0000001” in the column “end_s”, where seconds was expected"
            ),
            (
                "a number beyond 64 bits", header + "1.5,2,9223372036854775808,a,2xx,200,1\n",
                "transfers.csv:2: “9223372036854775808” in the column “step”, where a whole number was expected"
            ),
            (
                "an unknown word", header + "1.5,2,3,a,6xx,200,1\n",
                "transfers.csv:2: “6xx” in the column “outcome”, where one of the words of this version was expected"
            ),
            ("a quote in a bare field", header + "1.5,2,3,a\"b,2xx,200,1\n", "transfers.csv:2: a quote inside a field without quotes"),
            ("text behind a quote", header + "1.5,2,3,\"a\"b,2xx,200,1\n", "transfers.csv:2: text behind a closing quote"),
            (
                "the line is that of an editor", header + "1.5,2,3,\"a\n\nb\",2xx,200,1\n1.5,2,3,a,2xx,200\n",
                "transfers.csv:5: 6 fields where 7 were expected"
            ),
        ])
    func wrong(_ what: String, _ text: String, _ message: String) throws {
        let error = try #require(try read(text).error, "\(what)")
        #expect(error.description == message)
        #expect(error.kind == .malformed)
    }

    @Test(
        "what other programs do to a CSV file is borne",
        arguments: [
            ("a byte order mark", "\u{FEFF}" + header + "1.5,2,3,a,2xx,200,1\n"),
            ("CRLF", "start_s,end_s,step,request,outcome,status,connection\r\n1.5,2,3,a,2xx,200,1\r\n"),
            ("quotes round everything", "\"start_s\",end_s,step,request,outcome,status,connection\r\n\"1.5\",2,3,\"a\",2xx,200,\"1\"\r\n"),
            ("another order and one more column", "connection,status,outcome,mine,request,step,end_s,start_s\n1,200,2xx,,a,3,2,1.5\n"),
            ("empty lines", header + "\n1.5,2,3,a,2xx,200,1\n\n\r\n"),
            ("a sign and zeros", header + "01.500000,2.0,3,a,2xx,200,1\n"),
        ])
    func borne(_ what: String, _ text: String) throws {
        let reading = try read(text)
        #expect(reading.error == nil, "\(what)")
        #expect(reading.rows == [Self.good], "\(what)")
        #expect(!reading.endedMidLine)
    }

    @Test("bytes that are no UTF-8 are replaced, not refused")
    func notUnicode() throws {
        let folder = try TemporaryFolder()
        folder.write(Array((Self.header + "1.5,2,3,").utf8) + [0xFF, 0xFE] + Array(",2xx,200,1\n".utf8), to: TransferRow.file)
        #expect(Reading<TransferRow>(directory: folder.path).rows.map(\.request) == ["\u{FFFD}\u{FFFD}"])
    }

    @Test("an empty file has no rows, and neither has one with a header alone")
    func empty() throws {
        for text in ["", Self.header] {
            let reading = try read(text)
            #expect(reading.rows.isEmpty)
            #expect(reading.error == nil)
            #expect(!reading.endedMidLine)
        }
    }

    @Test("a file that is not there can be told from one that may not be read")
    func notFound() throws {
        let folder = try TemporaryFolder()
        #expect(Reading<WaveRow>(directory: folder.path).error?.kind == .notFound)
        mkdir("\(folder.path)/waves.csv", 0o700)
        defer { rmdir("\(folder.path)/waves.csv") }
        #expect(Reading<WaveRow>(directory: folder.path).error?.kind == .unreadable)
    }
}
