import Measurements
import Testing

@testable import Reports

@Suite("What a terminal shows")
struct TerminalTests {
    private var state: LiveState {
        let step = Step(
            id: 8, kind: .wave, dose: .closed(requests: 101, concurrency: 8), settle: .seconds(5),
            why: "an equal dose: is as much left again?")
        var state = LiveState(cell: "granian-1.3.2", step: step, now: RunTime(seconds: 42.4))
        state.expectedSteps = 14
        state.remaining = .seconds(70)
        state.load.startedInStep = 61
        state.load.plannedInStep = 101
        state.load.perSecond = 812
        state.load.p50 = 4100
        state.load.p99 = 18_700
        state.load.inFlight = 8
        state.load.unexpected = 2
        var row = SampleRuns.row(42.3, 8, idle: 50, active: 6, inTransaction: 2)
        row.limit = 97
        state.sessions = LiveSessions(row: row, time: row.time)
        state.limit = 97
        state.budget = 77
        state.guardMark = 92
        state.floors = [1, 1, 12, 23, 34]
        state.notes = ["gap 1.2 s: too many clients already"]
        return state
    }

    @Test("the live block is as it was at 100, 60 and 30 columns, in plain, colour and ASCII")
    func block() throws {
        var text = ""
        for (width, style) in [
            (100, TerminalStyle.plain), (60, .plain), (30, .plain), (80, .ascii), (80, TerminalStyle(hasColour: true, hasUnicode: true)),
        ] {
            let lines = LiveBlock.lines(state, width: width, style: style)
            for line in lines { #expect(DisplayWidth.of(line) <= width) }
            text += "--- \(width) columns\n" + lines.map { $0.replacing("\u{1B}", with: "<ESC>") + "\n" }.joined()
        }
        try expectGolden(text, "live.txt")
    }

    @Test("a narrow terminal hides no figure", arguments: [20, 24, 33, 50, 79, 200])
    func narrow(width: Int) {
        let all = LiveBlock.lines(state, width: width, style: .plain).joined(separator: " ").split(separator: " ").joined(separator: " ")
        for part in ["812 requests/s", "p99 18.7 ms", "2 unexpected", "8 in flight", "0 dropped", "58 of 97", "50 idle", "34"] {
            #expect(all.contains(part), "\(part) at \(width)")
        }
    }

    @Test("a block before the first sample, and one whose sampler is blind, say so")
    func blind() {
        var state = state
        state.now = RunTime(seconds: 50)
        #expect(LiveBlock.lines(state, width: 100, style: .plain).joined().contains("last seen 7.7 s ago"))
        state.sessions = nil
        #expect(LiveBlock.lines(state, width: 100, style: .plain).joined().contains("not seen yet"))
    }

    @Test("a redrawn block goes up by the lines that the last one takes at the width of now")
    func painter() {
        let first = TerminalPainter.block(["one", String(repeating: "x", count: 80)], over: [], columns: 80)
        #expect(first.text == "\rone\u{1B}[K\n\(String(repeating: "x", count: 80))\u{1B}[K\n\u{1B}[J")
        #expect(TerminalPainter.block([], over: first.drawn, columns: 80).text.hasPrefix("\r\u{1B}[2A"))
        #expect(TerminalPainter.block([], over: first.drawn, columns: 40).text.hasPrefix("\r\u{1B}[3A"))
        #expect(TerminalPainter.block([], over: [0, 0], columns: 40).text.hasPrefix("\r\u{1B}[2A"))
    }

    @Test("plain lines: one when a step begins and ends, one each five seconds between")
    func plain() throws {
        var progress = PlainProgress(style: .plain)
        var state = state
        var lines = [progress.began(state)]
        for tenth in 1...120 {
            state.now = RunTime(seconds: 42.4 + Double(tenth) / 10)
            state.sessions?.time = state.now
            if let line = progress.tick(state) { lines.append(line) }
        }
        let run = SampleRuns.leak()
        lines.append(progress.ended(run.summary.steps[5], wave: run.summary.waves[5], cell: state.cell))
        lines.append(progress.note("gap\u{1B}[2J", at: state.now, cell: state.cell))
        #expect(lines.count == 5)
        try expectGolden(lines.joined(separator: "\n") + "\n", "plain.txt")
    }

    @Test("the end of one cell is as it was")
    func cell() throws {
        let runs = [SampleRuns.leak(), SampleRuns.clean(), SampleRuns.bounded()]
        let lines = runs.flatMap { CellText.lines($0.summary, series: $0.series, width: 100, style: .plain) + [""] }
        let quiet = CellText.lines(runs[0].summary, series: runs[0].series, width: 100, style: .ascii, isQuiet: true)
        try expectGolden((lines + quiet).joined(separator: "\n") + "\n", "cell.txt")
    }

    @Test("the table is as it was: wide, narrow, and in ASCII")
    func table() throws {
        var wide = SampleRuns.clean().summary
        wide.cell = "試験 🐘 server"
        let summaries = [SampleRuns.leak().summary, wide, SampleRuns.bounded().summary]
        let lines = [(180, TerminalStyle.plain), (100, .plain), (180, .ascii)].flatMap { width, style in
            CellTable.lines(summaries, width: width, style: style) + [""]
        }
        try expectGolden(lines.joined(separator: "\n"), "table.txt")
    }

    @Test("names from outside send nothing to the terminal but text", arguments: HostileNames.all)
    func hostile(name: String) {
        let summary = HostileNames.summary(name)
        var state = state
        state.cell = name
        state.step.why = name
        state.notes = [name]
        var progress = PlainProgress(style: .plain)
        var lines = CellText.lines(summary, series: SampleRuns.clean().series, width: 80, style: .plain)
        lines += CellTable.lines([summary], width: 300, style: .plain)
        lines += LiveBlock.lines(state, width: 40, style: .plain) + [progress.began(state)]
        lines += [progress.ended(summary.steps[0], wave: summary.waves[0], cell: name)]
        for line in lines {
            #expect(line.unicodeScalars.allSatisfy { $0.value >= 32 && !(0x7F...0x9F).contains($0.value) && $0.value != 0x202E }, "\(line)")
        }
        for line in CellTable.lines([summary], width: 300, style: .ascii) { #expect(line.allSatisfy { $0.isASCII }) }
    }

    @Test(
        "colour and output follow the terminal and the environment",
        arguments: [
            (true, ["LANG": "C.UTF-8"], true, true), (true, ["LANG": "C.UTF-8", "NO_COLOR": "1"], false, true),
            (true, ["LANG": "C.UTF-8", "NO_COLOR": ""], true, true), (true, ["LANG": "C"], true, false),
            (true, ["LC_ALL": "C", "LANG": "en_US.utf8"], true, false), (false, ["LANG": "C.UTF-8"], false, true),
            (true, ["TERM": "dumb", "LANG": "C.UTF-8"], false, true),
        ] as [(Bool, [String: String], Bool, Bool)])
    func style(isTerminal: Bool, environment: [String: String], colour: Bool, unicode: Bool) {
        let style = TerminalStyle.detect(isTerminal: isTerminal, environment: environment)
        #expect(style == TerminalStyle(hasColour: colour, hasUnicode: unicode))
    }

    @Test("a terminal has the live block unless told otherwise")
    func mode() {
        #expect(OutputMode.choose(isTerminal: true, plain: false, quiet: false, environment: [:]) == .live)
        #expect(OutputMode.choose(isTerminal: true, plain: true, quiet: false, environment: [:]) == .plain)
        #expect(OutputMode.choose(isTerminal: false, plain: false, quiet: false, environment: [:]) == .plain)
        #expect(OutputMode.choose(isTerminal: true, plain: true, quiet: true, environment: [:]) == .quiet)
    }
}
