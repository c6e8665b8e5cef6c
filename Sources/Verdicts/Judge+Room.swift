import Measurements

extension Judge {
    /// What an owner may keep without leaking, and how that is known.
    func room(of owner: String) -> (sessions: Int?, from: String) {
        if owner == SessionOwnership.pgbouncer { return (nil, "unknown") }
        let holder = Self.withoutClient(owner)
        let process = holder.hasPrefix("pid ") ? Int(holder.dropFirst(4)) : nil
        // A thread may keep a session in each database; a pool is declared as large as it is.
        let databases = max(1, databases[owner]?.count ?? 1)
        if let declared = facts.declaredRoomPerWorker {
            let each = facts.roomIsPool == true ? declared : declared * databases
            return (process == nil ? each * (facts.declaredWorkers ?? 1) : each, "declared")
        }
        if let process, let threads = processes[process]?.threads { return (threads * databases, "threads") }
        return (nil, "unknown")
    }

    /// Owners that left something behind or hold something, in the order of their names.
    var owners: [String] {
        var names = Set(alive.values.map(\.owner).filter { $0 != SessionOwnership.pgbouncer })
        for step in evidence { names.formUnion(step.left.keys) }
        return names.sorted()
    }

    /// Owners that have a room of their own. What could not be tied to a process while it lived, and is gone, belonged to one of those that
    /// are known.
    private var roomOwners: [String] {
        let holding = Set(alive.values.map(\.owner))
        guard owners.contains(where: Self.isProcess) else { return owners }
        return owners.filter { Self.isProcess($0) || holding.contains($0) }
    }

    static func isProcess(_ owner: String) -> Bool { withoutClient(owner).hasPrefix("pid ") }

    /// The room of all owners together; `nil` when one of them has none that is known.
    var totalRoom: Int? {
        var sum = 0
        for owner in roomOwners {
            guard let room = room(of: owner).sessions else { return nil }
            sum += room
        }
        return sum
    }

    var roomIsDeclared: Bool { facts.declaredRoomPerWorker != nil }

    /// What one of several declared workers may keep where none of their processes is seen; else 0.
    private var roomOfOneUnseen: Int {
        guard let room = totalRoom, roomIsDeclared, let workers = facts.declaredWorkers, workers > 1,
            !owners.contains(where: Self.isProcess)
        else { return 0 }
        return room / workers
    }

    /// Sessions that a step leaves behind by chance: the design's 0.05, and what the baseline showed where others share the database. Sessions
    /// of the server's processes, and those that the scenario names, are nobody else's.
    func background() -> Double {
        let baseline = evidence.first { $0.row.kind == .baseline && $0.counts }
        guard let baseline, baseline.unnamedBirthsInSilence > 0, !facts.throwaway, !tiesWork else { return LeakTest.chance }
        let seconds = max(0.1, (baseline.row.end - baseline.row.start) / .seconds(1))
        return LeakTest.chance + Double(baseline.unnamedBirthsInSilence) / seconds * (facts.settleSeconds + 1)
    }

    /// Sessions of ours in the first sample, less those that turned out to be somebody else's.
    var heldAtStart: Int { max(0, (evidence.first?.floorBefore ?? facts.sessionsAtStart) - ruledOut) }

    func leakTest() -> LeakTest {
        LeakTest(
            steps: evidence, room: totalRoom, roomIsDeclared: roomIsDeclared, oneWorker: roomOfOneUnseen, heldAtStart: heldAtStart,
            background: background(), fades: isSoak, left: leftSessions, failing: startedToFail)
    }

    /// Sessions that doses left before the last one and that are there: those that were used again lately, and the others.
    ///
    /// Lately: in the last doses that make up at most half of the requests. A thread uses its session for a while before it loses it, so
    /// that much of what a leak left was used again at some time; but only what is held is used to the end.
    private var leftSessions: (used: Int, unused: Int) {
        let doses = evidence.filter { $0.counts && ($0.isDose || $0.row.kind == .unit) }
        guard let last = doses.last?.row.step else { return (0, 0) }
        let half = doses.reduce(0) { $0 + $1.row.given } / 2
        var (late, given) = (last, 0)
        for dose in doses.reversed() {
            given += dose.row.given
            if given > half { break }
            late = dose.row.step
        }
        var sessions = (used: 0, unused: 0)
        for session in alive.values where !session.isOld && !session.isPooled && session.bornIn < last {
            if session.usedIn > session.bornIn, session.usedIn >= late { sessions.used += 1 } else { sessions.unused += 1 }
        }
        return sessions
    }
}
