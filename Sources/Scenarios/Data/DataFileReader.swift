/// Reads the bytes of a data file: CSV as RFC 4180 has it, with a line of names first.
///
/// Values are kept byte for byte, in whatever encoding. Accepted beyond RFC 4180: a byte order mark of UTF-8, lines that end with LF
/// or CR, empty lines (left out; an empty value alone on its line is written `""`), a last line without an end.
///
/// Written here because the CSV libraries of Swift work on `String`, which has no place for other bytes, and tell no line.
struct DataFileReader {
    struct Problem: Hashable {
        /// From 1; `nil` for the file as a whole.
        var line: Int?
        var message: String
        var expected: String?
        var help: String?
    }

    private(set) var columns: [String] = []
    private(set) var rows = DataRows()
    /// The line on which each row begins.
    private(set) var lines: [Int] = []
    private(set) var problems: [Problem] = []

    private let bytes: [UInt8]
    private var position = 0
    /// The line of `position`, counted in line ends whatever their kind.
    private var line = 1

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")
    private static let feed = UInt8(ascii: "\n")
    private static let carriage = UInt8(ascii: "\r")
    /// After so many the rest of the file is not looked at.
    private static let mostProblems = 5

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            problems.append(Problem(line: 1, message: "the file is UTF-16", expected: "UTF-8, or any encoding that has ASCII in it"))
            return
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        read()
    }

    private mutating func read() {
        guard let header = nextLine() else {
            if problems.isEmpty { problems.append(Problem(message: "the file is empty", expected: "a line of names, and rows below it")) }
            return
        }
        readHeader(header)
        guard problems.isEmpty else { return }
        while let fields = nextLine() {
            guard fields.values.count == columns.count else {
                let count = fields.values.count
                add(
                    Problem(
                        line: fields.line, message: "the row has \(count) field\(count == 1 ? "" : "s")",
                        expected: "\(columns.count), as the first line of the file has",
                        help: count > columns.count ? "a field with a comma in it stands in quotes" : nil))
                if isFull { return }
                continue
            }
            for value in fields.values { rows.append(value) }
            lines.append(fields.line)
        }
        if lines.isEmpty, problems.isEmpty {
            problems.append(Problem(line: header.line, message: "no row follows the names of the columns", expected: "at least one"))
        }
    }

    private mutating func readHeader(_ header: Fields) {
        let blanks = [UInt8(ascii: " "), UInt8(ascii: "\t")]
        for (index, value) in header.values.enumerated() {
            let trimmed = value.drop { blanks.contains($0) }.reversed().drop { blanks.contains($0) }.reversed()
            guard let name = String(validating: trimmed, as: UTF8.self) else {
                add(Problem(line: header.line, message: "the name of column \(index + 1) is not UTF-8"))
                continue
            }
            if name.isEmpty {
                add(Problem(line: header.line, message: "column \(index + 1) has no name", expected: "a name for each column"))
            } else if columns.contains(name) {
                add(Problem(line: header.line, message: "the column `\(name)` is there twice", expected: "a name for each column"))
            }
            columns.append(name)
            if isFull { return }
        }
    }

    private var isFull: Bool { problems.count >= Self.mostProblems }

    private mutating func add(_ problem: Problem) { problems.append(problem) }

    // MARK: Lines

    private struct Fields {
        var line: Int
        var values: [ArraySlice<UInt8>]
    }

    /// The fields of the next line that is not empty; `nil` at the end, or where the file cannot be read further.
    private mutating func nextLine() -> Fields? {
        while position < bytes.count {
            if skipLineEnd() { continue }
            let start = line
            var values: [ArraySlice<UInt8>] = []
            while true {
                guard let value = field() else { return nil }
                values.append(value)
                guard position < bytes.count, bytes[position] == Self.comma else { break }
                position += 1
            }
            _ = skipLineEnd()
            return Fields(line: start, values: values)
        }
        return nil
    }

    private mutating func skipLineEnd() -> Bool {
        guard position < bytes.count, bytes[position] == Self.feed || bytes[position] == Self.carriage else { return false }
        let isPair = bytes[position] == Self.carriage && position + 1 < bytes.count && bytes[position + 1] == Self.feed
        position += isPair ? 2 : 1
        line += 1
        return true
    }

    private func isEnd(_ byte: UInt8) -> Bool { byte == Self.comma || byte == Self.feed || byte == Self.carriage }

    /// Up to a comma or a line end, which stays.
    private mutating func field() -> ArraySlice<UInt8>? {
        if position < bytes.count, bytes[position] == Self.quote { return quoted() }
        let start = position
        while position < bytes.count, !isEnd(bytes[position]) {
            if bytes[position] == Self.quote {
                add(
                    Problem(
                        line: line, message: "a quote stands inside a field without quotes",
                        expected: "the whole field in quotes, and `\"\"` for a quote in it"))
                return nil
            }
            position += 1
        }
        return bytes[start..<position]
    }

    private mutating func quoted() -> ArraySlice<UInt8>? {
        let opened = line
        position += 1
        let start = position
        var value: [UInt8]?
        var copied = start
        while position < bytes.count {
            let byte = bytes[position]
            if byte == Self.feed || byte == Self.carriage {
                _ = skipLineEnd()
            } else if byte != Self.quote {
                position += 1
            } else if position + 1 < bytes.count, bytes[position + 1] == Self.quote {
                value = (value ?? []) + bytes[copied...position]
                position += 2
                copied = position
            } else {
                let tail = bytes[copied..<position]
                position += 1
                guard position == bytes.count || isEnd(bytes[position]) else {
                    add(
                        Problem(
                            line: line, message: "text stands behind a closing quote",
                            expected: "a comma or the end of the line, and `\"\"` for a quote in a field"))
                    return nil
                }
                return value.map { ($0 + tail)[...] } ?? tail
            }
        }
        add(Problem(line: opened, message: "the quote that begins here is not closed", expected: "a `\"` at the end of the field"))
        return nil
    }
}
