import LinuxIO
import Testing

@testable import Measurements

@Suite("Rows that are written and read again")
struct RowReaderTests {
    private static func rows<Row: RandomRow>(_ type: Row.Type, count: Int = 300, seed: UInt64 = 1) -> [Row] {
        var numbers = SeededNumbers(state: seed)
        return (0..<count).map { _ in Row.random(&numbers) }
    }

    private static let types: [any RandomRow.Type] = [
        StepRow.self, ConnectionRow.self, SessionRow.self, RequestRow.self, TransferRow.self, WaveRow.self, ProcessRow.self,
        GeneratorRow.self,
    ]

    @Test("what the writer wrote is what the reader reads, for every kind of row", arguments: 0..<8)
    func roundTrip(type: Int) throws {
        func check<Row: RandomRow>(_ type: Row.Type) throws {
            let folder = try TemporaryFolder()
            let rows = Self.rows(type)
            let writer = try RowWriter<Row>(directory: folder.path, keepsRows: false)
            for row in rows { writer.append(row) }
            writer.flush()
            let reading = Reading<Row>(directory: folder.path)
            #expect(reading.error == nil)
            #expect(reading.rows == rows)
            #expect(!reading.endedMidLine)
        }
        try check(Self.types[type])
    }

    @Test("columns that nobody looks at read as empty, and the others as they are")
    func unread() throws {
        let folder = try TemporaryFolder()
        let rows = Self.rows(RequestRow.self)
        folder.write(csv(rows), to: RequestRow.file)
        let reader = try RowReader<RequestRow>(directory: folder.path, unread: RequestRow.columnsOfTimes)
        for row in rows {
            var wanted = row
            (wanted.latency, wanted.service, wanted.lateP99, wanted.lateMax) = (nil, nil, nil, nil)
            #expect(try reader.next() == wanted)
        }
        #expect(try reader.next() == nil)
    }

    @Test("a column that is missing is an error, looked at or not")
    func unreadAndMissing() throws {
        let folder = try TemporaryFolder()
        let text = String(decoding: csv(Self.rows(RequestRow.self, count: 3)), as: UTF8.self)
        folder.write(Array(text.replacing("late_max_ms", with: "late_most_ms").utf8), to: RequestRow.file)
        #expect(throws: CSVError(file: "requests.csv", line: 1, message: "the column “late_max_ms” is missing")) {
            _ = try RowReader<RequestRow>(directory: folder.path, unread: RequestRow.columnsOfTimes)
        }
    }

    @Test("a file cut off at any byte gives a prefix of its rows, and says so", arguments: 0..<8)
    func truncation(type: Int) throws {
        func check<Row: RandomRow>(_ type: Row.Type) throws {
            let folder = try TemporaryFolder()
            let rows = Self.rows(type, count: 8, seed: 7)
            let whole = csv(rows)
            for length in 0..<whole.count {
                folder.write(whole.prefix(length), to: Row.file)
                let reading = Reading<Row>(directory: folder.path)
                #expect(reading.error == nil)
                #expect(reading.rows == Array(rows.prefix(reading.rows.count)))
                let endsWithRow = csv(Array(rows.prefix(reading.rows.count))).count == length
                #expect(reading.endedMidLine == (!endsWithRow && length > 0), "at byte \(length)")
            }
        }
        try check(Self.types[type])
    }

    @Test("changed bytes give rows or an error, and never more rows than lines", arguments: 0..<8)
    func mutation(type: Int) throws {
        func check<Row: RandomRow>(_ type: Row.Type) throws {
            let folder = try TemporaryFolder()
            let whole = csv(Self.rows(type, count: 12, seed: 3))
            var numbers = SeededNumbers(state: UInt64(type.columns.count))
            let interesting: [UInt8] = [0x00, 0x0A, 0x0D, 0x22, 0x2C, 0x2D, 0x2E, 0x30, 0x39, 0xEF, 0xFF]
            for _ in 0..<400 {
                var bytes = whole
                for _ in 0..<Int.random(in: 1...6, using: &numbers) {
                    let place = Int.random(in: 0..<bytes.count, using: &numbers)
                    switch Int.random(in: 0...2, using: &numbers) {
                    case 0: bytes[place] = interesting.randomElement(using: &numbers) ?? 0
                    case 1: bytes.remove(at: place)
                    default: bytes.insert(interesting.randomElement(using: &numbers) ?? 0, at: place)
                    }
                }
                folder.write(bytes, to: Row.file)
                #expect(Reading<Row>(directory: folder.path).rows.count <= bytes.count { $0 == 0x0A })
            }
        }
        try check(Self.types[type])
    }

    @Test("files of an earlier Seep, without the columns that came later, are read, and those are unknown")
    func earlierFiles() throws {
        let folder = try TemporaryFolder()
        folder.write(
            Array("t_s,step,pid,started_s,command,cpu_s,rss_bytes,threads,descriptors,database_sockets\n1,2,3,-4,x,5,6,7,,9\n".utf8),
            to: "processes.csv")
        let process = try #require(Reading<ProcessRow>(directory: folder.path).rows.first)
        #expect(process.databaseSockets == 9 && process.restarts == nil && process.note == "")
        let header = ConnectionRow.columns.filter { !ConnectionRow.laterColumns.contains($0) }
        let values = header.map { ["t_s": "1", "step": "0", "total": "4", "note": "guard"][$0] ?? "" }
        folder.write(Array("\(header.joined(separator: ","))\n\(values.joined(separator: ","))\n".utf8), to: "connections.csv")
        let row = try #require(Reading<ConnectionRow>(directory: folder.path).rows.first)
        #expect(row.total == 4 && row.note == "guard" && row.pgbouncerClients == nil && row.heldThroughPgBouncer == nil)
        // A column that was always there is still asked for.
        folder.write(Array("t_s,step,note\n1,0,\n".utf8), to: "connections.csv")
        #expect(Reading<ConnectionRow>(directory: folder.path).error?.description.contains("“total” is missing") == true)
    }

    @Test("lines longer than the buffer are read whole")
    func longLines() throws {
        let folder = try TemporaryFolder()
        let rows = (1...5).map { size in
            SessionRow(
                time: .zero, step: size, event: .used, pid: size, backendStart: nil, owner: "", whyOurs: "", state: "",
                lastQuery: String(repeating: "x\"\n", count: size * 25_000))
        }
        folder.write(csv(rows), to: SessionRow.file)
        #expect(Reading<SessionRow>(directory: folder.path).rows == rows)
    }

    @Test("a quote that is never closed does not take the memory of the machine")
    func endlessLine() throws {
        let folder = try TemporaryFolder()
        folder.write(csv([WaveRow]()) + [0x22] + [UInt8](repeating: 0x61, count: 3 << 20), to: WaveRow.file)
        let error = try #require(Reading<WaveRow>(directory: folder.path).error)
        #expect(error.description == "waves.csv:2: a line longer than 1048576 bytes")
    }

    @Test("200,000 rows go through one small buffer")
    func boundedMemory() throws {
        let folder = try TemporaryFolder()
        let row = TransferRow(step: 1, start: .zero, end: .zero, request: "a", outcome: .success, status: 200, connection: 1)
        folder.write(csv([TransferRow](repeating: row, count: 200_000)), to: TransferRow.file)
        let scanner = try CSVScanner(path: "\(folder.path)/transfers.csv", file: "transfers.csv")
        var lines = 0
        while try scanner.advance() { lines += 1 }
        #expect(lines == 200_001)
        #expect(scanner.fields.bytes.count == CSVScanner.pieceBytes)
    }
}
