/// A row of one of the files of a run: what it is called, which columns it has, and how it is written and read.
package protocol CSVRow: Sendable, Hashable {
    /// The name of the file in the run directory.
    static var file: String { get }
    static var columns: [String] { get }
    /// Those of ``columns`` that files of an earlier Seep may lack; such a field is read as empty.
    static var laterColumns: Set<String> { get }
    /// The step that the row belongs to; rows stand in the file in the order of their steps.
    var step: Int { get }
    /// Appends the fields in the order of ``columns``.
    func encode(into line: inout CSVEncoder)
    /// Reads a row; columns are found by name, so a file with more columns, or in other order, is read as well.
    init(_ fields: CSVFields) throws(CSVError)
}

extension CSVRow {
    package static var laterColumns: Set<String> { [] }
}

/// What is wrong with a file of a run, and where.
package struct CSVError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// There is no such file.
        case notFound
        /// The file is there, and the system would not let it be read.
        case unreadable
        /// The file was read, and is not what it should be.
        case malformed
    }

    package let kind: Kind
    package let file: String
    /// Counted from 1, the header being line 1; 0 when the file as a whole is meant.
    package let line: Int
    package let message: String

    package init(kind: Kind = .malformed, file: String, line: Int, message: String) {
        self.kind = kind
        self.file = file
        self.line = line
        self.message = message
    }

    package var description: String { line == 0 ? "\(file): \(message)" : "\(file):\(line): \(message)" }
}
