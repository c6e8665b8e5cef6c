/// The lines of budget, guard and limit in a plot; where a line is far above, a note at the upper edge takes its place.
struct ChartLimits {
    var limit: Int?
    var budget: Int?
    var guardMark: Int?
    var isCompact = false

    func draw(into svg: inout SVGWriter, scale: ChartScale) {
        var beyond: [String] = []
        var labels: [(y: Double, text: String, style: String)] = []
        for (value, name, line, style) in [
            (limit, "limit", "sx-limitline", "sx-limittext"), (guardMark, "load stops at", "sx-guardline", "sx-limittext"),
            (budget, "budget", "sx-budgetline", "sx-budgettext"),
        ] {
            guard let value else { continue }
            guard Double(value) <= scale.top else {
                if name != "load stops at" { beyond.append("\(name) \(Figures.count(value))") }
                continue
            }
            let y = scale.y(value)
            if name == "load stops at", let limit, abs(scale.y(limit) - y) < 14 { continue }
            svg.line(scale.x, y, scale.x + scale.width, y, class: line)
            labels.append((y, "\(name) \(Figures.count(value))", style))
        }
        var lowest = -Double.infinity
        for label in labels.sorted(by: { $0.y < $1.y }) {
            let y = max(label.y - 5 < scale.y + 9 ? label.y + 14 : label.y - 5, lowest + 14)
            if isCompact, label.y > scale.y + scale.height * 0.8 { continue }
            lowest = y
            svg.text(label.text, scale.x + 8, y, class: "sx-small sx-mark \(label.style)")
        }
        guard !beyond.isEmpty else { return }
        let (left, top) = (scale.x, scale.y)
        svg.path("M\(SVGWriter.number(left - 5)) \(SVGWriter.number(top + 5))l4 -4l3 6l4 -4", class: "sx-break")
        svg.text("↑ \(beyond.joined(separator: ", ")): above this scale", left + 10, top + 13, class: "sx-small sx-mark sx-muted")
    }
}
