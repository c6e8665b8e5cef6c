import Measurements

/// Faults that a count of sessions does not show.
extension Judge {
    /// Sessions in the same transaction at the ends of two settles in a row, born after the baseline.
    var stuck: Set<SessionIdentity> {
        let settled = evidence.filter { $0.counts && $0.isSettled && $0.row.kind != .baseline && $0.row.kind != .restart }
        let initial = evidence.first { $0.row.kind == .baseline }?.inTransaction ?? []
        for (earlier, later) in zip(settled, settled.dropFirst()).reversed() {
            let found = earlier.inTransaction.intersection(later.inTransactionUntouched).subtracting(initial)
            if !found.isEmpty { return found }
        }
        return []
    }

    /// Sessions that a process of the server held, and whose socket nobody held at the ends of two settles in a row: PostgreSQL has not
    /// noticed that the client is gone, as while a query runs.
    var orphans: Set<SessionIdentity> {
        let settled = evidence.filter { $0.counts && $0.isSettled && $0.row.kind != .restart }
        for (earlier, later) in zip(settled, settled.dropFirst()).reversed() {
            let found = earlier.orphans.intersection(later.orphans)
            if !found.isEmpty { return found }
        }
        return []
    }

    /// Requests that the warm-up saw succeed fail in the waves: at least half, where at most a fifth failed before.
    var startedToFail: Bool {
        let rungs = evidence.filter { $0.counts && $0.row.kind == .rung }.prefix(2)
        let early = rungs.reduce(0) { $0 + $1.transfers }
        guard early > 0, rungs.reduce(0, { $0 + $1.unexpected }) * 5 <= early else { return false }
        guard let last = evidence.last(where: { $0.counts && $0.isDose && $0.row.kind != .rung }) ?? rungs.last, last.transfers > 0
        else { return false }
        return last.unexpected * 2 >= last.transfers
    }

    /// One at a time after a settle, requests that once succeeded fail, and no session of the application is touched: what is
    /// leaked are places in a pool, not sessions.
    var starved: StepEvidence? {
        // Whether sessions are touched must be visible.
        guard startedToFail, facts.seesSessions else { return nil }
        return evidence.last {
            $0.counts && $0.row.kind == .unit && $0.transfers >= 3 && $0.unexpected * 5 >= $0.transfers * 4 && $0.touched == 0
        }
    }

    /// The guard rail stopped the load on a database that is not ours, and nothing could tell why it filled.
    var isFull: Bool {
        guard !facts.managed, evidence.contains(where: { $0.row.ended == .guardRail }) else { return false }
        return headroomNow < 2 * facts.guardRail
    }
}
