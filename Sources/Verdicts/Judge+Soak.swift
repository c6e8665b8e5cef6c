import Measurements
import Scenarios

/// A soak: waves for so long as the scenario says, and not a number of them.
///
/// What ends waves otherwise ends them here, too: a leak that is found, and a guard rail with nothing free behind it.
extension Judge {
    /// A step that does not count is a mishap; of thousands a few are, so a soak is given up for a tenth of them only.
    private static let voidShare = 10

    var isSoak: Bool { facts.soakSeconds != nil && !facts.quick }

    /// So many steps that do not count end the run.
    var voidLimit: Int { isSoak ? max(Self.voidLimit, evidence.count / Self.voidShare) : Self.voidLimit }

    /// What is left of the soak, counted from the start of the first wave; `nil`: there is none, or no wave like the last one fits into it.
    var soakLeft: Duration? {
        guard isSoak, !soakIsOver, let seconds = facts.soakSeconds else { return nil }
        let whole = Duration.fractional(seconds: seconds)
        guard let first = evidence.first(where: Self.isWave), let last = evidence.last(where: Self.isWave), let now = evidence.last?.row.end
        else { return whole }
        let left = whole - (now - first.row.start)
        return left >= last.row.end - last.row.start ? left : nil
    }

    private static func isWave(_ step: StepEvidence) -> Bool { step.counts && step.row.kind == .wave }

    /// How many more waves like the last one fit; before the first, like one of that duration.
    func wavesLeft(expecting duration: Duration) -> Int {
        guard let left = soakLeft else { return 0 }
        let wave = evidence.last(where: Self.isWave).map { $0.row.end - $0.row.start } ?? duration
        return Int(left / max(wave, .milliseconds(1)))
    }

    /// The next wave after a whole one that left nothing and raised nothing: it can have changed no finding, and looking at thousands of steps
    /// again would only cost time.
    func quietSoakWave() -> Step? {
        guard evidence.count > Self.fewSteps, let left = soakLeft, let last = evidence.last, Self.isWave(last),
            last.row.ended == .completed,
            last.totalLeft == 0, last.growth <= 0, last.unexpected * 2 < last.transfers,
            facts.requestsPerWave.map({ last.row.given >= $0 }) ?? true
        else { return nil }
        return step(.wave, .scenario(cap: nil), settle: waveSettle, why: Self.why(left))
    }

    static func why(_ left: Duration) -> String {
        "the soak goes on, \(DurationText.string(.seconds(left.components.seconds))) to go"
    }

    /// For an outlook: steps in the middle of a soak are as those at its end.
    mutating func forgetMiddle() {
        guard isSoak, evidence.count > 2 * Self.fewSteps else { return }
        keep(first: Self.fewSteps, last: Self.fewSteps)
    }

    private static let fewSteps = 40
}
