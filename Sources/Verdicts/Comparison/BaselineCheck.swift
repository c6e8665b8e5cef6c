/// A run against a recorded one, configuration by configuration.
package struct BaselineCheck: Hashable, Sendable, Codable {
    package struct Regression: Hashable, Sendable, Codable {
        package var configuration: String
        /// `verdict`, `leak_per_1000_requests`, `threshold`, or the name of a figure.
        package var what: String
        /// One line.
        package var text: String
    }

    /// The folder that was compared with, as given.
    package var folder: String
    package var regressions: [Regression] = []
    /// What could not be compared, and what is better: one line each; changes no exit code.
    package var notes: [String] = []
    /// Of configurations that both have.
    package var differences: [Difference] = []

    /// - Parameters:
    ///   - recorded: the cells of the recorded run.
    ///   - new: those of this one.
    package init(folder: String, recorded: [Comparison.Group], new: [Comparison.Group]) {
        self.folder = folder
        for group in new {
            guard let old = recorded.first(where: { $0.name == group.name }) else {
                notes.append("\(group.name): the baseline has no such configuration")
                continue
            }
            compare(old, group)
        }
    }

    private mutating func compare(_ old: Comparison.Group, _ new: Comparison.Group) {
        let (before, now) = (GroupFigures(name: old.name, old.cells), GroupFigures(name: new.name, new.cells))
        if now.failed > 0 { notes.append("\(new.name): \(now.failed) of \(new.cells.count) runs have no verdict") }
        guard let was = before.verdict, let verdict = now.verdict else {
            notes.append("\(new.name): \(before.verdict == nil ? "the baseline" : "this run") has no verdict to compare")
            return
        }
        if verdict.isFault, verdict.severity > was.severity {
            add(new.name, "verdict", "\(verdict.rawValue), was \(was.rawValue)")
        } else if was.isFault, !verdict.isFault {
            notes.append("\(new.name): \(verdict.rawValue), was \(was.rawValue)")
        }
        compareLeaks(before, now)
        compareThresholds(old, new)
        let differences = Difference.all(from: ("baseline", old.cells), to: (new.name, new.cells))
        self.differences += differences
        for difference in differences where difference.claim == .worse || difference.claim == .better {
            let text = Self.words(difference)
            if difference.claim == .worse { add(new.name, difference.metric.rawValue, text) } else { notes.append("\(new.name): \(text)") }
        }
    }

    private mutating func compareLeaks(_ before: GroupFigures, _ now: GroupFigures) {
        guard let was = before.leakPer1000Requests, let rate = now.leakPer1000Requests, rate.low > was.high else { return }
        add(
            now.name, "leak_per_1000_requests",
            "leaks \(Self.interval(rate)) sessions per 1,000 requests, was \(Self.interval(was))")
    }

    private mutating func compareThresholds(_ old: Comparison.Group, _ new: Comparison.Group) {
        var told: Set<String> = []
        for threshold in new.cells.flatMap(\.thresholds) where threshold.held == false {
            let before = old.cells.flatMap(\.thresholds).filter { $0.text == threshold.text }
            guard !before.isEmpty, before.allSatisfy({ $0.held == true }), told.insert(threshold.text).inserted else { continue }
            add(new.name, "threshold", "\(threshold.text) failed, and held before")
        }
    }

    private mutating func add(_ configuration: String, _ what: String, _ text: String) {
        regressions.append(Regression(configuration: configuration, what: what, text: "\(configuration): \(text)"))
    }

    private static func interval(_ rate: Verdict.Rate) -> String {
        "\(digits(rate.estimate)) [\(digits(rate.low))–\(digits(rate.high))]"
    }

    private static func words(_ difference: Difference) -> String {
        let interval = difference.low.flatMap { low in difference.high.map { ", shift [\(digits(low)), \(digits($0))]" } } ?? ""
        return "\(difference.metric.rawValue) \(digits(difference.otherMedian)), was \(digits(difference.referenceMedian)) "
            + "(medians of \(difference.otherRuns) and \(difference.referenceRuns) runs\(interval)): \(difference.claim?.rawValue ?? "")"
    }

    /// At most three digits behind the point, none where they say nothing.
    private static func digits(_ value: Double) -> String {
        let scale = abs(value) >= 100 ? 1.0 : abs(value) >= 1 ? 100 : 1000
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : String(rounded)
    }
}
