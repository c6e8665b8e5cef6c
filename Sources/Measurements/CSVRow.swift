/// A row of one of the files of a run: what it is called, which columns it has, and how it is written and read.
package protocol CSVRow: Sendable, Hashable {
    /// The name of the file in the run directory.
    static var file: String { get }
    static var columns: [String] { get }
    /// The step that the row belongs to; rows stand in the file in the order of their steps.
    var step: Int { get }
    /// Appends the fields in the order of ``columns``.
    func encode(into line: inout CSVEncoder)
    /// Reads a row; columns are found by name, so a file with more columns, or in other order, is read as well.
    init(_ fields: CSVFields) throws(CSVError)
}

/// What is wrong with a file of a run, and where.
package struct CSVError: Error, Hashable, Sendable, CustomStringConvertible {
    package let file: String
    /// Counted from 1, the header being line 1; 0 when the file as a whole is meant.
    package let line: Int
    package let message: String

    package init(file: String, line: Int, message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    package var description: String { line == 0 ? "\(file): \(message)" : "\(file):\(line): \(message)" }
}

/// The fields of one line, by the name of their column.
package struct CSVFields {
    package let file: String
    package let line: Int
    package let index: [String: Int]
    package let fields: [Substring]

    package init(file: String, line: Int, index: [String: Int], fields: [Substring]) {
        self.file = file
        self.line = line
        self.index = index
        self.fields = fields
    }

    private func raw(_ column: String) throws(CSVError) -> Substring {
        guard let position = index[column] else {
            throw CSVError(file: file, line: 1, message: "the column “\(column)” is missing")
        }
        guard position < fields.count else {
            throw CSVError(file: file, line: line, message: "\(fields.count) fields where \(index.count) were expected")
        }
        return fields[position]
    }

    private func wrong(_ column: String, _ text: Substring, _ expected: String) -> CSVError {
        CSVError(file: file, line: line, message: "“\(text)” in the column “\(column)”, where \(expected) was expected")
    }

    package func text(_ column: String) throws(CSVError) -> String { String(try raw(column)) }

    package func integerIfKnown(_ column: String) throws(CSVError) -> Int? {
        let text = try raw(column)
        if text.isEmpty { return nil }
        guard let value = Int(text) else { throw wrong(column, text, "a whole number") }
        return value
    }

    package func integer(_ column: String) throws(CSVError) -> Int {
        guard let value = try integerIfKnown(column) else { throw wrong(column, "", "a whole number") }
        return value
    }

    package func timeIfKnown(_ column: String) throws(CSVError) -> RunTime? {
        let text = try raw(column)
        if text.isEmpty { return nil }
        guard let value = Self.fixed(text, decimals: 6) else { throw wrong(column, text, "seconds") }
        return RunTime(microseconds: value)
    }

    package func time(_ column: String) throws(CSVError) -> RunTime {
        guard let value = try timeIfKnown(column) else { throw wrong(column, "", "seconds") }
        return value
    }

    /// Milliseconds in the file, microseconds here.
    package func microsecondsIfKnown(_ column: String) throws(CSVError) -> Int? {
        let text = try raw(column)
        if text.isEmpty { return nil }
        guard let value = Self.fixed(text, decimals: 3) else { throw wrong(column, text, "milliseconds") }
        return Int(value)
    }

    package func value<Value: RawRepresentable>(_ column: String, as type: Value.Type) throws(CSVError) -> Value
    where Value.RawValue == String {
        let text = try raw(column)
        guard let value = Value(rawValue: String(text)) else { throw wrong(column, text, "one of the words of this version") }
        return value
    }

    /// Reads a decimal number exactly as a multiple of 10^−decimals; `nil` for anything else, or one that does not fit.
    static func fixed(_ text: Substring, decimals: Int) -> Int64? {
        var value: Int64 = 0
        var fractionDigits = -1
        var digits = 0
        let bytes = text.utf8
        let negative = bytes.first == 0x2D
        for byte in negative ? bytes.dropFirst() : bytes[...] {
            if byte == 0x2E, fractionDigits < 0 {
                fractionDigits = 0
                continue
            }
            guard (0x30...0x39).contains(byte), fractionDigits < decimals else { return nil }
            let (times, overflow) = value.multipliedReportingOverflow(by: 10)
            let (plus, overflow2) = times.addingReportingOverflow(Int64(byte - 0x30))
            guard !overflow, !overflow2 else { return nil }
            value = plus
            digits += 1
            if fractionDigits >= 0 { fractionDigits += 1 }
        }
        guard digits > 0 else { return nil }
        for _ in max(fractionDigits, 0)..<decimals {
            let (times, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = times
        }
        return negative ? -value : value
    }
}
