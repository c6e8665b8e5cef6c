import Measurements

/// Whether the generator kept up with the load of the waves: a fold over the rows of `generator.csv`.
///
/// A row is one second of one load thread. It is above the limits when
///
///     cpu ÷ load > 90%                             the thread had no time to spare: what ended waited for the thread
///     late p99 > max(1 ms, 10% of service p50)     one start in a hundred was late by more than a reader of latencies would overlook
///
/// (the second in the open model only, since nothing is due in a closed one). The run is limited by its generator when rows above the
/// limits hold more than 10% of the load time of all threads, and a second or more: shorter stretches are connections that are being
/// made and memory touched for the first time.
struct GeneratorGauge: Hashable, Sendable {
    static let cpuLimit = 0.9
    /// Microseconds.
    static let lateFloor = 1000
    static let lateShare = 0.1
    static let shareLimit = 0.1
    static let leastMicroseconds: Int64 = 1_000_000

    private struct Sum: Hashable {
        var load: Int64 = 0
        var limited: Int64 = 0
        var cpuPerMille = 0
        var late: Int?

        mutating func add(_ other: Sum) {
            load += other.load
            limited += other.limited
            cpuPerMille = max(cpuPerMille, other.cpuPerMille)
            late = [late, other.late].compactMap { $0 }.max()
        }
    }

    /// A processor share over less says little.
    private static let shortestForShare: Int64 = 100_000
    private var waves = Sum()
    /// By step, while it is under way.
    private var open: [Int: Sum] = [:]

    mutating func consume(_ row: GeneratorRow) {
        let load = row.load.microseconds
        let share = load > 0 ? Double(row.cpu.microseconds) / Double(load) : 0
        var sum = Sum(load: load, late: row.lateP99)
        if load >= Self.shortestForShare { sum.cpuPerMille = Int((share * 1000).rounded()) }
        if Self.isLimited(row, share: share) { sum.limited = load }
        open[row.step, default: Sum()].add(sum)
    }

    private static func isLimited(_ row: GeneratorRow, share: Double) -> Bool {
        if share > cpuLimit { return true }
        guard let late = row.lateP99 else { return false }
        return late > max(lateFloor, Int(lateShare * Double(row.serviceP50 ?? 0)))
    }

    mutating func close(step: Int, isWave: Bool) {
        guard let sum = open.removeValue(forKey: step), isWave else { return }
        waves.add(sum)
    }

    /// Of the waves so far, and of one under way.
    func isLimited(with wave: Int? = nil) -> Bool {
        var sum = waves
        if let current = wave.flatMap({ open[$0] }) { sum.add(current) }
        return sum.limited >= Self.leastMicroseconds && Double(sum.limited) > Self.shareLimit * Double(sum.load)
    }

    /// `nil` when there was no load in waves.
    var report: Verdict.Generator? {
        guard waves.load > 0 else { return nil }
        return Verdict.Generator(
            loadSeconds: Verdict.Rate.rounded(Double(waves.load) / 1e6), limitedSeconds: Verdict.Rate.rounded(Double(waves.limited) / 1e6),
            cpuShareMax: Double(waves.cpuPerMille) / 1000, lateP99Max: waves.late.map { Verdict.Rate.rounded(Double($0) / 1000) })
    }
}
