import Measurements

/// Sessions opened beside others that lie idle: what no pool does.
///
/// A step counts when it left sessions behind although at least as many as requests can be in flight were held and not touched by
/// any request of the step. Three such steps, more left behind in all than chance explains, and no end of it in the last two waves,
/// are a leak, whatever its law; a pool would have used what it held, and threads that each keep a session use theirs. A pool that
/// uses its places in turn or by chance opens beside idle ones too, until it is full: what fits a declared room convicts nobody, nor what
/// falls as the places of a pool do. So do threads that each keep a session and have not all had a request: what fits the threads counts only
/// in doses of at least 20 requests for each of them, of which hardly any thread gets none (e⁻²⁰ where each is as likely).
struct DormantGrowth {
    static let least = 3

    let steps: Int
    let left: Int
    let isProven: Bool

    private static let requestsPerThread = 20

    /// - Parameters:
    ///   - room: what all owners may keep, where it is known.
    ///   - roomIsDeclared: by the scenario; otherwise it is the number of threads.
    ///   - hasFallen: the last doses left clearly less than those before.
    init(steps all: [StepEvidence], concurrency: Int, room: Int?, roomIsDeclared: Bool, background: Double, hasFallen: Bool) {
        // Where PostgreSQL was started anew, everybody opens again what was lost.
        let lost = all.lastIndex(where: \.databaseRestarted) ?? -1
        let doses = all.suffix(from: lost + 1).filter { $0.counts && $0.isDose }
        let grown = doses.filter { step in
            guard step.totalLeft > 0, step.growth > 0, step.dormant ?? 0 >= concurrency else { return false }
            guard let room, !roomIsDeclared else { return true }
            return step.floor ?? 0 > room || step.row.given >= Self.requestsPerThread * room
        }
        var evidence = EProcess()
        for step in doses { evidence.observe(count: step.totalLeft, background: background) }
        steps = grown.count
        left = doses.reduce(0) { $0 + $1.totalLeft }
        // After a silence threads and pools open what they closed in it.
        let last = doses.filter { $0.row.kind == .wave || $0.row.kind == .dose }.suffix(2)
        let goesOn = !last.isEmpty && last.allSatisfy { $0.totalLeft > 0 }
        let exceedsRoom = !roomIsDeclared || (doses.last?.floor ?? 0) > room ?? 0
        isProven =
            grown.count >= Self.least && goesOn && exceedsRoom && evidence.isBeyondChance && !hasFallen
            && !Filling(all, beyond: 0).isLikelier
    }
}
