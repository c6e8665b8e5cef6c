import Measurements

/// Where a moment and a number of sessions lie in a plot, and which of them the axes name.
struct ChartScale {
    var x: Double
    var y: Double
    var width: Double
    var height: Double
    var start: Double
    var end: Double
    /// The number of sessions at the upper edge.
    var top: Double

    func x(_ time: RunTime) -> Double { x(seconds: time.seconds) }

    func x(seconds: Double) -> Double {
        let share = (seconds - start) / max(end - start, 1e-6)
        return x + width * min(max(share, 0), 1)
    }

    func y(_ sessions: Double) -> Double { y + height * (1 - min(max(sessions / top, 0), 1)) }

    func y(_ sessions: Int) -> Double { y(Double(sessions)) }

    /// Whole numbers of sessions, about `wanted` of them.
    func sessionTicks(about wanted: Int = 5) -> [Int] {
        let step = max(1, Int(Self.nice(top / Double(wanted), from: [1, 2, 5])))
        return Array(stride(from: 0, through: Int(top), by: step))
    }

    /// Seconds from the beginning at the round places of a clock.
    func timeTicks(about wanted: Int) -> [Double] {
        let rough = (end - start) / Double(max(wanted, 1))
        let clock: [Double] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400]
        let step = rough <= 0.5 ? Self.nice(rough, from: [1, 2, 5]) : clock.first { $0 >= rough } ?? (rough / 86_400).rounded(.up) * 86_400
        guard step > 0, end > start else { return [start] }
        var ticks: [Double] = []
        var tick = (start / step).rounded(.up) * step
        while tick <= end + step * 1e-6, ticks.count < 100 {
            ticks.append(tick)
            tick += step
        }
        return ticks
    }

    /// How a tick is written, in the unit that suits the length of the run.
    func timeLabel(_ seconds: Double) -> String {
        switch end - start {
        case ..<180: return "\(Figures.fixed(seconds, decimals: 2)) s"
        case ..<10_800: return Figures.clock(.milliseconds(Int((seconds * 1000).rounded())))
        default: return "\(Figures.fixed(seconds / 3600, decimals: 2)) h"
        }
    }

    private static func nice(_ value: Double, from steps: [Double]) -> Double {
        guard value > 0, value.isFinite else { return 1 }
        var unit = 1.0
        while unit * 10 <= value { unit *= 10 }
        while unit > value { unit /= 10 }
        for step in steps where step * unit >= value * 0.8 { return step * unit }
        return 10 * unit
    }

    /// The upper edge for these peaks, and whether the limit fits below it.
    static func top(peak: Int, limit: Int?, budget: Int?) -> (top: Double, showsLimit: Bool, showsBudget: Bool) {
        let base = max(peak, 1)
        let showsLimit = limit.map { $0 <= base * 3 } ?? false
        let showsBudget = budget.map { $0 <= base * 3 } ?? false
        var top = max(Double(base) * 1.15, Double(base) + 1)
        if showsLimit, let limit { top = max(top, Double(limit) * 1.06) }
        if showsBudget, let budget { top = max(top, Double(budget) * 1.06) }
        return (top, showsLimit, showsBudget)
    }
}
