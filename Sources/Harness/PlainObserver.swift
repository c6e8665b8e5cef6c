package import Measurements
import Verdicts

/// Plain lines, for logs.
package struct PlainObserver: RunObserver {
    let options: RunOptions
    package init(options: RunOptions) { self.options = options }
    package func preparing(cell: String, _ what: String) { print("\(cell): \(what)") }
    package func output(cell: String, _ line: String) { print("    \(line)") }
    package func note(cell: String, _ text: String) { print("\(cell): \(text)") }
    package func began(cell: String, facts: RunFacts) { print("\(cell): limit \(facts.limit), headroom \(facts.headroom)") }
    package func stepBegan(cell: String, step: Step, likelySteps: Int) {
        print("\(cell): step \(step.id) of about \(likelySteps): \(step.kind.rawValue) (\(step.why))")
    }
    package func tick(cell: String, load: LiveLoad, sessions: LiveSessions?, elapsed: Duration) {}
    package func stepEnded(cell: String, row: StepRow, wave: WaveRow) {
        print(
            "\(cell):   given \(row.given), \(wave.dosePerClass), left \(wave.leftBehind), floor \(wave.floor.map(String.init) ?? "?"), \(row.ended.rawValue) \(wave.voidReason)"
        )
    }
    package func ended(cell: CellResult) {
        print("\(cell.cell): exit \(cell.status.rawValue) \(cell.verdict.map { "\($0.verdict.rawValue): \($0.reason)" } ?? "") \(cell.failure ?? "")")
        print("  \(cell.directory)")
    }
}
