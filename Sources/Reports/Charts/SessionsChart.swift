package import Measurements

/// The picture of one cell: sessions by state over time, with the steps, floors, budget and limit, as an SVG that needs nothing else.
package struct SessionsChart: Sendable {
    package var title: String
    package var verdict: String
    package var reason: String
    package var series: SessionSeries
    package var steps: [StepRow]
    package var waves: [WaveRow]
    package var limit: Int?
    package var budget: Int?
    /// The number of sessions at which the guard rail stops the load.
    package var guardMark: Int?

    package init(
        title: String, verdict: String, reason: String, series: SessionSeries, steps: [StepRow], waves: [WaveRow], limit: Int? = nil,
        budget: Int? = nil, guardMark: Int? = nil
    ) {
        self.title = title
        self.verdict = verdict
        self.reason = reason
        self.series = series
        self.steps = steps
        self.waves = waves
        self.limit = limit
        self.budget = budget
        self.guardMark = guardMark
    }

    package init(_ summary: RunSummary, series: SessionSeries, guardMark: Int? = nil) {
        self.init(
            title: summary.title, verdict: summary.verdict, reason: summary.reason, series: series, steps: summary.steps,
            waves: summary.waves, limit: summary.limit ?? series.limit, budget: summary.budget, guardMark: guardMark)
    }

    /// - Parameter idPrefix: names in the SVG begin with it; where several stand in one page, each needs its own.
    /// - Parameter showsHeading: title, verdict and reason; a page that says them itself leaves them out.
    package func svg(_ variant: ChartVariant = .automatic, idPrefix: String = "seep", showsHeading: Bool = true) -> String {
        let (width, margin) = (960.0, 24.0)
        let plot = SessionsPlot(series: series, steps: steps, waves: waves, limit: limit, budget: budget, guardMark: guardMark)
        let reasonLines = Self.lines(reason, width: width - 2 * margin, most: 2)
        let legendY = showsHeading ? 70 + Double(reasonLines.count) * 18 : 30
        let plotY = legendY + 58
        let plotHeight = 260.0
        let height = plotY + plotHeight + 48
        let edge = ChartScale.top(peak: plot.peak, limit: limit, budget: budget)
        let labelWidth = SVGWriter.textWidth(Figures.count(Int(edge.top)), size: 12)
        let left = margin + max(labelWidth, 16) + 10
        let span = plot.span
        let scale = ChartScale(
            x: left, y: plotY, width: width - margin - left, height: plotHeight, start: span.start, end: span.end, top: edge.top)

        var svg = SVGWriter()
        ChartFrame.open(
            into: &svg, width: width, height: height, variant: variant, idPrefix: idPrefix, title: "\(title): \(verdict)",
            description: describe(plot))
        if showsHeading {
            svg.text(SVGWriter.cut(title, to: width - 2 * margin - 180, size: 21), margin, 38, class: "sx-title sx-ink")
            ChartFrame.pill(into: &svg, verdict: verdict, right: width - margin, y: 18)
            for (index, line) in reasonLines.enumerated() {
                svg.text(line, margin, 64 + Double(index) * 18, class: "sx-reason sx-muted")
            }
        }
        ChartFrame.legend(
            into: &svg, states: plot.statesSeen, hasFloors: !plot.floors.isEmpty, x: margin, y: legendY, right: width - margin)
        plot.draw(into: &svg, scale: scale, hatch: "\(idPrefix)-hatch", isCompact: false)
        ChartLimits(limit: limit, budget: budget, guardMark: guardMark).draw(into: &svg, scale: scale)
        ChartFrame.axes(into: &svg, scale: scale, timeTicks: 10)
        svg.text("time since the run began", scale.x + scale.width / 2, height - 12, class: "sx-small sx-muted", anchor: .middle)
        if plot.series.samples == 0 {
            svg.text("no samples", scale.x + scale.width / 2, scale.y + scale.height / 2, class: "sx-reason sx-muted", anchor: .middle)
        }
        svg.raw("</svg>")
        return svg.markup
    }

    /// The picture in words, for those who do not see it.
    private func describe(_ plot: SessionsPlot) -> String {
        let floors = plot.floors.map { "\($0.sessions)" }
        let shown = floors.count > 12 ? Array(floors.prefix(6)) + ["…"] + Array(floors.suffix(5)) : floors
        var parts = ["Sessions over time. Peak \(Figures.count(series.peak))."]
        if !shown.isEmpty { parts.append("Sessions after each settle: \(shown.joined(separator: ", ")).") }
        if let limit { parts.append("Limit \(Figures.count(limit)).") }
        if let budget { parts.append("Budget \(Figures.count(budget)).") }
        if !series.allGaps.isEmpty { parts.append(Figures.plural(series.allGaps.count, "gap") + " without samples.") }
        return (parts + [reason]).joined(separator: " ")
    }

    static func lines(_ text: String, width: Double, most: Int) -> [String] {
        var lines = DisplayWidth.wrap(text, to: Int(width / (13 * 0.52)))
        if lines.count > most {
            lines = Array(lines.prefix(most))
            lines[most - 1] += " …"
        }
        return lines
    }
}
