import Measurements

/// Pairs the births of a unit dose with its deaths, request by request.
///
/// Requests go out one at a time with a silence of several samples between them, so whatever is born or dies between the start
/// of one and the start of the next is its doing. A birth is cancelled by a death of the same interval, or by a later one, for a
/// healthy server may let go a moment late. But an interval cancels at most as many as one request opens: many deaths at once
/// are a collector's, which goes round behind a leak and is no sign of health.
enum UnitDose {
    /// Which requests are parts of a flow, and in which order: a turn goes through them from the first, or from the first that is not
    /// done once for each user, and never back.
    struct Parts: Sendable {
        private var places: [String: (flow: Int, position: Int)] = [:]

        init(_ requests: [RunFacts.Request]) {
            for (flow, request) in requests.enumerated() {
                for (position, name) in (request.parts ?? []).enumerated() { places[name] = (flow, position) }
            }
        }

        /// Whether the second can be of the same turn as the first, right before it.
        func continues(_ first: String, _ second: String) -> Bool {
            guard let one = places[first], let other = places[second] else { return false }
            return one.flow == other.flow && one.position < other.position
        }
    }

    struct Paired {
        var classes: [StepEvidence.UnitClass] = []
        var left: [String: Int] = [:]
        /// Requests over a connection that had served one before, and over a new one; and what they left.
        var reused = StepEvidence.Share()
        var fresh = StepEvidence.Share()
    }

    /// A birth that no death has cancelled yet.
    private struct Outstanding {
        var request: Int
        /// Which of the request's transfers was under way.
        var transfer: Int
        var owner: String
    }

    /// - Parameters:
    ///   - end: of the settle after the dose; deaths until then may cancel.
    ///   - reaped: how many of the deaths were PostgreSQL's doing; the oldest sessions go first, and cancel nothing.
    static func pair(
        transfers: [TransferRow], sessions: [SessionRow], parts: Parts, gap: Duration, end: RunTime, reaped: Int
    ) -> Paired {
        let requests = group(transfers.sorted { $0.start < $1.start }, parts: parts, gap: gap)
        let left = outstanding(requests: requests, sessions: sessions, gap: gap, end: end, reaped: reaped)
        var result = Paired()
        var seen: Set<Int> = []
        var counts: [StepAccumulator.ClassKey: (transfers: Int, leaked: Int)] = [:]
        for (index, request) in requests.enumerated() {
            let mine = left.filter { $0.request == index }
            if seen.insert(request[0].connection).inserted {
                result.fresh.add(left: mine.count)
            } else {
                result.reused.add(left: mine.count)
            }
            for (position, transfer) in request.enumerated() {
                let key = StepAccumulator.ClassKey(request: transfer.request, outcome: transfer.outcome?.rawValue ?? "")
                counts[key, default: (0, 0)].transfers += 1
                counts[key, default: (0, 0)].leaked += mine.count { $0.transfer == position }
            }
        }
        for birth in left { result.left[birth.owner, default: 0] += 1 }
        result.classes = counts.sorted { $0.key < $1.key }
            .map { key, value in
                StepEvidence.UnitClass(request: key.request, outcome: key.outcome, transfers: value.transfers, leaked: value.leaked)
            }
        return result
    }

    /// The births that are left when all deaths have had their say.
    private static func outstanding(
        requests: [[TransferRow]], sessions: [SessionRow], gap: Duration, end: RunTime, reaped: Int
    ) -> [Outstanding] {
        let births = sessions.filter { $0.event == .born }.sorted { ($0.time, $0.pid) < ($1.time, $1.pid) }
        let oldestFirst = sessions.filter { $0.event == .died }
            .sorted { ($0.backendStart ?? 0, $0.pid) < ($1.backendStart ?? 0, $1.pid) }
        let deaths = oldestFirst.dropFirst(reaped).map(\.time).sorted()
        let intervals = intervals(of: requests, gap: gap, end: end)
        let born = intervals.map { interval in births.filter { interval.contains($0.time) } }
        let most = max(1, born.map(\.count).max() ?? 1)
        var left: [Outstanding] = []
        for (index, interval) in intervals.enumerated() {
            var cancelling = min(most, deaths.count { interval.contains($0) })
            for birth in born[index] {
                let request = min(index, requests.count - 1)
                let transfer = request < 0 ? 0 : requests[request].lastIndex { $0.start <= birth.time } ?? 0
                left.append(Outstanding(request: request, transfer: transfer, owner: birth.owner))
            }
            let own = min(cancelling, born[index].count)
            left.removeLast(own)
            cancelling -= own
            left.removeFirst(min(cancelling, left.count))
        }
        return left
    }

    /// One interval for each request, and as many of the gap's length as fit the settle.
    private static func intervals(of requests: [[TransferRow]], gap: Duration, end: RunTime) -> [Range<RunTime>] {
        guard let last = requests.last?.last else { return [] }
        var starts = requests.map { boundary(before: $0, gap: gap) }
        starts[0] = RunTime(microseconds: .min)
        var next = last.end + gap
        while next < end {
            starts.append(next)
            next = next + gap
        }
        let afterAll = RunTime(microseconds: max(end.microseconds, next.microseconds) + 1)
        return zip(starts, starts.dropFirst() + [afterAll]).map { $0..<max($0, $1) }
    }

    /// A little before the request starts: clocks of PostgreSQL and of this machine agree to a fraction of the gap only.
    private static func boundary(before request: [TransferRow], gap: Duration) -> RunTime {
        request[0].start + gap / -10
    }

    /// Transfers that follow each other at once are one request with its redirects; a turn of a flow is all of its requests.
    private static func group(_ transfers: [TransferRow], parts: Parts, gap: Duration) -> [[TransferRow]] {
        var groups: [[TransferRow]] = []
        for transfer in transfers {
            if let last = groups.last?.last,
                last.request == transfer.request && last.outcome == .redirect && transfer.start - last.end < gap / 2
                    || parts.continues(last.request, transfer.request)
            {
                groups[groups.count - 1].append(transfer)
            } else {
                groups.append([transfer])
            }
        }
        return groups
    }
}
