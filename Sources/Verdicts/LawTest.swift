import Glibc
import Measurements

/// What the residue follows: the requests, the client connections, the requests in flight, or the silences.
///
/// Doses differ in both, since a wave reuses its connections and one dose step opens a new one for each request. Of the two laws
/// with one rate for all doses, the one under which the counts are likelier (Poisson) is taken; ties go to the request. Requests
/// sent one at a time over a connection that had served others, and leaving as much as those over new ones, settle it beforehand.
struct LawTest {
    let kind: Verdict.Law.Kind
    let left: Int
    /// Of what the law follows; of `second`, whole seconds.
    let count: Int
    /// Of `second` only.
    private(set) var seconds = 0.0
    /// Two of the laws that dose steps tell apart explain the doses about as well.
    let isOpen: Bool
    /// The requests in flight explain the doses best, and no dose step has had fewer of them.
    private(set) var asksForConcurrency = false

    /// - Parameters:
    ///   - isByDose: whether doses proved the leak; else another law need only be the likelier one.
    ///   - silent: what began without load.
    init(steps: [StepEvidence], isByDose: Bool, silent: SilentGrowth) {
        if silent.isLaw {
            (kind, left, count, seconds, isOpen) = (.second, silent.born, Int(silent.seconds.rounded()), silent.seconds, false)
            return
        }
        let afterSilence = Self.afterSilence(steps)
        let followsSilence = { (step: StepEvidence) in afterSilence.contains(step.row.step) }
        let doses = steps.filter { $0.counts && $0.isDose && $0.row.opened > 0 }
        let units = steps.filter { $0.counts && $0.row.kind == .unit }
        let reused = units.reduce(into: StepEvidence.Share()) { $0.add($1.reusedConnection) }
        let fresh = units.reduce(into: StepEvidence.Share()) { $0.add($1.freshConnection) }
        let settled = Self.followsRequests(units)
        left = doses.reduce(0) { $0 + $1.totalLeft }
        if Self.areHangUps(units.flatMap(\.unit)) {
            (kind, count, isOpen) = (.hangUp, doses.reduce(0) { $0 + $1.hangUps }, false)
            return
        }
        let byRequest = Self.logLikelihood(doses.map { ($0.totalLeft, $0.row.given) })
        var best = (kind: Verdict.Law.Kind.request, value: byRequest + (isByDose ? Self.margin : 0))
        // Sent one at a time, requests over new connections left sessions, and the others at most a fifth as many each.
        let byConnection = Self.logLikelihood(doses.map { ($0.totalLeft, $0.row.opened) })
        if fresh.left >= 3, reused.requests >= 5, reused.left * fresh.requests * 5 <= fresh.left * reused.requests, byConnection > byRequest
        {
            (kind, count, isOpen) = (.connection, doses.reduce(0) { $0 + $1.row.opened }, false)
            return
        }
        var values = [byRequest]
        if !settled, doses.contains(where: { $0.row.kind == .dose }) {
            values.append(byConnection)
            if byConnection > best.value { best = (.connection, byConnection) }
            let inFlight = Self.logLikelihood(doses.map { ($0.totalLeft, $0.row.peakInFlight) })
            values.append(inFlight)
            // As many each time, whatever was in flight, is no law of what is.
            let byDose = Self.logLikelihood(doses.map { ($0.totalLeft, 1) })
            let isVaried = Self.variesConcurrency(doses)
            if inFlight > best.value, isVaried, inFlight > byDose { best = (.concurrency, inFlight) }
            asksForConcurrency = inFlight > best.value && !isVaried && inFlight >= byDose
        }
        values.sort(by: >)
        isOpen = values.count > 1 && values[0] - values[1] < Self.margin
        if !settled, doses.contains(where: { $0.row.kind == .longIdle }) {
            let value = Self.logLikelihood(doses.map { ($0.totalLeft, followsSilence($0) ? 1 : 0) })
            let counts = doses.filter(followsSilence).map(\.totalLeft)
            // The same number each time is what a silence does, and a request that leaks now and then does not.
            let isRegular = counts.count >= 4 && Set(counts).count == 1
            if value > (isRegular ? byRequest : best.value) { best = (.idlePeriod, value) }
        }
        for (law, exposure) in [(Verdict.Law.Kind.hangUp, \StepEvidence.hangUps), (.restart, \.workerStarts)]
        where doses.contains(where: { $0[keyPath: exposure] > 0 }) && !settled {
            let value = Self.logLikelihood(doses.map { ($0.totalLeft, $0[keyPath: exposure]) })
            if value > best.value { best = (law, value) }
        }
        kind = best.kind
        switch kind {
        case .connection: count = doses.reduce(0) { $0 + $1.row.opened }
        case .concurrency: count = doses.reduce(0) { $0 + $1.row.peakInFlight }
        case .hangUp: count = doses.reduce(0) { $0 + $1.hangUps }
        case .restart: count = doses.reduce(0) { $0 + $1.workerStarts }
        case .idlePeriod: count = doses.count(where: followsSilence)
        default: count = doses.reduce(0) { $0 + $1.row.given }
        }
    }

    /// Sent one at a time over a connection that had served before, requests left at least half as many as those over new ones.
    static func followsRequests(_ units: [StepEvidence]) -> Bool {
        let reused = units.reduce(into: StepEvidence.Share()) { $0.add($1.reusedConnection) }
        let fresh = units.reduce(into: StepEvidence.Share()) { $0.add($1.freshConnection) }
        return reused.requests >= 5 && reused.left >= 3 && reused.left * fresh.requests * 2 >= fresh.left * reused.requests
    }

    /// A dose step was sent at a lower concurrency than the waves: without one, the connections of waves are as many as the requests in flight.
    private static func variesConcurrency(_ doses: [StepEvidence]) -> Bool {
        let wave = doses.last { $0.row.kind == .wave }?.row.concurrency ?? 0
        return doses.contains { $0.row.kind == .dose && $0.row.connections == .reused && $0.row.concurrency < wave }
    }

    /// Sent one at a time, requests that the client gave up left sessions, and the others at most a fifth as many each.
    private static func areHangUps(_ classes: [StepEvidence.UnitClass]) -> Bool {
        let isHangUp = { (unit: StepEvidence.UnitClass) in [Outcome.hungUp, .timeout].map(\.rawValue).contains(unit.outcome) }
        let (given, others) = (classes.filter(isHangUp), classes.filter { !isHangUp($0) })
        let (left, of) = (given.reduce(0) { $0 + $1.leaked }, given.reduce(0) { $0 + $1.transfers })
        let (otherLeft, otherOf) = (others.reduce(0) { $0 + $1.leaked }, others.reduce(0) { $0 + $1.transfers })
        return left >= 3 && otherOf >= 5 && otherLeft * of * 5 <= left * otherOf
    }

    /// Where doses proved the leak, another law must make the counts e³ times as likely as that of the requests.
    private static let margin = 3.0

    /// Steps whose load came at least this long after the one before.
    private static let silence = Duration.milliseconds(2500)

    private static func afterSilence(_ steps: [StepEvidence]) -> Set<Int> {
        var found: Set<Int> = []
        var quietSince: RunTime?
        for step in steps {
            if let since = quietSince, step.row.loadStart - since >= silence { found.insert(step.row.step) }
            quietSince = step.row.kind == .baseline ? step.row.start : step.row.loadEnd
        }
        return found
    }

    /// Without the terms that do not depend on the law; nothing can be left where there was nothing to follow.
    private static func logLikelihood(_ doses: [(count: Int, exposure: Int)]) -> Double {
        let total = doses.reduce(0) { $0 + $1.count }
        let exposure = doses.reduce(0) { $0 + $1.exposure }
        guard total > 0, exposure > 0 else { return 0 }
        let rate = Double(total) / Double(exposure)
        return doses.reduce(0) { sum, dose in
            let mean = rate * Double(dose.exposure)
            if mean > 0 { return sum + Double(dose.count) * log(mean) - mean }
            return dose.count > 0 ? -.infinity : sum
        }
    }
}
