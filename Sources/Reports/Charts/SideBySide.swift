import Measurements

/// Cells beside each other on one scale of sessions, so that the eye compares them: up to three in a row.
package struct SideBySide: Sendable {
    package struct Panel: Sendable {
        package var chart: SessionsChart
        /// The one figure that tells this cell from the others, such as `1,000 leaked per 1,000 requests`.
        package var figure: String
        /// Further runs of the same, drawn as lines over the first.
        package var overlays: [SessionSeries] = []

        package init(chart: SessionsChart, figure: String) {
            self.chart = chart
            self.figure = figure
        }

        package init(_ summary: RunSummary, series: SessionSeries) {
            chart = SessionsChart(summary, series: series)
            figure = SummaryWords.keyFigure(summary)
        }
    }

    package var title: String
    package var panels: [Panel]

    package init(title: String, panels: [Panel]) {
        self.title = title
        self.panels = panels
    }

    package func svg(_ variant: ChartVariant = .automatic, idPrefix: String = "seep-side") -> String {
        let (width, margin, gutter, axis) = (960.0, 24.0, 28.0, 34.0)
        let columns = min(max(panels.count, 1), 3)
        let rows = max((panels.count + columns - 1) / columns, 1)
        let panelWidth = (width - 2 * margin - axis - gutter * Double(columns - 1)) / Double(columns)
        let (plotHeight, headHeight, footHeight) = (200.0, 86.0, 34.0)
        let rowHeight = headHeight + plotHeight + footHeight
        let height = 84 + Double(rows) * rowHeight + 8
        let plots = panels.map { panel in
            SessionsPlot(
                series: panel.chart.series, steps: panel.chart.steps, waves: panel.chart.waves, limit: panel.chart.limit,
                budget: panel.chart.budget, guardMark: nil)
        }
        let over = panels.map { panel in
            panel.overlays.map { SessionsPlot(series: $0, steps: [], waves: [], limit: nil, budget: nil, guardMark: nil) }
        }
        let peak = (plots + over.joined()).map(\.peak).max() ?? 1
        let top = panels.map { ChartScale.top(peak: peak, limit: $0.chart.limit, budget: $0.chart.budget).top }.max() ?? 1
        let longest = (plots + over.joined()).map { $0.span.end - $0.span.start }.max() ?? 1

        var svg = SVGWriter()
        ChartFrame.open(
            into: &svg, width: width, height: height, variant: variant, idPrefix: idPrefix, title: title,
            description: panels.map { "\($0.chart.title): \($0.chart.verdict). \($0.figure)." }.joined(separator: " "))
        svg.text(DisplayWidth.cut(title, to: 80), margin, 38, class: "sx-title sx-ink")
        let seen = SessionsPlot.states.filter { state in plots.contains { $0.statesSeen.contains { $0.name == state.name } } }
        ChartFrame.legend(
            into: &svg, states: seen.map { ($0.name, $0.style) }, hasFloors: plots.contains { !$0.floors.isEmpty }, x: margin, y: 64,
            right: width - margin)
        for (index, plot) in plots.enumerated() {
            let (column, row) = (index % columns, index / columns)
            let x = margin + axis + Double(column) * (panelWidth + gutter)
            let y = 84 + Double(row) * rowHeight
            let panel = panels[index]
            let pill = ChartFrame.pill(into: &svg, verdict: panel.chart.verdict, right: x + panelWidth, y: y + 2, height: 24)
            svg.text(SVGWriter.cut(panel.chart.title, to: panelWidth - pill - 10, size: 15), x, y + 19, class: "sx-panel sx-ink")
            svg.text(SVGWriter.cut(panel.figure, to: panelWidth, size: 12), x, y + 42, class: "sx-muted")
            let scale = ChartScale(
                x: x, y: y + headHeight, width: panelWidth, height: plotHeight, start: plot.span.start, end: plot.span.start + longest,
                top: top)
            plot.draw(into: &svg, scale: scale, hatch: "\(idPrefix)-hatch", isCompact: true)
            for other in over[index] {
                var moved = scale
                moved.start = other.span.start
                moved.end = other.span.start + longest
                other.drawOutline(into: &svg, scale: moved)
            }
            ChartLimits(limit: panel.chart.limit, budget: panel.chart.budget, isCompact: true).draw(into: &svg, scale: scale)
            ChartFrame.axes(into: &svg, scale: scale, timeTicks: columns == 1 ? 10 : 5, showsSessions: column == 0)
        }
        svg.raw("</svg>")
        return svg.markup
    }
}
