package import Measurements
import Scenarios

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
        let rows = try RunRows(
            directory: directory, readsTimes: facts.thresholds.contains(where: \.metric.isOfTimes))
        var last = -1
        while let step = try steps.next() {
            guard step.step == last + 1 else {
                throw CSVError(
                    file: StepRow.file, line: 0,
                    message: "step \(step.step) follows step \(last); the file was changed or a line is missing")
            }
            last = step.step
            try rows.processes(upTo: step.step) { judge.consume($0) }
            try rows.generator(upTo: step.step) { judge.consume($0) }
            try rows.requests(upTo: step.step) { judge.consume($0) }
            try rows.transfers(upTo: step.step) { judge.consume($0) }
            try rows.connections(upTo: step.step) { judge.consume($0) }
            try rows.sessions(upTo: step.step) { judge.consume($0) }
            waves.append(judge.consume(step))
        }
        let unfinished = (steps.endedMidLine ? [StepRow.file] : []) + rows.unfinished
        return Outcome(verdict: judge.verdictNow(), waves: waves, unfinished: unfinished)
    }
}
