package import Measurements

/// Sessions over time in one line of blocks, and beneath it the kind of each step.
package enum Sparkline {
    private static let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// The line of blocks and the line of marks, each `width` columns.
    ///
    /// A column shows the most sessions in its stretch of time, from 0 at `▁` to the peak of the run at `█`; a space is a stretch
    /// without samples. The marks: `b` baseline, `r` rung, `w` wave, `1` one at a time, `d` dose, `i` long idle, `R` restart, `·` settle.
    package static func lines(_ series: SessionSeries, steps: [StepRow], width: Int) -> (blocks: String, marks: String)? {
        let plot = SessionsPlot(series: series, steps: steps, waves: [], limit: nil, budget: nil, guardMark: nil)
        guard series.samples > 0, width > 0 else { return nil }
        let (start, end) = plot.span
        let column = { (time: RunTime) in min(width - 1, max(0, Int((time.seconds - start) / (end - start) * Double(width)))) }
        var most = [Int?](repeating: nil, count: width)
        for point in series.points { most[column(point.time)] = max(most[column(point.time)] ?? 0, point.total) }
        fill(&most, gaps: series.allGaps.map { column($0.start)...column($0.end) })
        let peak = max(series.peak, 1)
        let text = most.map { $0.map { blocks[min(7, $0 * 8 / (peak + 1))] } ?? " " }
        var marks = [Character](repeating: " ", count: width)
        for step in steps {
            for place in column(step.start)...max(column(step.start), column(step.end)) { marks[place] = "·" }
        }
        for step in steps where step.kind == .baseline || step.loadEnd > step.start {
            let until = step.kind == .baseline ? step.end : step.loadEnd
            for place in column(step.start)...max(column(step.start), column(until)) { marks[place] = mark(step.kind) }
        }
        return (String(text), String(marks))
    }

    /// Which marks occur, in words.
    package static func legend(_ steps: [StepRow]) -> String {
        var kinds: [Step.Kind] = []
        for step in steps where !kinds.contains(step.kind) { kinds.append(step.kind) }
        return (kinds.map { "\(mark($0)) \(LiveBlock.words($0))" } + ["· settle"]).joined(separator: "  ")
    }

    /// Between samples the count stood still, unless nobody looked.
    private static func fill(_ most: inout [Int?], gaps: [ClosedRange<Int>]) {
        var last: Int?
        for index in most.indices {
            if let value = most[index] {
                last = value
            } else if !gaps.contains(where: { $0.contains(index) }) {
                most[index] = last
            }
        }
    }

    private static func mark(_ kind: Step.Kind) -> Character {
        switch kind {
        case .baseline: "b"
        case .rung: "r"
        case .wave: "w"
        case .unit: "1"
        case .restart: "R"
        case .dose: "d"
        case .longIdle: "i"
        case .recovery: "c"
        case .watch: "w"
        case .gap: "g"
        }
    }
}
