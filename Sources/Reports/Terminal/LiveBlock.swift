import Measurements

/// The block that shows a run on a terminal while it goes on; a pure function of the state.
package enum LiveBlock {
    /// Lines of at most `width` columns; what does not fit goes on in the next line, so nothing is lost on a narrow terminal.
    package static func lines(_ state: LiveState, width: Int, style: TerminalStyle) -> [String] {
        let width = max(width, 20)
        let labelWidth = width >= 50 ? 10 : 0
        var lines = flow(head(state, style), width: width, indent: 0)
        if !state.step.why.isEmpty {
            lines += DisplayWidth.wrap(Escape.terminal(state.step.why), to: width).map { style.paint($0, .dim) }
        }
        lines += labelled("time", time(state), labelWidth, width, style)
        lines += labelled("load", load(state, style), labelWidth, width, style)
        lines += labelled("sessions", sessions(state, style), labelWidth, width, style)
        if let limit = state.limit, let row = state.sessions?.row, !row.isGap {
            let bar = SessionBar(row: row, limit: limit, budget: state.budget, guardMark: state.guardMark)
            lines.append(String(repeating: " ", count: labelWidth) + bar.text(width: width - labelWidth, style: style))
        }
        if !state.floors.isEmpty {
            lines += labelled("floors", [floors(state.floors, width: width - labelWidth)], labelWidth, width, style)
        }
        for note in state.notes.suffix(3) {
            lines += labelled(
                "note", DisplayWidth.wrap(Escape.terminal(note), to: width - labelWidth), labelWidth, width, style, ink: .yellow)
        }
        return lines.map { style.shown($0) }
    }

    private static func head(_ state: LiveState, _ style: TerminalStyle) -> [String] {
        let of = state.expectedSteps.map { " of about \(max($0, state.step.id + 1))" } ?? ""
        let what = state.isSettling ? "\(words(state.step.kind)), settling" : words(state.step.kind)
        return [style.paint(Escape.terminal(state.cell), .bold), "step \(state.step.id + 1)\(of)", style.paint(what, .cyan)]
    }

    private static func time(_ state: LiveState) -> [String] {
        let elapsed = "\(Figures.clock(state.now - .zero)) elapsed"
        return state.remaining.map { [elapsed, "about \(Figures.clock($0)) left"] } ?? [elapsed]
    }

    private static func load(_ state: LiveState, _ style: TerminalStyle) -> [String] {
        let load = state.load
        let planned = load.plannedInStep.map { " of \(Figures.count($0))" } ?? ""
        let errors = "\(Figures.count(load.unexpected)) unexpected"
        let dropped = "\(Figures.count(load.dropped)) dropped"
        return [
            "\(Figures.count(load.startedInStep))\(planned) sent", "\(Figures.count(load.perSecond)) requests/s",
            "p50 \(Figures.milliseconds(Double(load.p50) / 1000))", "p99 \(Figures.milliseconds(Double(load.p99) / 1000))",
            load.unexpected > 0 ? style.paint(errors, .red) : errors, "\(Figures.count(load.inFlight)) in flight",
            load.dropped > 0 ? style.paint(dropped, .yellow) : dropped,
        ]
    }

    private static func sessions(_ state: LiveState, _ style: TerminalStyle) -> [String] {
        guard let row = state.sessions?.row, let total = row.total else {
            return [style.paint("not seen yet, or not to be seen now", .yellow)]
        }
        let of = state.limit.map { " of \(Figures.count($0))" } ?? ""
        let transaction = (row.idleInTransaction ?? 0) + (row.idleInTransactionAborted ?? 0)
        var parts = ["\(Figures.count(total))\(of)"]
        if row.active == nil, row.idle == nil {
            parts.append("states not to be seen")
        } else {
            parts += [
                style.paint("\(Figures.count(row.active ?? 0)) active", .yellow),
                style.paint("\(Figures.count(row.idle ?? 0)) idle", .blue),
                style.paint("\(Figures.count(transaction)) in transaction", .magenta), "\(Figures.count(row.other ?? 0)) other",
            ]
        }
        if state.isBlind { parts.append(style.paint("last seen \(Figures.span(state.now - row.time)) ago", .yellow)) }
        return parts
    }

    /// The newest that fit; an ellipsis stands for those before.
    private static func floors(_ floors: [Int], width: Int) -> String {
        var text = ""
        for floor in floors.reversed() {
            let longer = text.isEmpty ? Figures.count(floor) : "\(Figures.count(floor)) → \(text)"
            if DisplayWidth.of(longer) > width - 4 { return "… → \(text)" }
            text = longer
        }
        return text
    }

    private static func labelled(
        _ label: String, _ parts: [String], _ labelWidth: Int, _ width: Int, _ style: TerminalStyle, ink: TerminalStyle.Ink = .dim
    ) -> [String] {
        let name = labelWidth > 0 ? style.paint(DisplayWidth.pad(label, to: labelWidth), ink) : ""
        let lines = flow(parts, width: width - labelWidth, indent: labelWidth)
        return lines.enumerated().map { $0.offset == 0 ? name + $0.element.dropFirst(labelWidth) : $0.element }
    }

    /// Puts parts beside each other as long as there is room, then goes on in the next line.
    private static func flow(_ parts: [String], width: Int, indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = ""
        for part in parts {
            let joined = line.isEmpty ? part : "\(line) · \(part)"
            if !line.isEmpty, DisplayWidth.of(joined) > width {
                lines.append(margin + line)
                line = part
            } else {
                line = joined
            }
            if DisplayWidth.of(line) > width, !line.contains("\u{1B}") {
                let wrapped = DisplayWidth.wrap(line, to: width)
                lines += wrapped.dropLast().map { margin + $0 }
                line = wrapped.last ?? ""
            }
        }
        return lines + [margin + line]
    }

    static func words(_ kind: Step.Kind) -> String {
        switch kind {
        case .baseline: "baseline"
        case .rung: "warm-up"
        case .wave: "wave"
        case .unit: "one at a time"
        case .restart: "restart of the server"
        case .dose: "changed dose"
        case .longIdle: "long idle"
        case .recovery: "recovery"
        case .watch: "watching"
        case .gap: "silence"
        }
    }
}
