import Glibc
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
    /// The last doses left clearly less than those before them.
    let hasFallen: Bool
    /// What doses left tells of a pool that fills.
    let filling: Filling
    /// Sessions left by unit doses.
    let unitLeft: Int
    let unitRequests: Int

    /// - Parameters:
    ///   - room: what the owners may keep, when it is known for all of them; declared rooms convict, threads only acquit.
    ///   - oneWorker: what one of several workers may keep, where their processes cannot be seen: one may die, and the next opens as many.
    ///   - background: sessions that a step leaves behind by chance.
    ///   - fades: after 20 steps the chance of each falls as 20/n, since what goes on for thousands of waves is none.
    ///   - failing: requests that the warm-up saw succeed fail later.
    ///   - left: sessions that earlier doses left and that are there: those that a later dose used again, and the others.
    init(
        steps: [StepEvidence], room: Int?, roomIsDeclared: Bool, oneWorker: Int = 0, heldAtStart: Int, background: Double,
        fades: Bool = false,
        left sessions: (used: Int, unused: Int) = (0, 0), failing: Bool = false
    ) {
        // Requests that fail for want of a session leave none: beyond a declared room that is no sign of a pool.
        let tells = { (step: StepEvidence) in !failing || !roomIsDeclared || step.unexpected * 2 < step.transfers }
        let judged = steps.filter { Self.isJudged($0) && tells($0) }
        let peak = steps.map(\.row.peakInFlight).max() ?? 0
        roomKnown = room != nil
        bound = roomIsDeclared ? (room ?? 0) : max(room ?? 0, 3 * peak)
        var free = max(0, bound - heldAtStart)
        var evidence = EProcess()
        var observed = 0
        var sum = 0
        // What has been left since the start, or since PostgreSQL was started anew and all that was held was gone.
        var filled = 0
        var beyondBound = 0
        var growth = 0
        var beyond: [(count: Int, requests: Int)] = []
        var beyondConnections: [(count: Int, requests: Int)] = []
        var beyondDoses: [(count: Int, requests: Int)] = []
        // A client connection, or a request in flight, leaves two sessions at most.
        var mayFollow = (connections: true, doses: true)
        var stepsBeyond = 0
        // Of the doses beyond the bound, where the waves begin and where those after the unit doses do.
        var firstWave: Int?
        var beforeUnits: (first: Int, end: Int)?
        for step in steps {
            if step.databaseRestarted { (filled, growth, free) = (0, 0, bound) }
            // The sessions of a process that ended are gone, and the one in its place opens its own.
            if step.workerEnds > 0 { filled = max(0, filled - step.deathsOfOlder) }
            if step.counts, step.row.kind == .longIdle, filled > free, tells(step) {
                beyond.append((step.totalLeft, max(step.row.given, 1)))
                beyondConnections.append((step.totalLeft, max(step.row.opened, 1)))
                beyondDoses.append((step.totalLeft, 1))
            }
            guard Self.isJudged(step) else { continue }
            let before = max(0, filled - free)
            sum += step.totalLeft
            filled += step.totalLeft
            growth += step.growth
            let count = max(0, filled - free) - before
            beyondBound += count
            observed += 1
            let faded = fades && observed > Self.byChance ? Self.chance * (1 - Double(Self.byChance) / Double(observed)) : 0
            evidence.observe(count: count, background: background - faded)
            if count > 0 { stepsBeyond += 1 }
            // Doses of the same kind can be compared; one over other connections cannot, and a unit dose never acquits.
            if step.row.kind == .unit, beforeUnits == nil { beforeUnits = (firstWave ?? beyond.count, beyond.count) }
            if step.row.kind == .wave, firstWave == nil { firstWave = beyond.count }
            if filled > free, step.isDose, step.row.kind != .dose, tells(step) {
                beyond.append((count, max(step.row.given, 1)))
                beyondConnections.append((count, max(step.row.opened, 1)))
                beyondDoses.append((count, 1))
                if count > 2 * max(step.row.opened, 1) { mayFollow.connections = false }
                if count > 2 * max(step.row.concurrency, 1) { mayFollow.doses = false }
            }
        }
        left = sum
        excess = beyondBound
        beyondChance = evidence.isBeyondChance
        let unit = steps.filter { Self.isJudged($0) && $0.row.kind == .unit }
        unitLeft = unit.reduce(0) { $0 + $1.totalLeft }
        unitRequests = unit.reduce(0) { $0 + $1.row.given }
        let unitShowsIt = unit.contains { $0.totalLeft >= 5 && $0.totalLeft * 2 >= $0.row.given }
        filling = stepsBeyond >= 2 ? Filling(steps.filter(tells), beyond: free) : .none
        // Of doses of different sizes the last may leave fewer per request where the residue follows something else.
        let followsRequests = LawTest.followsRequests(unit)
        let others = (mayFollow.connections ? [beyondConnections] : []) + (mayFollow.doses ? [beyondDoses] : [])
        let laws = followsRequests ? [beyond] : Self.tenable([beyond] + others)
        // What is taken away again may hide what was left.
        let isTaken = steps.contains { $0.counts && $0.row.kind != .rung && ($0.deathsOfOlder > 0 || $0.reaped > 0) }
        let goesOn = laws.contains(where: Self.goesOn)
        hasFallen =
            !isTaken
            && laws.allSatisfy { Self.hasEnded($0, wanted: roomIsDeclared ? 6.9 : 4.6) || Self.hasDeclined($0, after: beforeUnits) }
        undiminished =
            stepsBeyond >= 2 && !Self.isContradicted(judged) && !hasFallen && (goesOn && !filling.isLikelier || unitShowsIt)
        if excess > 0, beyondChance, undiminished {
            // What was forgotten is not used again: where more than the bound is, and more than is not, the bound is too small.
            let isInUse = !roomIsDeclared && sessions.used > bound && sessions.used >= sessions.unused
            let isHeld = growth > free
            if isHeld, !isInUse {
                finding = .held
            } else if !isHeld || isTaken, unitLeft >= 5, unitLeft > oneWorker, unitLeft * 4 >= unitRequests {
                finding = .unit
            } else if steps.filter(Self.isJudged).reduce(0, { $0 + $1.reaped }) > free {
                finding = .reaped
            } else {
                finding = nil
            }
        } else {
            finding = nil
        }
    }

    /// Sessions that a step may leave behind where nobody else is (design §7), and the steps of a soak for which that holds.
    static let chance = 0.05
    private static let byChance = 20

    private static func isJudged(_ step: StepEvidence) -> Bool {
        step.counts && (step.isDose && step.row.kind != .longIdle || step.row.kind == .unit)
    }

    /// The last doses left nothing and closed nothing of old, though they would have left some at the rate of the unit doses, by the lower end
    /// of its interval, with a probability of 99% (Poisson: e^−4.6): what opened sessions was full meanwhile.
    private static func isContradicted(_ judged: [StepEvidence]) -> Bool {
        let units = judged.filter { $0.row.kind == .unit }
        let (left, requests) = (units.reduce(0) { $0 + $1.totalLeft }, units.reduce(0) { $0 + $1.row.given })
        // A unit dose is of one request, which another may leak beside.
        let after = judged.reversed().prefix { $0.totalLeft == 0 && $0.deathsOfOlder == 0 && $0.reaped == 0 }.filter {
            $0.row.kind != .unit
        }
        guard left > 0, !after.isEmpty else { return false }
        let expected = PoissonInterval(count: left).low / Double(requests) * Double(after.reduce(0) { $0 + $1.row.given })
        return (expected * 1e6).rounded() >= 4.6e6
    }

    /// The laws under which what the doses left is not e³ ≈ 20 times less likely than under the best one (Poisson, one rate each).
    static func tenable(_ laws: [[(count: Int, requests: Int)]]) -> [[(count: Int, requests: Int)]] {
        let values = laws.map { steps in
            let exposure = steps.reduce(0) { $0 + $1.requests }
            return steps.reduce(0.0) { $0 + Double($1.count) * log(Double($1.requests) / Double(max(1, exposure))) }
        }
        let best = values.max() ?? 0
        return zip(laws, values).filter { ((best - $0.1) * 1e6).rounded() <= 3e6 }.map(\.0)
    }

    /// The last doses left nothing, where at the rate of all of them at least so many were to be expected (Poisson: e^−6.9 = 0.1%, e^−4.6 = 1%).
    static func hasEnded(_ steps: [(count: Int, requests: Int)], wanted: Double = 6.9) -> Bool {
        let total = steps.reduce(0) { $0 + $1.count }
        let requests = steps.reduce(0) { $0 + $1.requests }
        let last = steps.reversed().prefix { $0.count == 0 }.reduce(0) { $0 + $1.requests }
        return requests > 0 && Double(total) * Double(last) >= wanted * Double(requests)
    }

    /// The doses after the unit doses left fewer than the waves before them, beyond chance: given what both left, the share of the later ones
    /// is binomial with their share of what is followed (1%: the conditional test of two Poisson rates, Przyborowski and Wilenski 1940).
    static func hasDeclined(_ steps: [(count: Int, requests: Int)], after units: (first: Int, end: Int)?) -> Bool {
        guard let units, units.end > units.first, steps.count > units.end else { return false }
        let (early, late) = (steps[units.first..<units.end], steps[units.end...])
        let (before, after) = (early.reduce(0) { $0 + $1.count }, late.reduce(0) { $0 + $1.count })
        let (exposed, later) = (early.reduce(0) { $0 + $1.requests }, late.reduce(0) { $0 + $1.requests })
        guard before + after > 0 else { return false }
        let chance = Binomial.atLeast(before, of: before + after, share: Double(exposed) / Double(exposed + later))
        return (chance * 1e6).rounded() < 1e4
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
