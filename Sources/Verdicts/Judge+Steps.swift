import Measurements

/// Which step comes next. Each function answers `nil` when its sort of step can no longer change the answer.
extension Judge {
    /// No more than this many steps that do not count; then the run is inconclusive.
    static let voidLimit = 3
    static let restartLimit = 3

    func nextStep() -> Step? {
        // The load is not ours, and neither are its steps.
        if facts.watch != nil { return nil }
        if let step = quietSoakWave() { return step }
        if evidence.count(where: { !$0.counts }) >= voidLimit { return nil }
        if let last = evidence.last, ![.completed, .guardRail].contains(last.row.ended) { return nil }
        if let step = baseline() { return step }
        if cannotSee || nearlyAllFail && dosed >= 20 { return nil }
        return rung() ?? wave() ?? unit() ?? variation() ?? confirmation() ?? recoveryStep(leakTest()) ?? longIdle()
    }

    func step(
        _ kind: Step.Kind, _ dose: Step.Dose, mix: Step.Mix = .all, connections: Step.Connections = .reused, settle: Double, why: String
    ) -> Step {
        Step(
            id: evidence.count, kind: kind, dose: dose, mix: mix, connections: connections, settle: .fractional(seconds: settle), why: why)
    }

    func steps(_ kind: Step.Kind) -> [StepEvidence] { evidence.filter { $0.row.kind == kind && $0.counts } }

    // MARK: What is known between steps

    /// Slots that may be taken before the guard rail stands in the way.
    var free: Int { max(0, headroomNow - facts.guardRail) }

    /// With few slots the peak in flight, and with it the bound of an unknown room, is kept low, so that they are enough to tell.
    private var slotsAreScarce: Bool { facts.headroom < 64 }

    var headroomNow: Int { evidence.last { $0.headroom != nil }?.headroom ?? facts.headroom }

    /// Sessions left behind per request (or turn of a flow) in the rungs and waves so far; while nothing has been seen, as many as it can be
    /// exchanges.
    var sessionsPerRequest: Double {
        let seen = evidence.filter { $0.counts && $0.isDose }
        let requests = seen.reduce(0) { $0 + $1.row.given }
        guard requests > 0 else { return Double(facts.mostTransfers) }
        return Double(seen.reduce(0) { $0 + max($1.totalLeft, $1.growth) }) / Double(requests)
    }

    /// Transfers of all doses so far.
    private var dosed: Int { evidence.filter(\.isDose).reduce(0) { $0 + $1.transfers } }

    /// Four in five requests of all doses so far ended otherwise than expected.
    var nearlyAllFail: Bool {
        let seen = evidence.filter { $0.isDose }
        let transfers = seen.reduce(0) { $0 + $1.transfers }
        return transfers > 0 && seen.reduce(0) { $0 + $1.unexpected } * 5 >= transfers * 4 && !leftAnything && !startedToFail
    }

    private var cannotSee: Bool { !pooler.isEmpty && evidence.isEmpty == false && steps(.wave).count >= waveCount }

    /// The waves left something, or what the rungs left is still there: a rung's settle is short, and a late server no leak.
    var leavesSomething: Bool {
        let floor = evidence.last { $0.floor != nil }?.floor ?? 0
        return steps(.wave).contains { $0.totalLeft > 0 } || leftAnything && floor > (heldBeforeLoad ?? 0)
    }

    /// In the first sample or at the end of the baseline, whichever is more: one sample may meet a pool that replaces a session, or opens.
    /// Less those that turned out to be somebody else's, once the first session was tied to a process.
    var heldBeforeLoad: Int? {
        let first = evidence.first { $0.floorBefore != nil }?.floorBefore
        let baseline = evidence.first.flatMap { $0.row.kind == .baseline && $0.counts ? floorOfOurs($0) : nil }
        return [first.map { max(0, $0 - ruledOut) }, baseline].compactMap(\.self).max()
    }

    var leftAnything: Bool { evidence.contains { $0.counts && $0.totalLeft > 0 } }

    var waveCount: Int { facts.quick ? min(3, facts.waves) : facts.waves }

    /// A server that lets go a moment late shall have done so.
    var unitSettle: Double { min(2.5, facts.settleSeconds) }

    var waveSettle: Double { facts.quick ? min(3, facts.settleSeconds) : facts.settleSeconds }

    // MARK: Baseline

    private func baseline() -> Step? {
        guard evidence.isEmpty, let seconds = facts.baselineSeconds else { return nil }
        return step(
            .baseline, .silence(.fractional(seconds: facts.quick ? min(2, seconds) : seconds)), settle: 0,
            why: "births and deaths without load")
    }

    // MARK: Warm-up ladder

    private func rung() -> Step? {
        guard let longest = facts.warmUpSeconds else { return nil }
        let rungs = steps(.rung)
        guard steps(.wave).isEmpty, steps(.unit).isEmpty, steps(.restart).isEmpty, rungs.count < 12 else { return nil }
        if rungs.last?.row.ended == .guardRail { return nil }
        if ladderSaturated { return nil }
        if let first = rungs.first, let last = rungs.last, last.row.end - first.row.start >= .fractional(seconds: longest) { return nil }
        let used = facts.headroom - headroomNow
        if rungs.count >= 2, used * 4 >= facts.headroom { return nil }
        let perRequest = rungs.isEmpty ? Double(facts.mostTransfers) : max(sessionsPerRequest, 0.01)
        let dose = min(4 << rungs.count, Int(Double(free) / perRequest))
        if dose < 2 { return nil }
        if rungs.count >= 2, let wave = facts.requestsPerWave, dose > wave * 2 { return nil }
        return step(
            .rung, .closed(requests: dose, concurrency: max(1, min(facts.concurrency, dose / (slotsAreScarce ? 4 : 2)))),
            connections: .reused,
            settle: min(1.5, facts.settleSeconds),
            why: rungs.isEmpty
                ? "warm up over fresh client connections"
                : rungs.last?.growth == 0
                    ? "the last rung added nothing; one more" : "the last rung added \(rungs.last?.growth ?? 0) sessions")
    }

    // MARK: Waves

    private func wave() -> Step? {
        let waves = steps(.wave)
        let left = soakLeft
        // A pool that seems to fill shall have filled, and a rise with each worker shall have shown: not every wave sees one begin.
        let restarts = restartGrowth
        guard left != nil || waves.count < (restarts.isPossible ? waveCount * 3 : waveCount + 4), steps(.unit).isEmpty else {
            return nil
        }
        let test = leakTest()
        let isThin = !facts.quick && test.finding == nil && waves.suffix(3).contains { $0.totalLeft > 0 }
        let isOpen = restarts.isPossible && !restarts.isProven || test.filling.isLikelier && !lastDosesLeftNothing || isThin
        guard left != nil || fullWaves(waves) < waveCount || isOpen else { return nil }
        if waves.count >= 2, test.finding != nil { return nil }
        if let stopped = evidence.last, stopped.row.ended == .guardRail, stopped.growth > 0 {
            return test.finding == nil ? restartForRoom() : nil
        }
        let why =
            waves.isEmpty
            ? "equal doses, each with a settle"
            : left.map(Self.why)
                ?? (fullWaves(waves) < waveCount
                    ? "wave \(waves.count + 1) of \(waveCount)"
                    : test.filling.isLikelier
                        ? "a pool of about \(test.filling.size) places seems to fill: one more wave"
                        : restarts.isPossible
                            ? "the count at rest rises with each worker: one more wave" : "waves go on leaving a few: one more")
        guard let cap = waveCap(waves) else { return step(.wave, .scenario(cap: nil), settle: waveSettle, why: why) }
        if cap < 1 { return test.finding == nil ? restartForRoom() : nil }
        let smaller = "\(why); \(cap) requests fit the headroom"
        if cap < facts.concurrency * 2 {
            return step(
                .wave, .closed(requests: cap, concurrency: max(1, min(facts.concurrency, cap / (slotsAreScarce ? 4 : 2)))),
                settle: waveSettle, why: smaller)
        }
        return step(.wave, .scenario(cap: cap), settle: waveSettle, why: smaller)
    }

    /// Waves of the whole load, and smaller ones that left something: those that were small to be careful, and found nothing, only lead up.
    private func fullWaves(_ waves: [StepEvidence]) -> Int {
        waves.count { wave in
            guard let planned = facts.requestsPerWave, wave.totalLeft == 0 else { return true }
            return wave.row.given * 10 >= planned * 9
        }
    }

    /// The most requests that the next wave may send; `nil`: the whole load.
    private func waveCap(_ waves: [StepEvidence]) -> Int? {
        guard let last = evidence.last(where: { $0.counts && $0.isDose }) else {
            let fits = free / facts.mostTransfers
            return min(fits, facts.requestsPerWave ?? fits)
        }
        let perRequest = Double(max(last.totalLeft, last.growth)) / Double(max(1, last.row.given))
        if last.row.ended == .guardRail { return max(1, last.row.given / 2) }
        guard perRequest > 0 else {
            if last.row.kind == .wave, waves.count >= 2 { return nil }
            let careful = last.row.given * 8
            guard let planned = facts.requestsPerWave else { return ladderSaturated ? nil : careful }
            return careful >= planned || ladderSaturated ? nil : careful
        }
        var cap = Int(0.3 * Double(headroomNow) / perRequest / Double(max(1, waveCount - fullWaves(waves))))
        if let before = waves.last, before.totalLeft > 0, Double(before.row.given) * perRequest <= Double(free) { cap = before.row.given }
        if cap < 2 { cap = free >= 3 ? 2 : 0 }
        if let planned = facts.requestsPerWave, cap >= planned { return nil }
        return cap
    }

    private var ladderSaturated: Bool {
        let rungs = steps(.rung)
        return rungs.count >= 2 && rungs.suffix(2).allSatisfy { $0.growth <= 0 && $0.totalLeft == 0 }
    }

    func restartForRoom() -> Step? {
        guard facts.managed, steps(.restart).count < Self.restartLimit, evidence.last?.row.kind != .restart else { return nil }
        return step(
            .restart, .silence(.zero), settle: 1,
            why: "\(headroomNow) slots left of \(facts.limit): restart the server and fill again")
    }

    // MARK: Unit dose

    private func unit() -> Step? {
        guard let planned = facts.unitDose, free >= 1, steps(.longIdle).isEmpty, confirmations == 0 else { return nil }
        if startedToFail, steps(.unit).isEmpty {
            return step(
                .unit, .unit(requests: 5, gap: unitGap), settle: 1, why: "requests that succeeded now fail: do they alone, after a settle?")
        }
        guard leavesSomething || isIsolating && leftAnything else { return nil }
        let test = leakTest()
        if isIsolating { return isolation(dose: planned) }
        let units = evidence.filter { $0.row.kind == .unit }
        if test.finding == nil, fitsKnownRoom(test), lastDosesLeftNothing, !isCollected, units.isEmpty { return nil }
        let each = facts.quick || facts.requests.count > 12 ? [] : Array(facts.requests.indices)
        let alone = Set(units.map(\.row.only))
        let toDo = each.filter { !alone.contains(facts.requests[$0].name) }
        if let next = toDo.first {
            let request = facts.requests[next]
            let share = max(1, min(planned, Int(Double(free) * 0.7) / toDo.count / (request.transfers ?? 1)))
            return step(
                .unit, .unit(requests: share, gap: unitGap), mix: .only(next), settle: unitSettle,
                why: "one at a time: does “\(request.name)” leave a session?")
        }
        let mixed = units.count { $0.row.only.isEmpty }
        let dose = min(planned, max(1, free / facts.mostTransfers))
        if mixed == 0, each.isEmpty {
            return step(.unit, .unit(requests: dose, gap: unitGap), settle: unitSettle, why: "one at a time: births paired with deaths")
        }
        guard test.finding == nil, mixed < 3, dose >= 2, test.unitLeft * 4 >= test.unitRequests, test.unitLeft >= 2 else { return nil }
        return step(
            .unit, .unit(requests: dose, gap: unitGap), settle: unitSettle,
            why:
                "\(test.unitLeft) of \(test.unitRequests) left a session, \(test.left) in all against a bound of \(test.bound): more of the same"
        )
    }

    // MARK: Long idle

    private func longIdle() -> Step? {
        guard !facts.quick, let seconds = facts.longIdleSeconds, leakTest().finding == nil, !steps(.wave).isEmpty, stuck.isEmpty,
            orphans.isEmpty, starved == nil, free >= facts.concurrency
        else { return nil }
        let stairs = staircase
        guard stairs.periods < Staircase.most, stairs.stillPossible, !stairs.isProven, !dormantGrowth.isProven, !silentGrowth.isProven,
            !restartGrowth.isProven
        else { return nil }
        var next = step(
            .longIdle, .scenario(cap: waveCap(steps(.wave))), settle: waveSettle,
            why: stairs.periods == 0
                ? "a silence longer than idle timers, then a wave: does it find what it left?"
                : "\(stairs.left) sessions after \(stairs.periods) silences; once more")
        next.lead = .fractional(seconds: seconds)
        return next
    }

    var dormantGrowth: DormantGrowth {
        DormantGrowth(
            steps: facts.seesSessions ? evidence : [], concurrency: facts.concurrency, room: totalRoom, roomIsDeclared: roomIsDeclared,
            background: background(), hasFallen: leakTest().hasFallen)
    }

    var silentGrowth: SilentGrowth {
        SilentGrowth(
            steps: evidence, bound: leakTest().bound, heldAtStart: heldAtStart,
            background: background())
    }

    var staircase: Staircase {
        Staircase(
            steps: evidence, seesUse: facts.seesSessions, room: totalRoom, roomIsDeclared: roomIsDeclared,
            background: background())
    }

    /// What is kept fits the room that is declared, or that the threads have.
    func fitsKnownRoom(_ test: LeakTest) -> Bool {
        guard let room = totalRoom, let floor = evidence.last(where: { $0.floor != nil })?.floor else { return false }
        return floor <= room && test.excess == 0
    }

    /// The last two equal doses left nothing behind, and nothing was held by workers that began in them beside those before. Doses of requests
    /// that once succeeded and now fail do not tell.
    var lastDosesLeftNothing: Bool {
        let failing = startedToFail
        let waves = steps(.wave).filter { !failing || $0.unexpected * 2 < $0.transfers }
        return waves.count >= 2 && waves.suffix(2).allSatisfy { $0.totalLeft == 0 && ($0.workerStarts == 0 || $0.growth <= 0) }
    }
}
