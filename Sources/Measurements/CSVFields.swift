import Glibc

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

    /// One that the row type has, in the order in which a row asks for them.
    private struct Column: ~Copyable {
        let name: String
        /// Its place in the file.
        let place: Int
        let memo = TextMemo()
        /// The literal that it was last asked for by: the same question comes with each line, and a pointer is soon compared.
        var asked: UnsafePointer<UInt8>?

        init(name: String, place: Int) {
            self.name = name
            self.place = place
        }
    }

    private struct State {
        var line = 0
        var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        var fields: UnsafeMutablePointer<Field>
        var count = 0
        var capacity = 32
        var columns: UnsafeMutablePointer<Column>
        var columnCount = 0
        var width = 0
        /// Where in `columns` the next question is expected.
        var cursor = 0
    }

    package let file: String
    /// Behind a pointer of our own, as are its lists: the checks of exclusive access to properties and of the uniqueness of arrays would
    /// take more than half of the time of reading.
    private let state: UnsafeMutablePointer<State>

    init(file: String) {
        self.file = file
        state = .allocate(capacity: 1)
        state.initialize(to: State(fields: .allocate(capacity: 32), columns: .allocate(capacity: 1)))
    }

    deinit {
        state.pointee.fields.deallocate()
        state.pointee.columns.deinitialize(count: state.pointee.columnCount)
        state.pointee.columns.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    package var line: Int { state.pointee.line }

    /// The columns in the file.
    var width: Int { state.pointee.width }

    /// The fields of the line.
    var count: Int { state.pointee.count }

    /// The buffer that fields lie in; the scanner owns it.
    var bytes: UnsafeMutableRawBufferPointer {
        get { state.pointee.bytes }
        set { state.pointee.bytes = newValue }
    }

    /// The line holds nothing, not even a comma.
    var isEmpty: Bool { count == 1 && state.pointee.fields[0].start == state.pointee.fields[0].end }

    func removeFields() { state.pointee.count = 0 }

    func append(_ field: Field) {
        if state.pointee.count == state.pointee.capacity { makeRoom() }
        (state.pointee.fields + state.pointee.count).initialize(to: field)
        state.pointee.count += 1
    }

    private func makeRoom() {
        let larger = UnsafeMutablePointer<Field>.allocate(capacity: state.pointee.capacity * 2)
        larger.moveInitialize(from: state.pointee.fields, count: state.pointee.count)
        state.pointee.fields.deallocate()
        state.pointee.fields = larger
        state.pointee.capacity *= 2
    }

    /// Takes the line that was scanned last as the header.
    ///
    /// - Parameters:
    ///   - later: columns that files of an earlier Seep lack; they read as empty.
    ///   - unread: columns that nobody will look at; they read as empty.
    func takeHeader(for wanted: [String], later: Set<String> = [], unread: Set<String> = []) throws(CSVError) {
        let found = (0..<count).map { makeText(state.pointee.fields[$0]) }
        state.pointee.width = found.count
        state.pointee.columns.deallocate()
        state.pointee.columns = .allocate(capacity: max(wanted.count, 1))
        for name in wanted {
            let place = found.firstIndex(of: name)
            if place == nil, !later.contains(name) { throw missing(name) }
            let isRead = !unread.contains(name)
            (state.pointee.columns + state.pointee.columnCount).initialize(
                to: Column(name: name, place: isRead ? place ?? Self.absent : Self.absent))
            state.pointee.columnCount += 1
        }
    }

    func beginLine(_ number: Int) {
        state.pointee.line = number
        state.pointee.cursor = 0
    }

    package func text(_ column: StaticString) throws(CSVError) -> String {
        let position = try position(column)
        return text(of: field(at: position), in: position)
    }

    package func integerIfKnown(_ column: StaticString) throws(CSVError) -> Int? {
        let field = try field(column)
        if field.start == field.end { return nil }
        guard let value = DecimalNumber.read(slice(field), decimals: 0) else { throw wrong(column, field, "a whole number") }
        return Int(value)
    }

    package func integer(_ column: StaticString) throws(CSVError) -> Int {
        guard let value = try integerIfKnown(column) else { throw wrong(column, nil, "a whole number") }
        return value
    }

    package func timeIfKnown(_ column: StaticString) throws(CSVError) -> RunTime? {
        let field = try field(column)
        if field.start == field.end { return nil }
        guard let value = DecimalNumber.read(slice(field), decimals: 6) else { throw wrong(column, field, "seconds") }
        return RunTime(microseconds: value)
    }

    package func time(_ column: StaticString) throws(CSVError) -> RunTime {
        guard let value = try timeIfKnown(column) else { throw wrong(column, nil, "seconds") }
        return value
    }

    /// Milliseconds in the file, microseconds here.
    package func microsecondsIfKnown(_ column: StaticString) throws(CSVError) -> Int? {
        let field = try field(column)
        if field.start == field.end { return nil }
        guard let value = DecimalNumber.read(slice(field), decimals: 3) else { throw wrong(column, field, "milliseconds") }
        return Int(value)
    }

    package func value<Value: RawRepresentable>(_ column: StaticString, as type: Value.Type) throws(CSVError) -> Value
    where Value.RawValue == String {
        guard let value = try valueIfKnown(column, as: type) else { throw wrong(column, nil, Self.wordExpected) }
        return value
    }

    /// - Parameter unknown: the text that stands for none.
    package func valueIfKnown<Value: RawRepresentable>(
        _ column: StaticString, as type: Value.Type, unknown: StaticString = ""
    ) throws(CSVError) -> Value? where Value.RawValue == String {
        let position = try position(column)
        let field = field(at: position)
        let known = slice(field)
        if let base = known.baseAddress, known.count == unknown.utf8CodeUnitCount, memcmp(base, unknown.utf8Start, known.count) == 0 {
            return nil
        }
        guard let value = Value(rawValue: text(of: field, in: position)) else { throw wrong(column, field, Self.wordExpected) }
        return value
    }

    private static var wordExpected: String { "one of the words of this version" }

    @inline(__always)
    private func field(_ column: StaticString) throws(CSVError) -> Field { field(at: try position(column)) }

    /// The place of a column that the file lacks and need not have.
    private static var absent: Int { -1 }

    @inline(__always)
    private func field(at position: Int) -> Field {
        let place = state.pointee.columns[position].place
        return place == Self.absent ? Field(start: 0, end: 0, hasDoubledQuotes: false) : state.pointee.fields[place]
    }

    /// Where a column stands among those of the row type.
    @inline(__always)
    private func position(_ column: StaticString) throws(CSVError) -> Int {
        let expected = state.pointee.cursor
        if expected < state.pointee.columnCount, state.pointee.columns[expected].asked == column.utf8Start {
            state.pointee.cursor = expected + 1
            return expected
        }
        return try find(column, from: expected)
    }

    @inline(never)
    private func find(_ column: StaticString, from expected: Int) throws(CSVError) -> Int {
        for position in expected..<state.pointee.columnCount where state.pointee.columns[position].asked == column.utf8Start {
            state.pointee.cursor = position + 1
            return position
        }
        let name = String(describing: column)
        for position in 0..<state.pointee.columnCount where state.pointee.columns[position].name == name {
            state.pointee.columns[position].asked = column.utf8Start
            state.pointee.cursor = position + 1
            return position
        }
        throw missing(name)
    }

    private func slice(_ field: Field) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[field.start..<field.end])
    }

    private func text(of field: Field, in position: Int) -> String {
        state.pointee.columns[position].memo.text(slice(field)) { _ in makeText(field) }
    }

    private func makeText(_ field: Field) -> String {
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

    private func wrong(_ column: StaticString, _ field: Field?, _ expected: String) -> CSVError {
        let found = field.map { makeText($0) } ?? ""
        return CSVError(file: file, line: line, message: "“\(found)” in the column “\(column)”, where \(expected) was expected")
    }
}
