package import Measurements

extension SessionTracker {
    /// Counts what the last snapshot showed of our sessions into a row.
    ///
    /// Where the privileges do not show states, only the total is known.
    package func count(into row: inout ConnectionRow, serverNow: Int) {
        row.total = ours.count
        guard !ours.values.contains(where: { $0.backend.start == nil }) else { return }
        var counts: [Backend.State: Int] = [:]
        var oldest: Int?
        for tracked in ours.values {
            let state = tracked.backend.state ?? .other
            counts[state, default: 0] += 1
            if state == .idle, let change = tracked.backend.stateChange {
                oldest = max(oldest ?? 0, serverNow - change)
            }
        }
        row.active = counts[.active] ?? 0
        row.idle = counts[.idle] ?? 0
        row.idleInTransaction = counts[.idleInTransaction] ?? 0
        row.idleInTransactionAborted = counts[.idleInTransactionAborted] ?? 0
        row.other = [.fastpath, .disabled, .starting, .other].reduce(0) { $0 + (counts[$1] ?? 0) }
        row.oldestIdle = oldest.map { RunTime(microseconds: Int64($0)) }
    }
}
