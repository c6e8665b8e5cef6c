package import Measurements
package import Verdicts

/// What a run tells whoever watches: the terminal, or nobody.
package protocol RunObserver: Sendable {
    /// Something is being done that takes a while: a setup, a start.
    func preparing(cell: String, _ what: String)
    /// A line that a setup printed.
    func output(cell: String, _ line: String)
    /// Something worth a line of its own.
    func note(cell: String, _ text: String)
    func began(cell: String, facts: RunFacts)
    /// - Parameters:
    ///   - expectedSteps: how many the run will have, as far as can be told now.
    ///   - remaining: how long this step and those to come take at least.
    func stepBegan(cell: String, step: Step, expectedSteps: Int, remaining: Duration)
    /// The silence before the load is over.
    func loading(cell: String)
    func settling(cell: String)
    /// About five times a second.
    func tick(cell: String, now: RunTime, load: LiveLoad, sessions: LiveSessions?)
    func stepEnded(cell: String, row: StepRow, wave: WaveRow)
    func ended(cell: CellResult)
}

/// What became of one cell.
package struct CellResult: Sendable {
    package var cell: String
    package var status: RunStatus
    /// The folder with its files; empty when it was never made.
    package var directory: String
    package var verdict: Verdict?
    package var info: RunInfo?
    package var report: CellReport?
    /// Why there is no verdict, or what went wrong beside it.
    package var failure: String?
}
