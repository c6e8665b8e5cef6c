import Measurements
import Verdicts

/// Rows that were written and not yet fed to the judge, since they belong to a step that is still open.
struct HeldRows {
    private var processes: [ProcessRow] = []
    private var generator: [GeneratorRow] = []
    private var requests: [RequestRow] = []
    private var transfers: [TransferRow] = []
    private var connections: [ConnectionRow] = []
    private var sessions: [SessionRow] = []

    mutating func take(from directory: RunDirectory) {
        processes += directory.processes.takeRows()
        generator += directory.generator.takeRows()
        requests += directory.requests.takeRows()
        transfers += directory.transfers.takeRows()
        connections += directory.connections.takeRows()
        sessions += directory.sessions.takeRows()
    }

    /// Feeds the rows of steps up to `step`, file by file: the order in which a replay feeds them.
    mutating func feed(upTo step: Int, to judge: inout Judge) {
        Self.feed(&processes, step) { judge.consume($0) }
        Self.feed(&generator, step) { judge.consume($0) }
        Self.feed(&requests, step) { judge.consume($0) }
        Self.feed(&transfers, step) { judge.consume($0) }
        Self.feed(&connections, step) { judge.consume($0) }
        Self.feed(&sessions, step) { judge.consume($0) }
    }

    private static func feed<Row: CSVRow>(_ rows: inout [Row], _ step: Int, _ body: (Row) -> Void) {
        let count = rows.firstIndex { $0.step > step } ?? rows.count
        for row in rows[..<count] { body(row) }
        rows.removeFirst(count)
    }
}
