import Measurements

/// Sessions opened beside others that lie idle: what no pool does.
///
/// A step counts when it left sessions behind although at least as many as requests can be in flight were held and not touched by
/// any request of the step. Three such steps, more left behind in all than chance explains, and no end of it in the last two waves,
/// are a leak, whatever its law; a pool would have used what it held, and threads that each keep a session use theirs. A pool that
/// uses its places in turn or by chance opens beside idle ones too, until it is full: what fits a declared room convicts nobody, nor what
/// falls as the places of a pool do.
struct DormantGrowth {
    static let least = 3

    let steps: Int
    let left: Int
    let isProven: Bool

    init(steps all: [StepEvidence], concurrency: Int, declaredRoom: Int?, background: Double) {
        // Where PostgreSQL was started anew, everybody opens again what was lost.
        let lost = all.lastIndex(where: \.databaseRestarted) ?? -1
        let doses = all.suffix(from: lost + 1).filter { $0.counts && $0.isDose }
        let grown = doses.filter { $0.totalLeft > 0 && $0.growth > 0 && ($0.dormant ?? 0) >= concurrency }
        var evidence = EProcess()
        for step in doses { evidence.observe(count: step.totalLeft, background: background) }
        steps = grown.count
        left = doses.reduce(0) { $0 + $1.totalLeft }
        let last = doses.filter { $0.row.kind != .rung }.suffix(2)
        let goesOn = !last.isEmpty && last.allSatisfy { $0.totalLeft > 0 }
        let exceedsRoom = declaredRoom.map { (doses.last?.floor ?? 0) > $0 } ?? true
        isProven =
            grown.count >= Self.least && goesOn && exceedsRoom && evidence.isBeyondChance && !Filling(all, beyond: 0).isLikelier
    }
}
