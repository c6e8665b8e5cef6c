import Measurements

/// Pairs the births of a unit dose with its deaths, request by request.
///
/// Requests go out one at a time with a silence of several samples between them, so whatever is born or dies between the start
/// of one and the start of the next is its doing. A request leaks as many sessions as it left and did not see go.
enum UnitDose {
    struct Paired {
        var classes: [StepEvidence.UnitClass] = []
        var left: [String: Int] = [:]
        /// For each request, in order, the sessions it left.
        var perRequest: [Int] = []
        /// Requests over a connection that had served one before, and over a new one; and what they left.
        var reused = StepEvidence.Share()
        var fresh = StepEvidence.Share()
    }

    /// - Parameter reaped: how many of the deaths were PostgreSQL's doing; the oldest sessions go first, and cancel nothing.
    static func pair(transfers: [TransferRow], sessions: [SessionRow], gap: Duration, end: RunTime, reaped: Int) -> Paired {
        let requests = group(transfers.sorted { $0.start < $1.start }, gap: gap)
        var counts: [StepAccumulator.ClassKey: (transfers: Int, leaked: Int)] = [:]
        var result = Paired()
        let births = sessions.filter { $0.event == .born }.sorted { $0.time < $1.time }
        let oldestFirst = sessions.filter { $0.event == .died }.sorted { ($0.backendStart ?? 0, $0.pid) < ($1.backendStart ?? 0, $1.pid) }
        let deaths = oldestFirst.dropFirst(reaped)
        var seen: Set<Int> = []
        for (index, request) in requests.enumerated() {
            let from = index == 0 ? RunTime(microseconds: .min) : boundary(before: request, gap: gap)
            let to = index + 1 < requests.count ? boundary(before: requests[index + 1], gap: gap) : end
            let born = births.filter { $0.time >= from && $0.time < to }
            let died = deaths.count { $0.time >= from && $0.time < to }
            let net = max(0, born.count - died)
            result.perRequest.append(net)
            if seen.insert(request[0].connection).inserted { result.fresh.add(left: net) } else { result.reused.add(left: net) }
            for birth in born.suffix(net) { result.left[birth.owner, default: 0] += 1 }
            let blamed = born.suffix(net).map { birth in request.lastIndex { $0.start <= birth.time } ?? 0 }
            for (position, transfer) in request.enumerated() {
                let key = StepAccumulator.ClassKey(request: transfer.request, outcome: transfer.outcome?.rawValue ?? "")
                counts[key, default: (0, 0)].transfers += 1
                counts[key, default: (0, 0)].leaked += blamed.count { $0 == position }
            }
        }
        result.classes = counts.sorted { $0.key < $1.key }.map { key, value in
            StepEvidence.UnitClass(
                request: key.request, outcome: key.outcome, transfers: value.transfers, leaked: value.leaked)
        }
        return result
    }

    /// A little before the request starts: clocks of PostgreSQL and of this machine agree to a fraction of the gap only.
    private static func boundary(before request: [TransferRow], gap: Duration) -> RunTime {
        RunTime(microseconds: request[0].start.microseconds - gap.components.attoseconds / 1_000_000_000_000 / 10)
    }

    /// Transfers that follow each other at once are one request with its redirects.
    private static func group(_ transfers: [TransferRow], gap: Duration) -> [[TransferRow]] {
        var groups: [[TransferRow]] = []
        for transfer in transfers {
            if let last = groups.last?.last, last.request == transfer.request, last.outcome == .redirect,
                transfer.start - last.end < gap / 2
            {
                groups[groups.count - 1].append(transfer)
            } else {
                groups.append([transfer])
            }
        }
        return groups
    }
}
