package import Measurements

/// Judges a recorded run again from its files, step by step, in memory that does not grow with the run.
package enum Replay {
    /// What a run directory came to.
    package struct Outcome: Sendable {
        package var verdict: Verdict
        /// Lines for `waves.csv`, one for each step.
        package var waves: [WaveRow]
        /// Files that end in the middle of a line: the run was killed.
        package var unfinished: [String]
    }

    /// - Parameter directory: the folder of one cell.
    /// - Throws: `CSVError` naming file, line and what was expected.
    package static func judge(directory: String, facts: RunFacts) throws(CSVError) -> Outcome {
        var judge = Judge(facts: facts)
        var waves: [WaveRow] = []
        let steps = try RowReader<StepRow>(directory: directory)
        let requests = try Cursor<RequestRow>(directory: directory)
        let transfers = try Cursor<TransferRow>(directory: directory)
        let connections = try Cursor<ConnectionRow>(directory: directory)
        let sessions = try Cursor<SessionRow>(directory: directory)
        let processes = try Cursor<ProcessRow>(directory: directory)
        // Runs recorded before Seep watched itself have none.
        let generator = try Cursor<GeneratorRow>(directory: directory, mayBeMissing: true)
        var last = -1
        while let step = try steps.next() {
            guard step.step == last + 1 else {
                throw CSVError(
                    file: StepRow.file, line: 0,
                    message: "step \(step.step) follows step \(last); the file was changed or a line is missing")
            }
            last = step.step
            try processes.feed(upTo: step.step) { judge.consume($0) }
            try generator.feed(upTo: step.step) { judge.consume($0) }
            try requests.feed(upTo: step.step) { judge.consume($0) }
            try transfers.feed(upTo: step.step) { judge.consume($0) }
            try connections.feed(upTo: step.step) { judge.consume($0) }
            try sessions.feed(upTo: step.step) { judge.consume($0) }
            waves.append(judge.consume(step))
        }
        let unfinished = [
            steps.endedMidLine ? StepRow.file : nil, requests.unfinished, transfers.unfinished, connections.unfinished, sessions.unfinished,
            processes.unfinished, generator.unfinished,
        ].compactMap { $0 }
        return Outcome(verdict: judge.verdictNow(), waves: waves, unfinished: unfinished)
    }

    /// One file of rows, read as far as the step at hand.
    private final class Cursor<Row: CSVRow> {
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
            while let row = ahead, row.step <= step {
                body(row)
                ahead = try reader?.next()
            }
        }

        var unfinished: String? { reader?.endedMidLine == true ? Row.file : nil }
    }
}
