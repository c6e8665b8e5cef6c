/// Reads the rows of one file of a run, one after the other, in memory that does not grow with the file.
///
/// What a run that was killed left behind is read as far as it goes: a last line without its newline is no row, and
/// ``endedMidLine`` says so. Belongs to one thread at a time.
package final class RowReader<Row: CSVRow> {
    private let scanner: CSVScanner
    private let hasHeader: Bool

    /// Opens the file of the row's kind in `directory` and reads its header.
    ///
    /// A file without a whole first line has no rows; a header that lacks a column of ``CSVRow/columns`` is an error.
    ///
    /// - Parameter unread: columns that may be empty and that nobody will look at: they are, whatever the file holds.
    package convenience init(directory: String, unread: Set<String> = []) throws(CSVError) {
        try self.init(path: "\(directory)/\(Row.file)", unread: unread)
    }

    package init(path: String, unread: Set<String> = []) throws(CSVError) {
        scanner = try CSVScanner(path: path, file: Row.file)
        hasHeader = try scanner.advance()
        if hasHeader { try scanner.fields.takeHeader(for: Row.columns, later: Row.laterColumns, unread: unread) }
    }

    /// The next row, or `nil` at the end. An error is the end of the reading.
    package func next() throws(CSVError) -> Row? {
        guard hasHeader, try scanner.advance() else { return nil }
        let fields = scanner.fields
        guard fields.count == fields.width else {
            throw CSVError(
                file: Row.file, line: fields.line, message: "\(fields.count) fields where \(fields.width) were expected")
        }
        return try Row(fields)
    }

    /// Whether the file ended in the middle of a line; known once `next` has given `nil`.
    package var endedMidLine: Bool { scanner.endedMidLine }
}
