import Measurements

/// The steps of a run as a lane above a plot: a block for each load, the settle after it paler, and the name of each run of equal kinds.
struct StepLane {
    struct Group {
        var kind: Step.Kind
        var steps: [StepRow]
    }

    let groups: [Group]

    init(_ steps: [StepRow]) {
        var groups: [Group] = []
        for step in steps {
            if let index = groups.indices.last, groups[index].kind == step.kind {
                groups[index].steps.append(step)
            } else {
                groups.append(Group(kind: step.kind, steps: [step]))
            }
        }
        self.groups = groups
    }

    /// The load of each step, shaded over the height of the plot.
    func drawBands(into svg: inout SVGWriter, scale: ChartScale) {
        for step in groups.flatMap(\.steps) where step.loadEnd > step.start && step.kind != .baseline {
            let left = scale.x(step.start)
            svg.rect(left, scale.y, max(scale.x(step.loadEnd) - left, 1), scale.height, class: "sx-band")
        }
    }

    /// - Parameter y: the upper edge of the lane; names stand above it.
    func draw(into svg: inout SVGWriter, scale: ChartScale, y: Double, height: Double, showsNumbers: Bool) {
        var occupied = -Double.infinity
        for group in groups {
            guard let first = group.steps.first, let last = group.steps.last else { continue }
            for (number, step) in group.steps.enumerated() {
                draw(step, number: showsNumbers && group.steps.count > 1 ? number + 1 : nil, into: &svg, scale: scale, y: y, height: height)
            }
            let (left, right) = (scale.x(first.start), scale.x(last.end))
            let names = group.steps.count > 1 ? Self.names(group.kind).many : Self.names(group.kind).one
            guard let name = names.first(where: { SVGWriter.textWidth($0, size: 11) <= max(right - left, 24) }) else { continue }
            let half = SVGWriter.textWidth(name, size: 11) / 2
            let middle = min(max((left + right) / 2, scale.x + half), scale.x + scale.width - half)
            guard middle - half > occupied + 6 else { continue }
            occupied = middle + half
            svg.text(name, middle, y - 6, class: "sx-small sx-muted", anchor: .middle)
        }
    }

    private func draw(_ step: StepRow, number: Int?, into svg: inout SVGWriter, scale: ChartScale, y: Double, height: Double) {
        let (left, load, right) = (scale.x(step.start), scale.x(step.loadEnd), scale.x(step.end))
        let gap = right - left > 4 ? 1.0 : 0
        svg.rect(left, y, max(right - left - gap, 0.5), height, class: "sx-rest", radius: 2)
        if step.kind != .baseline { svg.rect(left, y, max(load - left - gap, 1), height, class: "sx-block", radius: 2) }
        guard let number else { return }
        let width = SVGWriter.textWidth("\(number)", size: 11) + 6
        guard right - left >= width else { return }
        svg.text(
            "\(number)", load - left >= width ? (left + load) / 2 : (left + right) / 2, y + height - 4.5, class: "sx-small sx-ink",
            anchor: .middle)
    }

    /// What people call a kind of step; shorter names for less room.
    static func names(_ kind: Step.Kind) -> (one: [String], many: [String]) {
        switch kind {
        case .baseline: (["baseline", "base"], ["baseline", "base"])
        case .rung: (["warm-up", "warm"], ["warm-up", "warm"])
        case .wave: (["wave"], ["waves"])
        case .unit: (["one at a time", "single", "1 × 1"], ["one at a time", "single", "1 × 1"])
        case .restart: (["restart"], ["restarts"])
        case .dose: (["dose"], ["doses"])
        case .longIdle: (["long idle", "idle"], ["long idle", "idle"])
        case .recovery: (["recovery", "rec."], ["recovery", "rec."])
        case .watch: (["load"], ["loads"])
        case .gap: (["silence", "gap"], ["silences", "gaps"])
        }
    }
}
