import Measurements

/// Whether a load that is not ours leaves sessions behind: without doses, by identity.
///
/// The load is cut at its gaps. What a load left are the sessions that began in it, are still there at the last gap, and that no load
/// after it has touched, so that the last load cannot be judged yet: a pool uses what it holds, and one that opened too many does not
/// open more beside them. These counts stand against the bound, chance and the fall from load to load as those of waves do; since the
/// sizes of the loads are not known, all are taken for equal.
struct WatchTest {
    /// What one load left; loads without a gap are counted with the first that has one.
    struct Part: Hashable {
        var steps: Set<Int>
        var left: Int
        var growth: Int
    }

    /// Two loads that were followed by others, and one that shows that they stay.
    static let leastGaps = 3
    /// Of requests in flight nothing is known but the sessions that samples saw active.
    static let leastPeak = 8

    /// Loads that ended in a gap, the last one included.
    let gaps: Int
    /// Left by loads that others followed.
    let left: Int
    /// Began in the last load, or in one that goes on, and are still there.
    let undecided: Int
    let bound: Int
    let roomKnown: Bool
    let beyondChance: Bool
    let undiminished: Bool
    let growth: Int
    let isProven: Bool
    /// What was left at each second of the watch, where it is proven.
    let law: Verdict.Law?
    /// More is there than at first, and what came is not touched.
    let leansToLeak: Bool

    init(
        steps: [StepEvidence], alive: some Collection<Judge.Alive>, room: Int?, roomIsDeclared: Bool, heldAtStart: Int, background: Double
    ) {
        let parts = Self.parts(steps, alive)
        gaps = parts.count
        let judged = parts.dropLast()
        let judgedSteps = judged.reduce(into: Set<Int>()) { $0.formUnion($1.steps) }
        undecided = alive.count { !$0.isOld && !judgedSteps.contains($0.bornIn) }
        let peak = max(steps.map(\.row.peakInFlight).max() ?? 0, Self.leastPeak)
        roomKnown = room != nil
        bound = roomIsDeclared ? (room ?? 0) : max(room ?? 0, 3 * peak)
        let free = max(0, bound - heldAtStart)
        var evidence = EProcess()
        var sum = 0
        var beyond: [(count: Int, requests: Int)] = []
        for part in judged {
            let before = max(0, sum - free)
            sum += part.left
            let count = max(0, sum - free) - before
            evidence.observe(count: count, background: background)
            if sum > free { beyond.append((count, 1)) }
        }
        left = sum
        growth = parts.reduce(0) { $0 + $1.growth }
        beyondChance = evidence.isBeyondChance
        undiminished = beyond.count { $0.count > 0 } >= 2 && LeakTest.goesOn(beyond)
        isProven = gaps >= Self.leastGaps && sum > free && beyondChance && undiminished && growth > free
        let watched = steps.filter { judgedSteps.contains($0.row.step) }
        let seconds = watched.last.flatMap { last in watched.first.map { (last.row.end - $0.row.start) / .seconds(1) } } ?? 0
        law = isProven ? Verdict.Law(sessions: sum, seconds: seconds) : nil
        let last = steps.last { $0.floor != nil }?.floor ?? 0
        leansToLeak = !isProven && last > heldAtStart && (sum > 0 || undecided > 0) && last - heldAtStart > free
    }

    private static func parts(_ steps: [StepEvidence], _ alive: some Collection<Judge.Alive>) -> [Part] {
        var parts: [Part] = []
        var open: Part?
        for step in steps where step.counts && step.row.kind == .watch {
            var part = open ?? Part(steps: [], left: 0, growth: 0)
            part.steps.insert(step.row.step)
            part.growth += step.growth
            open = step.isSettled ? nil : part
            if step.isSettled { parts.append(part) }
        }
        for index in parts.indices {
            let steps = parts[index].steps
            let last = steps.max() ?? 0
            parts[index].left = alive.count { steps.contains($0.bornIn) && !$0.isOld && $0.usedIn <= last }
        }
        return parts
    }
}
