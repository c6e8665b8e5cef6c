/// The fields of one line, by the name of their column.
///
/// A window on the reader's buffer: it is good until the reader goes on to the next line, and belongs to the reader's thread.
/// Numbers are read from the bytes; a `String` is made only for a text that is asked for, or for an error.
package final class CSVFields {
    /// Where a field lies in the buffer, its quotes left out.
    struct Field {
        var start: Int
        var end: Int
        /// Holds quotes written twice.
        var hasDoubledQuotes: Bool
    }

    private struct State {
        var line = 0
        var fields: [Field] = []
        var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        /// The columns in the order of the row type, which is the order in which a row asks for them, each with its place in the file.
        var columns: [(name: String, place: Int)] = []
        var width = 0
        /// Where in `columns` the next question is expected.
        var cursor = 0
    }

    package let file: String
    /// Behind a pointer of our own: the checks of exclusive access to properties would take more than half of the time of reading.
    private let state: UnsafeMutablePointer<State>

    init(file: String) {
        self.file = file
        state = .allocate(capacity: 1)
        state.initialize(to: State())
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
    }

    package var line: Int { state.pointee.line }

    /// The columns in the file.
    var width: Int { state.pointee.width }

    var fields: [Field] { state.pointee.fields }

    /// The buffer that fields lie in; the scanner owns it.
    var bytes: UnsafeMutableRawBufferPointer {
        get { state.pointee.bytes }
        set { state.pointee.bytes = newValue }
    }

    func removeFields() { state.pointee.fields.removeAll(keepingCapacity: true) }

    func append(_ field: Field) { state.pointee.fields.append(field) }

    /// Takes the line that was scanned last as the header.
    ///
    /// - Parameter optional: those of `wanted` that may be missing.
    func takeHeader(for wanted: [String], optional: Set<String> = []) throws(CSVError) {
        let found = fields.map { text(of: $0) }
        state.pointee.width = found.count
        state.pointee.columns = []
        for name in wanted {
            guard let place = found.firstIndex(of: name) ?? (optional.contains(name) ? Self.missingPlace : nil) else {
                throw missing(name)
            }
            state.pointee.columns.append((name, place))
        }
    }

    func beginLine(_ number: Int) {
        state.pointee.line = number
        state.pointee.cursor = 0
    }

    package func text(_ column: String) throws(CSVError) -> String { text(of: try field(column)) }

    package func integerIfKnown(_ column: String) throws(CSVError) -> Int? {
        let field = try field(column)
        if field.start == field.end { return nil }
        guard let value = DecimalNumber.read(slice(field), decimals: 0) else { throw wrong(column, field, "a whole number") }
        return Int(value)
    }

    package func integer(_ column: String) throws(CSVError) -> Int {
        guard let value = try integerIfKnown(column) else { throw wrong(column, nil, "a whole number") }
        return value
    }

    package func timeIfKnown(_ column: String) throws(CSVError) -> RunTime? {
        let field = try field(column)
        if field.start == field.end { return nil }
        guard let value = DecimalNumber.read(slice(field), decimals: 6) else { throw wrong(column, field, "seconds") }
        return RunTime(microseconds: value)
    }

    package func time(_ column: String) throws(CSVError) -> RunTime {
        guard let value = try timeIfKnown(column) else { throw wrong(column, nil, "seconds") }
        return value
    }

    /// Milliseconds in the file, microseconds here.
    package func microsecondsIfKnown(_ column: String) throws(CSVError) -> Int? {
        let field = try field(column)
        if field.start == field.end { return nil }
        guard let value = DecimalNumber.read(slice(field), decimals: 3) else { throw wrong(column, field, "milliseconds") }
        return Int(value)
    }

    package func value<Value: RawRepresentable>(_ column: String, as type: Value.Type) throws(CSVError) -> Value
    where Value.RawValue == String {
        let field = try field(column)
        guard let value = Value(rawValue: text(of: field)) else { throw wrong(column, field, "one of the words of this version") }
        return value
    }

    private func field(_ column: String) throws(CSVError) -> Field {
        let expected = state.pointee.cursor
        if expected < state.pointee.columns.count, state.pointee.columns[expected].name == column {
            state.pointee.cursor = expected + 1
            return field(at: state.pointee.columns[expected].place)
        }
        guard let position = state.pointee.columns.firstIndex(where: { $0.name == column }) else { throw missing(column) }
        state.pointee.cursor = position + 1
        return field(at: state.pointee.columns[position].place)
    }

    /// The place of a column that the file does not have and need not have.
    private static let missingPlace = -1

    private func field(at place: Int) -> Field {
        place == Self.missingPlace ? Field(start: 0, end: 0, hasDoubledQuotes: false) : state.pointee.fields[place]
    }

    private func slice(_ field: Field) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[field.start..<field.end])
    }

    private func text(of field: Field) -> String {
        guard field.hasDoubledQuotes else { return String(decoding: slice(field), as: UTF8.self) }
        var plain: [UInt8] = []
        plain.reserveCapacity(field.end - field.start)
        var index = field.start
        while index < field.end {
            plain.append(bytes[index])
            index += bytes[index] == 0x22 ? 2 : 1
        }
        return String(decoding: plain, as: UTF8.self)
    }

    private func missing(_ column: String) -> CSVError {
        CSVError(file: file, line: 1, message: "the column “\(column)” is missing")
    }

    private func wrong(_ column: String, _ field: Field?, _ expected: String) -> CSVError {
        let found = field.map { text(of: $0) } ?? ""
        return CSVError(file: file, line: line, message: "“\(found)” in the column “\(column)”, where \(expected) was expected")
    }
}

/// Decimal numbers as the files hold them.
enum DecimalNumber {
    /// Reads a decimal number exactly as a multiple of 10^−decimals; `nil` for anything else, or one that does not fit.
    static func read(_ bytes: UnsafeRawBufferPointer, decimals: Int) -> Int64? {
        var magnitude: UInt64 = 0
        var fractionDigits = -1
        var digits = 0
        var index = 0
        let negative = bytes.first == 0x2D
        if negative { index = 1 }
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == 0x2E, fractionDigits < 0, decimals > 0 {
                fractionDigits = 0
                continue
            }
            guard byte >= 0x30, byte <= 0x39, fractionDigits < decimals else { return nil }
            guard append(UInt64(byte - 0x30), to: &magnitude) else { return nil }
            digits += 1
            if fractionDigits >= 0 { fractionDigits += 1 }
        }
        guard digits > 0 else { return nil }
        for _ in max(fractionDigits, 0)..<decimals {
            guard append(0, to: &magnitude) else { return nil }
        }
        if negative { return magnitude == Int64.min.magnitude ? .min : Int64(exactly: magnitude).map { -$0 } }
        return Int64(exactly: magnitude)
    }

    private static func append(_ digit: UInt64, to magnitude: inout UInt64) -> Bool {
        let (times, overflow) = magnitude.multipliedReportingOverflow(by: 10)
        let (plus, overflow2) = times.addingReportingOverflow(digit)
        magnitude = plus
        return !overflow && !overflow2
    }
}
