import Measurements

extension Judge {
    /// How many of the most frequent last queries, and owners, a verdict names.
    static let listed = 20

    /// Puts the figures beside the verdict.
    func report(
        _ kind: Verdict.Kind, _ reason: String, test: LeakTest, floor: Int?, before: Int?, complete: Bool
    ) -> Verdict {
        let isLeak = kind == .leak
        let rate = isLeak ? grossRate(test) : nil
        let requests = judgedRequests
        let perSecond = requestsPerSecond
        let doses = evidence.filter { $0.counts && $0.isDose }
        let dosed = doses.reduce(0) { $0 + $1.row.given }
        let kept = dosed > 0 ? Double(doses.reduce(0) { $0 + $1.growth }) * 1000 / Double(dosed) : nil
        let watched = facts.watch == nil ? nil : watchTest
        let law = isLeak ? watched?.law ?? law(rate) : nil
        let followsRequests = law.map { [.request, .connection, .concurrency, .hangUp].contains($0.kind) } ?? true
        let left = evidence.filter(\.counts).reduce(0) { $0 + $1.totalLeft }
        let pace = followsRequests ? perSecond : nil
        let exhaustion = isLeak ? exhaustion(law: law, requestsPerSecond: pace) : nil
        let wanted = facts.expected.map { $0 == kind.rawValue } ?? (kind == .clean || kind == .bounded)
        let thresholds = thresholds.results
        let growth = processFloors.growth
        let exit = exitCode(kind, isWanted: wanted, thresholds)
        return Verdict(
            verdict: kind, reason: reason, exitCode: exit, flags: flags(kind, test, complete: complete),
            law: law, leakPer1000Requests: followsRequests ? rate : nil,
            keptPer1000Requests: kept.map(Verdict.Rate.rounded), requests: requests,
            unexpected: evidence.reduce(0) { $0 + $1.unexpected }, leftBehind: left, sessionsBefore: before, sessionsPeak: peak,
            sessionsAfter: floor, limit: facts.limit, budget: facts.budget,
            detectionLimitPer1000: isLeak || requests == 0
                ? nil
                : Verdict.Rate.rounded(
                    (left == 0 ? PoissonInterval.zeroSeenLimit : PoissonInterval(count: left).high) * 1000 / Double(requests)),
            timeToExhaustionSeconds: exhaustion?.estimate, requestsPerSecond: perSecond.map(Verdict.Rate.rounded),
            classes: classReport(isLeak: isLeak), queries: namesQueries(kind) ? queryReport() : [],
            owners: ownerReport(),
            steps: evidence.map {
                Verdict.StepSummary(
                    id: $0.row.step, kind: $0.row.kind, requests: $0.row.given, leftBehind: $0.totalLeft, floor: $0.floor,
                    voidReason: $0.voidReason.isEmpty ? nil : $0.voidReason)
            },
            thresholds: thresholds, generator: self.thresholds.generatorReport, timeToExhaustionLowSeconds: exhaustion?.low,
            timeToExhaustionHighSeconds: exhaustion?.high, suspects: isLeak ? suspects : [],
            recovery: isLeak || kind == .bounded ? recoveryReport : nil, expected: expectedReport(kind),
            growth: growth.isEmpty ? nil : growth)
    }

    /// A threshold that failed, or ended the run, fails the run whatever the verdict; one that nothing could tell makes nothing good.
    private func exitCode(_ kind: Verdict.Kind, isWanted: Bool, _ thresholds: [Verdict.Threshold]) -> Int32 {
        let ended = evidence.contains { $0.row.ended == .threshold } && !thresholds.contains { $0.untold != nil }
        if ended || thresholds.contains(where: { $0.held == false }) { return 1 }
        if !isWanted { return kind == .inconclusive ? 3 : 1 }
        return thresholds.contains { $0.held == nil } ? 3 : 0
    }

    var lawTest: LawTest { LawTest(steps: evidence, isByDose: leakTest().finding != nil, silent: silentGrowth) }

    private func law(_ rate: Verdict.Rate?) -> Verdict.Law? {
        if leakTest().finding == nil, staircase.isProven {
            return Verdict.Law(.idlePeriod, sessions: staircase.left, in: staircase.periods)
        }
        if leakTest().finding == nil, restartGrowth.isProven {
            return Verdict.Law(.restart, sessions: restartGrowth.left, in: restartGrowth.starts)
        }
        let test = lawTest
        if test.kind == .second { return Verdict.Law(sessions: test.left, seconds: test.seconds) }
        if test.kind != .request { return Verdict.Law(test.kind, sessions: test.left, in: test.count) }
        return rate.map(Verdict.Law.init(requestRate:))
    }

    private func flags(_ kind: Verdict.Kind, _ test: LeakTest, complete: Bool) -> [Verdict.Flag] {
        var flags: [Verdict.Flag] = []
        if evidence.contains(where: { $0.row.ended == .guardRail }) { flags.append(.exhausted) }
        if kind == .leak, evidence.contains(where: { $0.reaped > 0 }) { flags.append(.reaped) }
        if kind == .leak, isCollected { flags.append(.collected) }
        if isChurn { flags.append(.churn) }
        if !pooler.isEmpty { flags.append(.pooled) }
        if !facts.throwaway, background() > 0.05 { flags.append(.contaminated) }
        if !facts.seesSessions { flags.append(.limitedPrivileges) }
        if facts.watch == nil, !evidence.contains(where: { $0.row.kind == .longIdle }) { flags.append(.longIdleNotTried) }
        if thresholds.isGeneratorLimited { flags.append(.generatorLimited) }
        if !complete { flags.append(.cutShort) }
        return flags
    }

    /// PostgreSQL counted at least one session for each two transfers of the waves.
    private var isChurn: Bool {
        let waves = evidence.filter { $0.counts && $0.row.kind == .wave && $0.birthsCounted != nil }
        let transfers = waves.reduce(0) { $0 + $1.transfers }
        return transfers > 0 && waves.reduce(0) { $0 + ($1.birthsCounted ?? 0) } * 2 >= transfers
    }

    private func classReport(isLeak: Bool) -> [Verdict.Class] {
        let unit = Dictionary(
            uniqueKeysWithValues: unitClasses().map { (StepAccumulator.ClassKey(request: $0.request, outcome: $0.outcome), $0) })
        return classes.sorted { $0.key < $1.key }.map { key, count in
            let seen = unit[key]
            let limit = isLeak || leftAnything ? nil : Verdict.Rate.rounded(PoissonInterval.zeroSeenLimit * 1000 / Double(max(1, count)))
            return Verdict.Class(
                request: key.request, outcome: key.outcome, transfers: count, unitTransfers: seen?.transfers ?? 0,
                leaked: seen?.leaked ?? 0,
                leakPer1000: seen.map { Verdict.Rate(sessions: $0.leaked, requests: $0.transfers) }, detectionLimitPer1000: limit)
        }
    }

    private func ownerReport() -> [Verdict.Owner] {
        var held: [String: Int] = [:]
        for session in alive.values { held[session.owner, default: 0] += 1 }
        let poolers = held.keys.filter { $0 == SessionOwnership.pgbouncer }
        return (owners + poolers).prefix(Self.listed).map { owner in
            let room = room(of: owner)
            return Verdict.Owner(
                name: owner, leftBehind: evidence.filter(\.counts).reduce(0) { $0 + ($1.left[owner] ?? 0) }, held: held[owner] ?? 0,
                room: room.sessions, roomFrom: room.from)
        }
    }
}
