import Foundation
import Glibc
package import Measurements
import Reports
import Synchronization
import Verdicts

/// Tells a run to a person: a live block on a terminal, lines elsewhere, and the verdict at the end.
package final class TerminalObserver: RunObserver {
    private struct State {
        let painter: TerminalPainter
        var progress: PlainProgress
        var live: LiveState?
        var facts: RunFacts?
        var floors: [Int] = []
        var notes: [String] = []
        /// When this step and those to come will be over at the earliest.
        var expectedEnd: RunTime?
        var lastNote = ""
    }

    private let mode: OutputMode
    private let style: TerminalStyle
    private let descriptor: Int32
    private let state: Mutex<State>

    /// - Parameter descriptor: where progress and verdicts go; standard error where standard output is for JSON.
    package init(options: RunOptions, descriptor: Int32, environment: [String: String]) {
        let isTerminal = isatty(descriptor) == 1
        mode = OutputMode.choose(isTerminal: isTerminal, plain: options.plain, quiet: options.quiet, environment: environment)
        style = TerminalStyle.detect(isTerminal: isTerminal && !options.plain, environment: environment)
        self.descriptor = descriptor
        let style = style
        state = Mutex(State(painter: TerminalPainter(descriptor: descriptor), progress: PlainProgress(style: style)))
    }

    // MARK: Before the steps

    package func preparing(cell: String, _ what: String) {
        guard mode != .quiet else { return }
        state.withLock { print([style.shown("\(cell): \(what)")], $0) }
    }

    package func output(cell: String, _ line: String) {
        guard mode != .quiet else { return }
        state.withLock { print([style.shown("    \(Escape.terminal(line))")], $0) }
    }

    package func note(cell: String, _ text: String) {
        guard mode != .quiet else { return }
        state.withLock { print([style.shown("\(cell.isEmpty ? "seep" : cell): \(Escape.terminal(text))")], $0) }
    }

    package func began(cell: String, facts: RunFacts) {
        state.withLock { state in
            state.facts = facts
            state.floors = []
            state.notes = []
            state.lastNote = ""
            state.live = nil
        }
    }

    // MARK: Steps

    package func stepBegan(cell: String, step: Step, expectedSteps: Int, remaining: Duration) {
        state.withLock { state in
            let now = state.live?.now ?? .zero
            state.expectedEnd = now + remaining
            var live = LiveState(cell: cell, step: step, now: now)
            live.expectedSteps = expectedSteps
            live.limit = state.facts?.limit
            live.budget = state.facts?.budget
            live.guardMark = state.facts.map { $0.limit - $0.guardRail }
            live.floors = state.floors
            live.notes = state.notes
            live.remaining = remaining
            live.isSettling = step.lead > .zero
            live.sessions = state.live?.sessions
            state.live = live
            if mode == .plain { print([state.progress.began(live)], state) }
        }
    }

    package func loading(cell: String) {
        state.withLock { $0.live?.isSettling = false }
    }

    package func settling(cell: String) {
        state.withLock { $0.live?.isSettling = true }
    }

    package func tick(cell: String, now: RunTime, load: LiveLoad, sessions: LiveSessions?) {
        state.withLock { state in
            guard var live = state.live else { return }
            live.now = now
            live.load = load
            // The load's thread has nothing to count in a silence, and says what it said last.
            if live.isSettling { live.load.perSecond = 0 }
            live.sessions = sessions.map { LiveSessions(row: $0.row.asHeld, time: $0.time, lastActivity: $0.lastActivity) }
            live.remaining = state.expectedEnd.map { max(.zero, $0 - now) }
            if let note = sessions?.row.note, !note.isEmpty, note != state.lastNote {
                state.lastNote = note
                state.notes = state.notes.suffix(2) + [note]
                live.notes = state.notes
                if mode == .plain { print([state.progress.note(note, at: now, cell: cell)], state) }
            }
            state.live = live
            switch mode {
            case .live: state.painter.draw(LiveBlock.lines(live, width: state.painter.size.columns, style: style))
            case .plain:
                if let line = state.progress.tick(live) { print([line], state) }
            case .quiet: break
            }
        }
    }

    package func stepEnded(cell: String, row: StepRow, wave: WaveRow) {
        state.withLock { state in
            if let floor = wave.floor { state.floors.append(floor) }
            state.live?.floors = state.floors
            state.live?.now = row.end
            if mode == .plain { print([state.progress.ended(row, wave: wave, cell: cell)], state) }
        }
    }

    /// Writes lines that stay; above the block where there is one.
    private func print(_ lines: [String], _ state: State) {
        if mode == .live {
            state.painter.print(lines)
        } else {
            let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
            _ = write(descriptor, bytes, bytes.count)
        }
    }

    // MARK: The end

    package func ended(cell: CellResult) {
        state.withLock { state in
            if mode == .live {
                state.painter.erase()
                state.painter.finish()
            }
            state.live = nil
            var lines: [String] = mode == .quiet ? [] : [""]
            if let report = cell.report, cell.verdict != nil {
                lines += CellText.lines(
                    report.summary, series: report.series, width: state.painter.size.columns, style: style, isQuiet: mode == .quiet)
            }
            if let failure = cell.failure {
                lines.append(
                    style.shown(
                        "\(cell.cell): \(failure.split(separator: "\n").map { Escape.terminal(String($0)) }.joined(separator: "\n"))"))
            }
            print(lines, state)
        }
    }

    /// The table of several cells, and where the files are.
    package func finished(_ outcome: RunCommand.Outcome) {
        if outcome.cells.count == 1 || mode == .quiet, let baseline = outcome.comparison?.baseline {
            state.withLock { print(ComparisonText.baseline(baseline).map { style.shown($0) }, $0) }
        }
        guard outcome.cells.count > 1, mode != .quiet else { return }
        state.withLock { state in
            let summaries = outcome.cells.compactMap { $0.report?.summary }
            let missing = outcome.cells.filter { $0.report == nil }.map { "\($0.cell): no verdict (\($0.status))" }
            let table = CellTable.lines(summaries, width: state.painter.size.columns, style: style)
            let compared = outcome.comparison.map { ComparisonText.lines($0) } ?? []
            print([""] + table + missing + compared.map { style.shown($0) }, state)
            print(["", style.shown("report  \(outcome.shownFolder)/report.html")], state)
        }
    }
}
