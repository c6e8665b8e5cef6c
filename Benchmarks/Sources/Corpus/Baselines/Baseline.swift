/// What people use today, each asked whether the same recorded run leaks.
package enum Baseline: String, CaseIterable, Sendable {
    /// An alert on the share of the server's slots in use.
    case used = "used > 80%"
    /// The application's sessions at the end against those at the start.
    case afterBefore = "after > before"
    case leastSquares = "least squares, slope > 0, p < 0.05"
    case mannKendall = "Mann–Kendall, rising, p < 0.05"
    case hamedRao = "Mann–Kendall with Hamed–Rao, rising, p < 0.05"
    /// Sessions at rest after each wave.
    case floors = "strictly rising floors"

    package static let significance = 0.05

    package func saysLeak(_ run: RunOutcome) -> Bool {
        let values = run.series.map(\.sessions)
        switch self {
        case .used: return run.mostUsed > 0.8
        case .afterBefore: return (values.last ?? 0) > (values.first ?? 0)
        case .leastSquares:
            let line = LeastSquares(run.series.map(\.seconds), values.map(Double.init))
            return line.slope > 0 && line.probability < Self.significance
        case .mannKendall: return Self.rises(MannKendall(values))
        case .hamedRao: return Self.rises(MannKendall.hamedRao(values))
        case .floors: return run.waveFloors.count >= 2 && zip(run.waveFloors, run.waveFloors.dropFirst()).allSatisfy { $0 < $1 }
        }
    }

    private static func rises(_ test: MannKendall) -> Bool { test.score > 0 && test.probability < significance }
}
