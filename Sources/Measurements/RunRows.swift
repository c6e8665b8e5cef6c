/// The rows of a recorded run, file by file and step by step, in memory that does not grow with the run.
///
/// Belongs to one thread, and has others for the five longest files. One function for each sort of row, and not one for all: what is compiled
/// for a sort that is known takes half of the time.
package final class RunRows {
    private let requests: RowsAhead<RequestRow>
    private let transfers: RowsAhead<TransferRow>
    private let connections: RowsAhead<ConnectionRow>
    private let sessions: RowsAhead<SessionRow>
    private let processes: RowsAhead<ProcessRow>
    private let generator: RowCursor<GeneratorRow>

    /// Opens the files of the folder of a cell.
    ///
    /// - Parameter readsTimes: whether the times of requests are to be had: most of the columns of the longest file, and only thresholds on times look at them.
    /// - Throws: as ``RowReader``, of the first row too.
    package init(directory: String, readsTimes: Bool) throws(CSVError) {
        requests = try RowsAhead(directory: directory, unread: readsTimes ? [] : RequestRow.columnsOfTimes)
        transfers = try RowsAhead(directory: directory)
        connections = try RowsAhead(directory: directory, unread: ConnectionRow.columnsBesideVerdicts)
        sessions = try RowsAhead(directory: directory)
        processes = try RowsAhead(directory: directory)
        // Runs recorded before Seep watched itself have none.
        generator = try RowCursor(directory: directory, mayBeMissing: true)
    }

    /// Hands out the rows up to the end of a step that were not handed out yet.
    package func requests(upTo step: Int, _ body: (RequestRow) -> Void) throws(CSVError) { try requests.feed(upTo: step, body) }
    package func transfers(upTo step: Int, _ body: (TransferRow) -> Void) throws(CSVError) { try transfers.feed(upTo: step, body) }
    package func connections(upTo step: Int, _ body: (ConnectionRow) -> Void) throws(CSVError) { try connections.feed(upTo: step, body) }
    package func sessions(upTo step: Int, _ body: (SessionRow) -> Void) throws(CSVError) { try sessions.feed(upTo: step, body) }
    package func processes(upTo step: Int, _ body: (ProcessRow) -> Void) throws(CSVError) { try processes.feed(upTo: step, body) }
    package func generator(upTo step: Int, _ body: (GeneratorRow) -> Void) throws(CSVError) { try generator.feed(upTo: step, body) }

    /// Files that were found to end in the middle of a line.
    package var unfinished: [String] {
        [
            requests.endedMidLine ? RequestRow.file : nil, transfers.endedMidLine ? TransferRow.file : nil,
            connections.endedMidLine ? ConnectionRow.file : nil, sessions.endedMidLine ? SessionRow.file : nil,
            processes.endedMidLine ? ProcessRow.file : nil, generator.unfinished,
        ].compactMap { $0 }
    }
}

/// One file of rows, read as far as the step at hand.
private final class RowCursor<Row: CSVRow> {
    /// `nil`: there is no such file, and need not be.
    private let reader: RowReader<Row>?
    private var ahead: Row?

    init(directory: String, mayBeMissing: Bool = false) throws(CSVError) {
        do throws(CSVError) {
            reader = try RowReader(directory: directory)
        } catch {
            guard mayBeMissing, error.kind == .notFound else { throw error }
            reader = nil
        }
        ahead = try reader?.next()
    }

    func feed(upTo step: Int, _ body: (Row) -> Void) throws(CSVError) {
        guard let reader, let first = ahead, first.step <= step else { return }
        // Not by way of the property: each row would be copied into it and out again.
        var row = first
        ahead = nil
        while true {
            body(row)
            guard let next = try reader.next() else { return }
            guard next.step <= step else {
                ahead = next
                return
            }
            row = next
        }
    }

    var unfinished: String? { reader?.endedMidLine == true ? Row.file : nil }
}
