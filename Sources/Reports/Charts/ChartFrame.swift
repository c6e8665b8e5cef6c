/// What all charts have round their plots: the head of the file, the verdict, the legend, the axes.
enum ChartFrame {
    static func open(
        into svg: inout SVGWriter, width: Double, height: Double, variant: ChartVariant, idPrefix: String, title: String,
        description: String
    ) {
        let (wide, high) = (SVGWriter.number(width), SVGWriter.number(height))
        svg.raw(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"sx\" viewBox=\"0 0 \(wide) \(high)\" width=\"\(wide)\" height=\"\(high)\" role=\"img\" aria-labelledby=\"\(idPrefix)-title \(idPrefix)-desc\">"
        )
        svg.raw("<title id=\"\(idPrefix)-title\">\(Escape.xml(title))</title>")
        svg.raw("<desc id=\"\(idPrefix)-desc\">\(Escape.xml(description))</desc>")
        svg.raw("<style>\n\(ChartTheme.styleSheet(variant))\n</style>")
        svg.raw(
            "<defs><pattern id=\"\(idPrefix)-hatch\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><line class=\"sx-hatch\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"7\" opacity=\".55\"/></pattern></defs>"
        )
        svg.rect(0, 0, width, height, class: "sx-surface", radius: 10)
    }

    /// The verdict on its colour, with a mark, so that colour says nothing alone; gives its width.
    @discardableResult
    static func pill(into svg: inout SVGWriter, verdict: String, right: Double, y: Double, height: Double = 26) -> Double {
        let tone = Tone(verdict: verdict)
        let label = "\(tone.mark) \(DisplayWidth.cut(verdict, to: 20))"
        let width = SVGWriter.textWidth(label, size: 13) + 26
        svg.rect(right - width, y, width, height, class: "sx-\(tone)", radius: height / 2)
        svg.text(label, right - width / 2, y + height / 2 + 4.5, class: "sx-pill sx-ontone", anchor: .middle)
        return width
    }

    static func legend(
        into svg: inout SVGWriter, states: [(name: String, style: String)], hasFloors: Bool, x: Double, y: Double, right: Double
    ) {
        var place = x
        for state in states.reversed() {
            svg.rect(place, y - 9, 12, 12, class: state.style, radius: 3)
            svg.text(state.name, place + 18, y + 1, class: "sx-ink")
            place += 18 + SVGWriter.textWidth(state.name, size: 12) + 20
        }
        guard hasFloors else { return }
        svg.path("M\(SVGWriter.number(place)) \(SVGWriter.number(y - 3))h22", class: "sx-floorline")
        svg.circle(place + 11, y - 3, radius: 3.2, class: "sx-floor")
        svg.text("left after each settle", place + 29, y + 1, class: "sx-ink")
    }

    static func axes(into svg: inout SVGWriter, scale: ChartScale, timeTicks: Int, showsSessions: Bool = true) {
        if showsSessions {
            for tick in scale.sessionTicks() {
                svg.text(Figures.count(tick), scale.x - 8, scale.y(tick) + 4, class: "sx-muted", anchor: .end)
            }
        }
        let bottom = scale.y + scale.height
        for tick in scale.timeTicks(about: timeTicks) {
            let x = scale.x(seconds: tick)
            svg.line(x, bottom, x, bottom + 4, class: "sx-axis")
            let label = scale.timeLabel(tick)
            let half = SVGWriter.textWidth(label, size: 12) / 2
            svg.text(
                label, min(max(x, scale.x + half - 8), scale.x + scale.width - half + 8), bottom + 18, class: "sx-muted", anchor: .middle)
        }
    }
}
