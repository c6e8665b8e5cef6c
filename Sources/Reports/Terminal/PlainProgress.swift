package import Measurements

/// The run as lines that stay: one when a step begins, one when it has ended, at most one each five seconds between.
package struct PlainProgress: Sendable {
    private var lastLine: RunTime?
    private let style: TerminalStyle
    private static let pause = Duration.seconds(5)

    package init(style: TerminalStyle) {
        self.style = style
    }

    package mutating func began(_ state: LiveState) -> String {
        lastLine = state.now
        let dose = state.step.plannedRequests.map { $0 > 0 ? ", \(Figures.plural($0, "request"))" : "" } ?? ""
        let why = state.step.why.isEmpty ? "" : ": \(Escape.terminal(state.step.why))"
        return line(state.now, state.cell, "step \(state.step.id + 1), \(LiveBlock.words(state.step.kind))\(dose)\(why)")
    }

    /// A line when five seconds have gone since the last.
    package mutating func tick(_ state: LiveState) -> String? {
        if let lastLine, state.now - lastLine < Self.pause { return nil }
        lastLine = state.now
        var parts = [state.isSettling ? "settling" : "\(Figures.count(state.load.perSecond)) requests/s"]
        if !state.isSettling { parts.append("p99 \(Figures.milliseconds(Double(state.load.p99) / 1000))") }
        if state.load.unexpected > 0 { parts.append("\(Figures.count(state.load.unexpected)) unexpected") }
        if state.load.dropped > 0 { parts.append("\(Figures.count(state.load.dropped)) dropped") }
        let of = state.limit.map { " of \(Figures.count($0))" } ?? ""
        parts.append(state.isBlind ? "sessions not seen" : "\(Figures.plural(state.sessions?.row.total ?? 0, "session"))\(of)")
        if let remaining = state.remaining { parts.append("about \(Figures.clock(remaining)) left") }
        return line(state.now, state.cell, "  \(parts.joined(separator: ", "))")
    }

    package mutating func ended(_ step: StepRow, wave: WaveRow?, cell: String) -> String {
        lastLine = step.end
        var parts = ["\(Figures.plural(step.given, "request")) in \(Figures.span(step.loadEnd - step.start))"]
        if let wave {
            parts.append("\(Figures.count(wave.leftBehind)) left behind")
            if let floor = wave.floor { parts.append("floor \(Figures.count(floor))") }
            if !wave.voidReason.isEmpty { parts.append("does not count: \(Escape.terminal(wave.voidReason))") }
        }
        if step.ended != .completed { parts.append("ended by \(step.ended.rawValue)") }
        return line(step.end, cell, "  done: \(parts.joined(separator: ", "))")
    }

    package func note(_ note: String, at time: RunTime, cell: String) -> String { line(time, cell, "  note: \(Escape.terminal(note))") }

    private func line(_ time: RunTime, _ cell: String, _ text: String) -> String {
        style.shown("\(DisplayWidth.pad(Figures.clock(time - .zero), to: 7, left: true)) \(Escape.terminal(cell)) \(text)")
    }
}
