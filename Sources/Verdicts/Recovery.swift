import Measurements

/// How what was left goes again when nobody does anything: the deaths in settles, long silences and recovery steps.
struct Recovery {
    /// The end of one session in a silence.
    struct Death: Hashable, Sendable {
        var time: RunTime
        var age: Duration
    }

    let kind: Verdict.Recovery.Kind
    let deaths: Int
    /// Silence in which something could have gone.
    let watched: Double
    /// The usual age at death, seconds; only of a timer.
    let after: Double?

    /// Ages that differ by no more than this are one age: a sample, and what it takes to end a session.
    private static let slack = 1.0
    private static let fewest = 3

    init(steps: [StepEvidence]) {
        let judged = steps.filter { $0.counts && $0.row.kind != .restart && $0.row.kind != .baseline }
        let died = judged.flatMap(\.silentDeaths)
        deaths = died.count
        watched = judged.reduce(0) { $0 + $1.silentSeconds }
        let left = judged.reduce(0) { $0 + $1.totalLeft }
        let ages = died.map { $0.age / .seconds(1) }.sorted()
        guard ages.count >= Self.fewest, ages.count * 20 >= left else {
            (kind, after) = (.never, nil)
            return
        }
        let (low, middle, high) = (ages[ages.count / 10], ages[ages.count / 2], ages[ages.count * 9 / 10])
        let spread = high - low
        let times = died.map(\.time).sorted()
        let births = died.map { $0.time.seconds - $0.age / .seconds(1) }.sorted()
        let bornApart = (births.last ?? 0) - (births.first ?? 0)
        if judged.reduce(0, { $0 + $1.reaped }) * 2 >= deaths {
            (kind, after) = (.reaper, middle)
        } else if spread <= max(Self.slack, middle / 5), bornApart >= 2 * max(spread, Self.slack) {
            // Born at different times and gone at one age.
            (kind, after) = (.timer, middle)
        } else if Self.most(times, within: .milliseconds(500)) * 2 >= deaths {
            (kind, after) = (.bursts, nil)
        } else {
            (kind, after) = (.other, nil)
        }
    }

    /// The most of sorted times that lie within one window.
    private static func most(_ times: [RunTime], within window: Duration) -> Int {
        var first = 0
        var most = 0
        for (index, time) in times.enumerated() {
            while time - times[first] > window { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }
}

extension Judge {
    /// A silence that shows whether what was left goes at some age: only where it could take a leak back, and only as long as needed.
    func recoveryStep(_ test: LeakTest) -> Step? {
        guard !facts.quick, facts.seesSessions, test.finding == .held, let seconds = facts.longIdleSeconds,
            !evidence.contains(where: { $0.row.kind == .recovery || $0.reaped > 0 })
        else { return nil }
        let rest = seconds - oldestUntouchedAge
        guard rest >= 1 else { return nil }
        return Step(
            id: evidence.count, kind: .recovery, dose: .silence(.fractional(seconds: (rest * 10).rounded(.up) / 10)),
            why: "does what was left go at some age, up to \(Self.show(seconds)) s?")
    }

    /// Seconds that a session that was left has lived, untouched since its step: no timer up to there takes it.
    private var oldestUntouchedAge: Double {
        guard let now = evidence.last?.row.end else { return 0 }
        let left = alive.values.filter { !$0.isOld && !$0.isPooled && $0.usedIn == $0.bornIn }
        return left.map { (now - $0.bornAt) / .seconds(1) }.max() ?? 0
    }

    var recovery: Recovery { Recovery(steps: evidence) }

    /// The age at which the application itself lets go of what it left, seconds: it is kept for a time, and no leak. Sessions went at one
    /// age in silences, and of those that are there none that was never used again is much older.
    var timedRelease: Double? {
        let found = recovery
        guard found.kind == .timer, let age = found.after, oldestUntouchedAge <= age * 1.25 + 2 else { return nil }
        return age
    }
}
