import Testing

@testable import Measurements

struct RowsAheadTests {
    /// Ten rows in each step; more than are read ahead.
    private static let rows = (0..<20_000).map { index in
        TransferRow(
            step: index / 10, start: RunTime(microseconds: Int64(index)), end: RunTime(microseconds: Int64(index + 7)),
            request: "GET /api/pages/\(index % 40)/", outcome: .success, status: 200, connection: index)
    }

    private func folder(_ bytes: [UInt8]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        folder.write(bytes, to: TransferRow.file)
        return folder
    }

    @Test
    func `rows that were read ahead come step by step, in order and whole`() throws {
        let folder = try folder(csv(Self.rows))
        let ahead = try RowsAhead<TransferRow>(directory: folder.path)
        var found: [TransferRow] = []
        for step in [0, 0, 1, 700, 699, 1999] {
            try ahead.feed(upTo: step) { found.append($0) }
            #expect(found == Array(Self.rows.prefix(max(found.count, (step + 1) * 10))))
        }
        #expect(found == Self.rows && !ahead.endedMidLine)
    }

    @Test(arguments: [0, 5, 1000])
    func `a reader that is dropped before the end of its file ends`(_ step: Int) throws {
        let folder = try folder(csv(Self.rows))
        let ahead = try RowsAhead<TransferRow>(directory: folder.path)
        var count = 0
        try ahead.feed(upTo: step) { _ in count += 1 }
        #expect(count == (step + 1) * 10)
    }

    @Test
    func `an error comes after the rows before it, and again when asked again`() throws {
        let good = csv(Array(Self.rows.prefix(3000)))
        let folder = try folder(good + Array("nonsense\n".utf8) + csv(Self.rows).suffix(50))
        let ahead = try RowsAhead<TransferRow>(directory: folder.path)
        var count = 0
        for _ in 0..<2 {
            #expect(throws: CSVError(file: "transfers.csv", line: 3002, message: "1 fields where 7 were expected")) {
                try ahead.feed(upTo: 1999) { _ in count += 1 }
            }
        }
        #expect(count == 3000)
    }

    @Test
    func `a last line that was cut off is told, and is no row`() throws {
        let folder = try folder(csv(Self.rows).dropLast(3))
        let ahead = try RowsAhead<TransferRow>(directory: folder.path)
        var count = 0
        try ahead.feed(upTo: 1999) { _ in count += 1 }
        #expect(count == Self.rows.count - 1 && ahead.endedMidLine)
        let missing = try TemporaryFolder()
        #expect(throws: CSVError.self) { try RowsAhead<TransferRow>(directory: missing.path) }
    }
}
