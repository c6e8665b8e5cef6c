import Foundation
import Scenarios
import Testing

@Suite struct DataTests {
    private static func rows(_ csv: [UInt8]) throws -> [[String]] {
        let scenario = try read("target: http://127.0.0.1\ndata: {d: d.csv}\nrequests: [{get: /}]\n", files: ["d.csv": csv])
        let set = scenario.data[0]
        let fields = (0..<set.rows.count).map { String(decoding: set.rows.bytes[set.rows.range(of: $0)], as: UTF8.self) }
        return [set.columns] + (0..<set.rowCount).map { row in Array(fields[(row * set.columns.count)...].prefix(set.columns.count)) }
    }

    @Test(arguments: [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]), ("a,b\r\n1,2\r\n3,4", [["a", "b"], ["1", "2"], ["3", "4"]]),
        ("a,b\r1,2\r3,4\r", [["a", "b"], ["1", "2"], ["3", "4"]]), ("\u{FEFF}a\n1\n", [["a"], ["1"]]),
        ("a,b\n\n1,2\n\r\n\n3,4\n\n", [["a", "b"], ["1", "2"], ["3", "4"]]), ("a\n\"\"\nx\n", [["a"], [""], ["x"]]),
        ("a,b\n,\n", [["a", "b"], ["", ""]]), (" a ,\"b\"\n x , y \n", [["a", "b"], [" x ", " y "]]),
        ("a,b\n\"1\r\n2\",\"say \"\"no\"\"\"\n", [["a", "b"], ["1\r\n2", "say \"no\""]]),
        ("a,b\n\"\"\"\",\"x,y\"", [["a", "b"], ["\"", "x,y"]]),
        ("a\n{{n}}\n", [["a"], ["{{n}}"]]),
    ]) func `data files are read as they are found`(_ csv: String, _ rows: [[String]]) throws {
        #expect(try Self.rows(Array(csv.utf8)) == rows)
    }

    @Test func `values keep bytes that are no UTF-8`() throws {
        let scenario = try read(
            "target: http://127.0.0.1\ndata: {d: d.csv}\nrequests: [{post: /, body: '{{d.a}}'}]\n",
            files: ["d.csv": Array("a,b\n".utf8) + [0xE9, 44, 0xFF, 0, 10]])
        #expect(scenario.data[0].rows.bytes == [0xE9, 0xFF, 0])
    }

    @Test func `the line of a bad row is the one that an editor shows`() throws {
        let csv = "a,b\r\n\"1\n\n2\",3\r\n\r\n4\r\n5,6\r7\n"
        let found = try problems(
            "target: http://127.0.0.1\ndata: {d: d.csv}\nrequests: [{get: /}]\n", files: ["d.csv": Array(csv.utf8)])
        #expect(found.map { "\($0.file):\($0.line ?? 0)" } == ["d.csv:6", "d.csv:8"])
    }

    @Test func `a file of many bad rows is told in five`() throws {
        let csv = "a,b\n" + String(repeating: "1\n", count: 1000)
        let found = try problems(
            "target: http://127.0.0.1\ndata: {d: d.csv}\nrequests: [{get: /}]\n", files: ["d.csv": Array(csv.utf8)])
        #expect(found.compactMap(\.line) == [2, 3, 4, 5, 6])
    }

    @Test func `a data file above 100 MB is refused without being read`() throws {
        let file = try TemporaryScenario("target: http://127.0.0.1\ndata: {d: d.csv}\nrequests: [{get: /}]\n", files: ["d.csv": []])
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file.folder + "/d.csv"))
        try handle.truncate(atOffset: 100_000_001)
        try handle.close()
        let error = try #require(throws: ScenarioProblems.self) { try file.read() }
        #expect(error.description.contains("the file has 100000001 bytes\n") && error.description.contains("expected: at most 100000000"))
    }

    @Test func `a data file's path starts at the scenario's folder, and a variable in it is not shown`() throws {
        let text = "target: http://127.0.0.1\ndata: {d: \"${FILE}\"}\nrequests: [{get: /}]\n"
        let files = ["d.csv": Array("a\n1,2\n".utf8)]
        let found = try problems(text, environment: ["FILE": "d.csv"], files: files)
        #expect(found.map(\.file) == ["the file of `d`"])
        #expect(try read(text, environment: ["FILE": "e.csv"], files: ["e.csv": Array("a\n1\n".utf8)]).data[0].file == "e.csv")
    }

    @Test(arguments: [
        ("10B", 10), ("16KB", 16_000), ("16kB", 16_000), ("16KiB", 16_384), ("1.5MB", 1_500_000), ("0.5KiB", 512), ("1GiB", 1 << 30),
    ]) func `amounts of bytes are read`(_ text: String, _ bytes: Int) {
        #expect(ByteText.parse(text) == bytes)
        #expect(ByteText.parse(ByteText.string(bytes)) == bytes)
        #expect(ByteText.parseRate(text + "/s") == bytes)
    }

    @Test(arguments: ["", "B", "10", "10b", "10 KB", "-1B", ".5KB", "5.KB", "0.5B", "1e3B", "10KB/s", "10TB", "99999999GB"])
    func `what is no amount of bytes is refused`(_ text: String) {
        #expect(ByteText.parse(text) == nil)
    }
}
