import Measurements

/// Growth without load: sessions that begin in silences and stay.
///
/// A leak of a health check or of a timer goes on when nobody sends anything. Counted are the silences that steps end with (from the
/// grace after the load on) and begin with. At least five of them in a row, up to the last, in none of which a session of ours died, in which
/// sessions began beyond the bound, beyond chance, and not clearly less in the last than in the others.
struct SilentGrowth {
    static let least = 5
    /// So many silences, in all of which it goes on, tell what a leak that doses have proven follows.
    private static let leastForLaw = 3
    /// Shorter silences show too little.
    private static let shortest = 1.0
    /// In each silence that is at least so long something began, where it is steady.
    private static let long = 2.5
    private static let usualBackground = 0.05

    let silences: Int
    let born: Int
    let seconds: Double
    let isProven: Bool
    /// Sessions begin in silence about as fast as under load: no law of requests.
    let isLaw: Bool

    init(steps: [StepEvidence], bound: Int, heldAtStart: Int, background: Double) {
        let quiet = steps.filter { $0.counts && $0.silentSeconds >= Self.shortest && $0.row.kind != .restart }
        let last = quiet.reversed().prefix { $0.deathsInSilence == 0 }.reversed()
        silences = last.count
        born = last.reduce(0) { $0 + $1.birthsInSilence }
        seconds = last.reduce(0) { $0 + $1.silentSeconds }
        let free = max(0, bound - heldAtStart)
        // Others come and go: what begins in every silence, and never ends, is not what the baseline showed of them.
        let whole = quiet.filter { $0.silentSeconds >= Self.long }
        let isSteady = whole.count >= Self.least && whole.allSatisfy { $0.birthsInSilence > 0 } && last.count == quiet.count
        let background = isSteady ? min(background, Self.usualBackground) : background
        var evidence = EProcess()
        var sum = 0
        var beyond: [(count: Int, requests: Int)] = []
        for step in last {
            let before = max(0, sum - free)
            sum += step.birthsInSilence
            let count = max(0, sum - free) - before
            evidence.observe(count: count, background: background)
            if sum > free { beyond.append((count, max(1, Int(step.silentSeconds * 10)))) }
        }
        isProven =
            silences >= Self.least && sum > free && evidence.isBeyondChance && beyond.count { $0.count > 0 } >= 2
            && LeakTest.goesOn(beyond)
        let doses = steps.filter { $0.counts && $0.isDose }
        let loaded = doses.reduce(0.0) { $0 + max(0, ($1.row.end - $1.row.start) / .seconds(1) - $1.silentSeconds) }
        let left = doses.reduce(0) { $0 + $1.totalLeft }
        // Both per second: r₁ ≥ r₂ / 2, multiplied out.
        isLaw = silences >= Self.leastForLaw && born >= Self.least && Double(born) * loaded * 2 >= Double(left) * seconds
    }
}
