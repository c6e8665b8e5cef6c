import Measurements

/// A step up after each silence that is longer than the idle timers of servers and pools, whatever the dose.
///
/// Threads or workers that end while idle leave their sessions open, and the next load opens new ones beside them. A pool opens
/// what it needs and no more: it counts against a server only that it opened sessions while it held others that the wave did not
/// touch, more of these each time, and more in all than its threads, where these are seen; or, where the scenario says what it may keep,
/// that it came to hold more. It must have done so after each of at least three silences, beyond the most that waves had held; and the waves
/// just before, without a silence, must have added nothing.
struct Staircase {
    /// Silences judged so far.
    let periods: Int
    /// Sessions left by them.
    let left: Int
    /// Each silence so far was followed by a step up.
    let stillPossible: Bool
    let isProven: Bool

    static let least = 3
    static let most = 6

    init(steps: [StepEvidence], seesUse: Bool, room: Int?, roomIsDeclared: Bool, background: Double) {
        let silences = steps.filter { $0.counts && $0.row.kind == .longIdle }
        let waves = steps.filter { $0.counts && $0.row.kind == .wave }
        let control = waves.suffix(3)
        periods = silences.count
        left = silences.reduce(0) { $0 + $1.totalLeft }
        stillPossible = silences.allSatisfy { $0.totalLeft > 0 && $0.growth > 0 }
        var evidence = EProcess()
        for step in silences { evidence.observe(count: step.totalLeft, background: background) }
        let quietWithout = control.count >= 2 && control.allSatisfy { $0.totalLeft == 0 }
        let floor = silences.last?.floor ?? 0
        let dormant = silences.map { $0.dormant ?? 0 }
        let leavesOthersAlone = zip(dormant, dormant.dropFirst()).allSatisfy { $0 < $1 }
        let risen = floor - (waves.compactMap(\.floor).max() ?? 0)
        let beyondNeed = (room.map { floor > $0 } ?? true) && (roomIsDeclared && room != nil || leavesOthersAlone && seesUse)
        isProven =
            periods >= Self.least && stillPossible && quietWithout && risen >= periods && beyondNeed && evidence.isBeyondChance
    }
}
