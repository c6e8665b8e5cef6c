import Measurements

/// A step up with each worker of the server that is begun anew: what the worker before held is never given back.
///
/// A worker that is replaced takes its sessions with it, so the count at rest stays where it was; it rises where something outlives the
/// worker, such as a process that it began. What a new worker opens is left out of what a step left behind, since it is warming up, so
/// the count at rest decides. It must rise in at least three steps in which processes began, and in the last of them; and waves in which
/// none began must have left nothing. A server that adds workers under load rises, too, so each rise must be one of two things: beyond what
/// the declared workers may keep together; or one where processes ended and there are more than before all the same.
struct RestartGrowth {
    static let least = 3

    /// Steps in which processes began.
    let steps: Int
    /// Processes that began in them.
    let starts: Int
    /// By how much the count at rest rose in them.
    let left: Int
    let isProven: Bool
    /// The count at rest rose so in the last of these steps: more of them would tell.
    let isPossible: Bool
    /// It is proven by the processes that ended; without it, by the declared room.
    let isByEnds: Bool

    /// - Parameter room: what all declared workers may keep together; `nil`: nobody declared it.
    init(steps all: [StepEvidence], room: Int?, background: Double) {
        let doses = all.filter { $0.counts && $0.isDose }
        let restarts = doses.filter { $0.workerStarts > 0 }
        steps = restarts.count
        starts = restarts.reduce(0) { $0 + $1.workerStarts }
        left = restarts.reduce(0) { $0 + $1.growth }
        let isQuietWithout = doses.allSatisfy { $0.workerStarts > 0 || $0.row.kind == .rung || $0.totalLeft == 0 }
        var byRoom = Rises()
        var byEnds = Rises()
        var before = all.first?.workers ?? 0
        for step in all {
            defer { before = step.workers }
            guard step.counts, step.isDose else { continue }
            if let room {
                let floor = step.floor ?? 0
                let rise = step.workerStarts > 0 ? max(0, floor - max(room, step.floorBefore ?? 0)) : 0
                byRoom.observe(rise, per: step.workerStarts, isOne: step.workerStarts > 0 && floor > room, background)
            }
            let isReplaced = step.workerStarts > 0 && step.workerEnds > 0
            let rise = isReplaced && step.workers > before ? max(0, step.growth) : 0
            byEnds.observe(rise, per: step.workerEnds, isOne: isReplaced, background)
        }
        isByEnds = isQuietWithout && byEnds.isProven && !byRoom.isProven
        isProven = isQuietWithout && (byRoom.isProven || byEnds.isProven)
        isPossible = isQuietWithout && (byRoom.isOpen || byEnds.isOpen)
    }

    /// The count at rest over the steps in which workers were replaced.
    private struct Rises {
        private var evidence = EProcess()
        private var rises: [(count: Int, requests: Int)] = []

        /// - Parameter isOne: workers were replaced in the step, so that it could have risen.
        mutating func observe(_ rise: Int, per processes: Int, isOne: Bool, _ background: Double) {
            evidence.observe(count: rise, background: background)
            if isOne { rises.append((rise, processes)) }
        }

        var isOpen: Bool { rises.last.map { $0.count > 0 } == true }

        var isProven: Bool {
            isOpen && rises.count { $0.count > 0 } >= RestartGrowth.least && LeakTest.goesOn(rises) && evidence.isBeyondChance
        }
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
        let workers = evidence.last?.workers ?? 0
        return "The count at rest rose by \(growth.left) with \(growth.starts) processes of the server that were begun anew"
            + (floor.map { "; \($0) are held now" } ?? "")
            + (growth.isByEnds
                ? ". Each time others ended, and there are more than before all the same: \(workers) now."
                : ", more than the declared workers may keep.")
            + " Something outlives the workers and keeps their sessions: look at what they start."
    }
}
