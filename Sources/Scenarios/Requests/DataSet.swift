/// Rows from a file that requests take values from: `{{name.column}}`.
package struct DataSet: Hashable, Sendable, Codable {
    /// Which row the next request gets. All placeholders of one set in one request, or one turn of a flow, are of the same row.
    package enum Pick: String, Hashable, Sendable, Codable, CaseIterable {
        /// From the first to the last, and again.
        case inOrder = "in-order"
        /// Every row once in a drawn order, then in another.
        case shuffled
        /// From the first to the last; when they are used up, requests that need one are no longer sent, and counted as dropped.
        case once
    }

    package var name: String
    /// As the scenario names it.
    package var file: String
    package var pick: Pick
    /// The header's names, in the order of the file.
    package var columns: [String]
    /// At least one.
    package var rowCount: Int
    /// The values; empty in a record of a run, which has the rest.
    package var rows = DataRows()

    private enum CodingKeys: String, CodingKey { case name, file, pick, columns, rowCount }

    package init(name: String, file: String, pick: Pick, columns: [String], rows: DataRows) {
        self.name = name
        self.file = file
        self.pick = pick
        self.columns = columns
        rowCount = columns.isEmpty ? 0 : rows.count / columns.count
        self.rows = rows
    }
}

/// The fields of a data file, one after another, in two arrays whatever their number.
package struct DataRows: Hashable, Sendable {
    package private(set) var bytes: [UInt8] = []
    /// Where each field ends.
    package private(set) var ends: [Int] = []

    package init() {}

    /// Of all rows together.
    package var count: Int { ends.count }

    package mutating func append(_ field: some Collection<UInt8>) {
        bytes += field
        ends.append(bytes.count)
    }

    /// Where a field stands in ``bytes``.
    package func range(of field: Int) -> Range<Int> { (field == 0 ? 0 : ends[field - 1])..<ends[field] }
}
