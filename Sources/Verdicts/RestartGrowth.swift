import Measurements

/// A step up with each worker of the server that is begun anew: what the worker before held is never given back.
///
/// A worker that is replaced takes its sessions with it, so the count at rest stays where it was; it rises where something outlives the
/// worker, such as a process that it began. What a new worker opens is left out of what a step left behind, since it is warming up, so
/// the count at rest decides: it must rise, beyond what the declared workers may keep together, in at least three steps in which
/// processes began, and in the last of them; and waves in which none began must have left nothing. Only a declared bound convicts: a
/// server that adds workers under load rises, too.
struct RestartGrowth {
    static let least = 3

    /// Steps in which processes began.
    let steps: Int
    /// Processes that began in them.
    let starts: Int
    /// By how much the count at rest rose in them.
    let left: Int
    let isProven: Bool
    /// The count at rest rose beyond the room in the last of these steps: more of them would tell.
    let isPossible: Bool

    /// - Parameter room: what all declared workers may keep together; `nil`: nobody declared it.
    init(steps all: [StepEvidence], room: Int?, background: Double) {
        let doses = all.filter { $0.counts && $0.isDose }
        let restarts = doses.filter { $0.workerStarts > 0 }
        steps = restarts.count
        starts = restarts.reduce(0) { $0 + $1.workerStarts }
        left = restarts.reduce(0) { $0 + $1.growth }
        guard let room else {
            (isProven, isPossible) = (false, false)
            return
        }
        var evidence = EProcess()
        var beyond: [(count: Int, requests: Int)] = []
        for step in doses {
            let count = step.workerStarts > 0 ? max(0, (step.floor ?? 0) - max(room, step.floorBefore ?? 0)) : 0
            evidence.observe(count: count, background: background)
            if step.workerStarts > 0, (step.floor ?? 0) > room { beyond.append((count, step.workerStarts)) }
        }
        let quietWithout = doses.allSatisfy { $0.workerStarts > 0 || $0.row.kind == .rung || $0.totalLeft == 0 }
        isPossible = quietWithout && beyond.last.map { $0.count > 0 } == true
        isProven = isPossible && beyond.count { $0.count > 0 } >= Self.least && LeakTest.goesOn(beyond) && evidence.isBeyondChance
    }
}

extension Judge {
    var restartGrowth: RestartGrowth {
        let room = facts.declaredRoomPerWorker.flatMap { each in facts.declaredWorkers.map { each * $0 } }
        let databases = facts.roomIsPool == true ? 1 : databases.values.map(\.count).max() ?? 1
        return RestartGrowth(steps: evidence, room: room.map { $0 * max(1, databases) }, background: background())
    }

    func restartReason(floor: Int?) -> String {
        let growth = restartGrowth
        return "The count at rest rose by \(growth.left) with \(growth.starts) processes of the server that were begun anew"
            + (floor.map { "; \($0) are held now" } ?? "")
            + ", more than the declared workers may keep. Something outlives the workers and keeps their sessions: look at what they start."
    }
}
