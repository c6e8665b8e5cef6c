import Measurements
import Scenarios

/// Follows the figure of one threshold on sessions over the samples of the whole run, and the floors of its steps.
struct SessionGauge: Hashable, Sendable {
    let threshold: Threshold
    /// The most so far; `nil` while nothing was seen.
    private(set) var value: Double?
    private var firstSample: RunTime?
    private var streak = Streak()
    /// With what value it failed for good: for as long as `for` says, or where it ends the run.
    private(set) var failure: Double?

    init(_ threshold: Threshold) { self.threshold = threshold }

    mutating func consume(_ row: ConnectionRow) {
        guard let count = count(in: row) else { return }
        let seen = Double(count)
        value = max(value ?? seen, seen)
        if firstSample == nil { firstSample = row.time }
        guard failure == nil, let firstSample, row.time - firstSample >= threshold.grace else { return }
        if threshold.sustained != nil {
            failure = streak.observe(seen, from: row.time, to: row.time, threshold)
        } else if threshold.abort, let value, !threshold.comparison.holds(value, threshold.limit) {
            failure = value
        }
    }

    /// The sessions that the threshold is about; `nil` in a gap, and where the privileges do not show states.
    private func count(in row: ConnectionRow) -> Int? {
        guard case .sessionsMax(let state) = threshold.metric else { return nil }
        return switch state {
        case nil: row.total
        case .active: row.active
        case .idle: row.idle
        case .idleInTransaction: row.idleInTransaction.map { $0 + (row.idleInTransactionAborted ?? 0) }
        }
    }

    /// Takes in the sessions at the end of a settle.
    mutating func consume(floor: Int) {
        guard threshold.metric == .sessionsFloor else { return }
        value = max(value ?? Double(floor), Double(floor))
    }
}
