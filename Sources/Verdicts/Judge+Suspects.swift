import Measurements

/// By time: in a mixed load, the class that was sent last before the sessions that are still there began.
///
/// A session begins a moment after the request that opens it was sent. Were it no matter which, the last transfer that had started
/// before a birth would be of a class as often as that class is sent: its share of the transfers. So the number of sessions
/// under a class is binomial, and a class that has too many (p < 0.001, times the number of classes) is a suspect. It convicts nobody.
extension Judge {
    /// The clocks of PostgreSQL and of this machine agree to less than this.
    private static let clockSlack = Duration.milliseconds(1)
    static let suspicion = 0.001

    /// Notes under which class each session of a closed step began.
    mutating func noteBirths(of closed: StepEvidence, _ gathered: StepAccumulator) {
        guard closed.counts, closed.isDose else { return }
        let starts = gathered.starts.sorted { $0.time < $1.time }
        guard let last = starts.last else { return }
        for (key, count) in gathered.startsOf.counts { dealt[key, default: 0] += count }
        for event in gathered.sessions
        where event.event == .born && event.time >= closed.row.loadStart && event.whyOurs != SessionOwnership.pgbouncer {
            // Where transfers are no longer written down, nothing is known.
            if gathered.transfersStopped, event.time > last.time { continue }
            let born = event.time + Self.clockSlack
            var (low, high) = (0, starts.count)
            while low < high {
                let middle = (low + high) / 2
                if starts[middle].time <= born { low = middle + 1 } else { high = middle }
            }
            if low > 0 { setUnder(gathered.startsOf.key(at: starts[low - 1].place), event.identity) }
        }
    }

    /// The classes under which too many of the sessions that are still there began, the one with most of them first.
    var suspects: [Verdict.Suspect] {
        var under: [StepAccumulator.ClassKey: Int] = [:]
        for session in alive.values { if let key = session.under { under[key, default: 0] += 1 } }
        let (sessions, transfers) = (under.values.reduce(0, +), dealt.values.reduce(0, +))
        guard sessions > 0, dealt.count > 1 else { return [] }
        return under.compactMap { key, count -> Verdict.Suspect? in
            let share = Double(dealt[key] ?? 0) / Double(transfers)
            let chance = min(1, Binomial.atLeast(count, of: sessions, share: share) * Double(dealt.count))
            guard Verdict.significant(chance) < Self.suspicion else { return nil }
            return Verdict.Suspect(
                request: key.request, outcome: key.outcome, sessions: count, of: sessions, share: Verdict.Rate.rounded(share),
                probability: Verdict.significant(chance))
        }
        .sorted { ($1.sessions, $0.request, $0.outcome) < ($0.sessions, $1.request, $1.outcome) }
    }
}
