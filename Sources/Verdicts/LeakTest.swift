import Measurements

/// Whether what was left behind is more than the application may keep, more than chance, and goes on.
///
/// The steps are looked at again as a whole each time, since the bound moves: threads appear, the peak in flight grows.
struct LeakTest {
    enum Finding: Hashable {
        /// The count at rest grew beyond the bound, again and again.
        case held
        /// Requests sent one at a time each left a session.
        case unit
        /// PostgreSQL itself ended what was left behind.
        case reaped
    }

    let finding: Finding?
    /// Sessions left behind in all steps that count.
    let left: Int
    /// Beyond the bound.
    let excess: Int
    let bound: Int
    /// The bound is a declared room or the room of threads that can be seen.
    let roomKnown: Bool
    let beyondChance: Bool
    let undiminished: Bool
    /// What doses left tells of a pool that fills.
    let filling: Filling
    /// Sessions left by unit doses.
    let unitLeft: Int
    let unitRequests: Int

    /// - Parameters:
    ///   - room: what the owners may keep, when it is known for all of them; declared rooms convict, threads only acquit.
    ///   - background: sessions that a step leaves behind by chance.
    ///   - left: sessions that earlier doses left and that are there: those that a later dose used again, and the others.
    init(
        steps: [StepEvidence], room: Int?, roomIsDeclared: Bool, heldAtStart: Int, background: Double,
        left sessions: (used: Int, unused: Int) = (0, 0)
    ) {
        let judged = steps.filter(Self.isJudged)
        let peak = steps.map(\.row.peakInFlight).max() ?? 0
        roomKnown = room != nil
        bound = roomIsDeclared ? (room ?? 0) : max(room ?? 0, 3 * peak)
        var free = max(0, bound - heldAtStart)
        var evidence = EProcess()
        var sum = 0
        // What has been left since the start, or since PostgreSQL was started anew and all that was held was gone.
        var filled = 0
        var beyondBound = 0
        var growth = 0
        var beyond: [(count: Int, requests: Int)] = []
        var stepsBeyond = 0
        for step in steps {
            if step.databaseRestarted { (filled, growth, free) = (0, 0, bound) }
            guard Self.isJudged(step) else { continue }
            let before = max(0, filled - free)
            sum += step.totalLeft
            filled += step.totalLeft
            growth += step.growth
            let count = max(0, filled - free) - before
            beyondBound += count
            evidence.observe(count: count, background: background)
            if count > 0 { stepsBeyond += 1 }
            // Doses of the same kind can be compared; one over other connections cannot, and a unit dose never acquits.
            if filled > free, step.isDose, step.row.kind != .dose { beyond.append((count, max(step.row.given, 1))) }
        }
        left = sum
        excess = beyondBound
        beyondChance = evidence.isBeyondChance
        let unit = judged.filter { $0.row.kind == .unit }
        unitLeft = unit.reduce(0) { $0 + $1.totalLeft }
        unitRequests = unit.reduce(0) { $0 + $1.row.given }
        let unitShowsIt = unit.contains { $0.totalLeft >= 5 && $0.totalLeft * 2 >= $0.row.given }
        filling = stepsBeyond >= 2 ? Filling(steps, beyond: free) : .none
        undiminished = stepsBeyond >= 2 && !Self.isContradicted(judged) && (Self.goesOn(beyond) && !filling.isLikelier || unitShowsIt)
        if excess > 0, beyondChance, undiminished {
            // What was forgotten is not used again: where more than the bound is, and more than is not, the bound is too small.
            let isInUse = !roomIsDeclared && sessions.used > bound && sessions.used >= sessions.unused
            if growth > free, !isInUse {
                finding = .held
            } else if unitLeft >= 5, unitLeft * 4 >= unitRequests {
                finding = .unit
            } else if judged.reduce(0, { $0 + $1.reaped }) > free {
                finding = .reaped
            } else {
                finding = nil
            }
        } else {
            finding = nil
        }
    }

    private static func isJudged(_ step: StepEvidence) -> Bool {
        step.counts && (step.isDose && step.row.kind != .longIdle || step.row.kind == .unit)
    }

    /// All that came after the last unit dose that left something left nothing and closed nothing of old, though doses of the whole mix among
    /// it would have left some at the rate of the unit doses with a probability of 99% (Poisson: e^−4.6): what opened sessions was full
    /// meanwhile.
    private static func isContradicted(_ judged: [StepEvidence]) -> Bool {
        let units = judged.filter { $0.row.kind == .unit }
        guard let last = judged.lastIndex(where: { $0.row.kind == .unit && $0.totalLeft > 0 }) else { return false }
        let after = judged.suffix(from: last + 1)
        guard after.allSatisfy({ $0.totalLeft == 0 && $0.deathsOfOlder == 0 && $0.reaped == 0 }) else { return false }
        let (left, requests) = (units.reduce(0) { $0 + $1.totalLeft }, units.reduce(0) { $0 + $1.row.given })
        // A unit dose is of one request, which another may leak beside.
        return after.filter { $0.row.kind != .unit }.reduce(0) { $0 + $1.row.given } * left * 10 >= 46 * requests
    }

    /// The last dose left no fewer per request than the earlier ones would make one expect (Poisson, 1%).
    static func goesOn(_ steps: [(count: Int, requests: Int)]) -> Bool {
        guard let last = steps.last else { return false }
        let total = steps.reduce(0) { $0 + $1.count }
        guard total > 0 else { return false }
        let requests = steps.reduce(0) { $0 + $1.requests }
        let expected = Double(total) * Double(last.requests) / Double(requests)
        // P(X ≤ count) = 1 − P(X ≥ count + 1)
        let atMost = 1 - PoissonInterval.lowerGamma(Double(last.count + 1), expected)
        return (atMost * 1e6).rounded() >= 1e4
    }
}
