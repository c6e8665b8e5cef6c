import Measurements

/// The inside of a chart: areas of sessions by state, floors, limits, gaps. Titles and axes' names are the chart's.
struct SessionsPlot {
    var series: SessionSeries
    var steps: [StepRow]
    /// The floors at the ends of settles, in the order of time.
    var floors: [(time: RunTime, sessions: Int)]
    var limit: Int?
    var budget: Int?
    var guardMark: Int?

    init(series: SessionSeries, steps: [StepRow], waves: [WaveRow], limit: Int?, budget: Int?, guardMark: Int?) {
        self.series = series
        self.steps = steps
        self.limit = limit
        self.budget = budget
        self.guardMark = guardMark
        let ends = Dictionary(steps.map { ($0.step, $0.end) }, uniquingKeysWith: { first, _ in first })
        floors = waves.compactMap { wave in
            guard let sessions = wave.floor, let time = ends[wave.step] else { return nil }
            return (time, max(sessions, 0))
        }
    }

    static let states: [(name: String, style: String, sessions: @Sendable (SessionPoint) -> Int)] = [
        ("idle", "sx-idle", { $0.idle }),
        ("idle in transaction", "sx-intransaction", { $0.inTransaction }),
        ("aborted transaction", "sx-aborted", { $0.aborted }),
        ("other or unknown", "sx-other", { $0.other }),
        ("active", "sx-active", { $0.active }),
    ]

    /// The most that must be seen.
    var peak: Int { max(series.peak, floors.map(\.sessions).max() ?? 0) }

    /// Seconds of the first and the last thing to draw.
    var span: (start: Double, end: Double) {
        let start = min(series.start?.seconds ?? .infinity, steps.first?.start.seconds ?? .infinity)
        let end = max(series.end?.seconds ?? 0, steps.last?.end.seconds ?? 0)
        return start.isFinite ? (start, max(end, start + 1)) : (0, 1)
    }

    /// The states that occur, for the legend.
    var statesSeen: [(name: String, style: String)] {
        let points = series.points
        return Self.states.filter { state in points.contains { state.sessions($0) > 0 } }.map { ($0.name, $0.style) }
    }

    func draw(into svg: inout SVGWriter, scale: ChartScale, hatch: String, isCompact: Bool) {
        let lane = StepLane(steps)
        lane.drawBands(into: &svg, scale: scale)
        drawGrid(into: &svg, scale: scale)
        drawAreas(into: &svg, scale: scale)
        for gap in series.allGaps {
            let left = scale.x(gap.start)
            let width = max(scale.x(gap.end) - left, 2)
            svg.rect(left, scale.y, width, scale.height, class: "sx-gap")
            svg.raw(
                "<rect fill=\"url(#\(hatch))\" x=\"\(SVGWriter.number(left))\" y=\"\(SVGWriter.number(scale.y))\" width=\"\(SVGWriter.number(width))\" height=\"\(SVGWriter.number(scale.height))\"><title>no samples</title></rect>"
            )
        }
        svg.line(scale.x, scale.y + scale.height, scale.x + scale.width, scale.y + scale.height, class: "sx-axis")
        drawFloors(into: &svg, scale: scale)
        lane.draw(
            into: &svg, scale: scale, y: scale.y - (isCompact ? 12 : 20), height: isCompact ? 7 : 15, showsNumbers: !isCompact)
    }

    private func drawGrid(into svg: inout SVGWriter, scale: ChartScale) {
        for tick in scale.sessionTicks() where tick > 0 {
            svg.line(scale.x, scale.y(tick), scale.x + scale.width, scale.y(tick), class: "sx-grid")
        }
    }

    private func drawAreas(into svg: inout SVGWriter, scale: ChartScale) {
        let runs = unbrokenRuns()
        var below = runs.map { $0.map { _ in 0 } }
        for state in Self.states {
            var data = ""
            for (index, run) in runs.enumerated() {
                let lower = below[index]
                let upper = zip(run, lower).map { state.sessions($0) + $1 }
                below[index] = upper
                guard zip(upper, lower).contains(where: { $0 > $1 }) else { continue }
                let times = run.map(\.time)
                data += "M" + Self.corners(times, upper, scale: scale).joined(separator: "L")
                data += "L" + Self.corners(times.reversed(), lower.reversed(), scale: scale).joined(separator: "L") + "Z"
            }
            svg.path(data, class: state.style)
        }
        drawOutline(into: &svg, scale: scale)
    }

    /// The line of all sessions alone.
    func drawOutline(into svg: inout SVGWriter, scale: ChartScale) {
        let outline = unbrokenRuns().map { run in
            "M" + Self.corners(run.map(\.time), run.map(\.total), scale: scale).joined(separator: "L")
        }.joined()
        svg.path(outline, class: "sx-outline")
    }

    /// The points between gaps; a lone point is drawn as a short stretch.
    private func unbrokenRuns() -> [[SessionPoint]] {
        var runs: [[SessionPoint]] = []
        var gaps = series.allGaps[...]
        for point in series.points {
            var broken = runs.isEmpty
            while let gap = gaps.first, gap.end <= point.time {
                gaps.removeFirst()
                broken = true
            }
            if broken { runs.append([]) }
            runs[runs.count - 1].append(point)
        }
        return runs.map { run in
            guard run.count == 1, var after = run.first else { return run }
            after.time = RunTime(microseconds: after.time.microseconds + Int64((span.end - span.start) * 4000))
            return run + [after]
        }
    }

    /// Corners of a line, without those in the middle of a level stretch.
    private static func corners(_ times: [RunTime], _ values: [Int], scale: ChartScale) -> [String] {
        var result: [String] = []
        for index in values.indices {
            let isLevel =
                index > 0 && index + 1 < values.count && values[index - 1] == values[index] && values[index] == values[index + 1]
            if isLevel { continue }
            result.append("\(SVGWriter.number(scale.x(times[index]))) \(SVGWriter.number(scale.y(values[index])))")
        }
        return result
    }

    private func drawFloors(into svg: inout SVGWriter, scale: ChartScale) {
        guard let first = floors.first, let last = floors.last else { return }
        var data = "M\(SVGWriter.number(scale.x(first.time))) \(SVGWriter.number(scale.y(first.sessions)))"
        for floor in floors.dropFirst() {
            data += "H\(SVGWriter.number(scale.x(floor.time)))V\(SVGWriter.number(scale.y(floor.sessions)))"
        }
        svg.path(data, class: "sx-floorline")
        let lastX = scale.x(last.time)
        var labelled: (x: Double, sessions: Int)?
        for (index, floor) in floors.enumerated() {
            let (x, y) = (scale.x(floor.time), scale.y(floor.sessions))
            svg.circle(x, y, radius: floors.count > 60 ? 2 : 3.2, class: "sx-floor")
            if index < floors.count - 1, let labelled {
                guard floor.sessions != labelled.sessions, x - labelled.x > 30, lastX - x > 30 else { continue }
            }
            labelled = (x, floor.sessions)
            let label = Figures.count(floor.sessions)
            let half = SVGWriter.textWidth(label, size: 11) / 2
            svg.text(label, min(x, scale.x + scale.width - half), y - 8, class: "sx-value", anchor: .middle)
        }
    }
}
