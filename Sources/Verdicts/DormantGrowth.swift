import Measurements

/// Sessions opened beside others that lie idle: what no pool does.
///
/// A step counts when it left sessions behind although at least as many as requests can be in flight were held and not touched by
/// any request of the step. Three such steps, and more left behind in all than chance explains, are a leak, whatever its law; a
/// pool would have used what it held, and threads that each keep a session use theirs.
struct DormantGrowth {
    static let least = 3

    let steps: Int
    let left: Int
    let isProven: Bool

    init(steps all: [StepEvidence], concurrency: Int, background: Double) {
        let doses = all.filter { $0.counts && $0.isDose }
        let grown = doses.filter { $0.totalLeft > 0 && $0.growth > 0 && ($0.dormant ?? 0) >= concurrency }
        var evidence = EProcess()
        for step in doses { evidence.observe(count: step.totalLeft, background: background) }
        steps = grown.count
        left = doses.reduce(0) { $0 + $1.totalLeft }
        isProven = grown.count >= Self.least && evidence.isBeyondChance
    }
}
