import Measurements

/// The verdict on a load that is not ours.
extension Judge {
    var watchTest: WatchTest {
        WatchTest(
            steps: evidence, alive: alive.values, room: totalRoom, roomIsDeclared: roomIsDeclared,
            heldAtStart: evidence.first?.floorBefore ?? facts.sessionsAtStart, background: background())
    }

    /// The first that holds: leak, stuck, nothing to be said, clean, bounded, inconclusive.
    func watchVerdict() -> Verdict {
        let test = watchTest
        let floor = evidence.last { $0.floor != nil }?.floor
        let before = evidence.first { $0.floorBefore != nil }?.floorBefore
        let loads = evidence.filter { $0.counts && $0.row.kind == .watch }
        let settled = loads.filter(\.isSettled)
        var kind: Verdict.Kind
        var reason: String
        // Whether a session is touched again must be visible, or an idle pool would look like a leak.
        if test.isProven, facts.seesSessions {
            (kind, reason) = (.leak, watchedLeak(test))
        } else if !stuck.isEmpty {
            (kind, reason) = (.stuck, stuckReason())
        } else if !orphans.isEmpty {
            (kind, reason) = (.stuck, orphanReason())
        } else if let why = watchBlindness(loads) {
            (kind, reason) = (.inconclusive, why)
        } else if settled.isEmpty {
            (kind, reason) = (.inconclusive, unsettled(test, floor: floor))
        } else if isBackAtStart(settled, floor: floor, before: before) {
            (kind, reason) = (.clean, watchedClean(settled, floor: floor))
        } else if let why = staysPut(test, settled, floor: floor) {
            (kind, reason) = (.bounded, why)
            if let floor, floor > facts.budget {
                (kind, reason) = (
                    .overBudget, "\(floor) sessions are kept, above the budget of \(facts.budget) (limit \(facts.limit)). " + why
                )
            }
        } else {
            (kind, reason) = (.inconclusive, watchedUndecided(test, floor: floor, before: before))
        }
        return report(kind, reason, test: leakTest(), floor: floor, before: before, complete: true)
    }

    // MARK: What holds

    private func watchBlindness(_ loads: [StepEvidence]) -> String? {
        if let why = poolerReason { return why }
        if !facts.seesSessions { return privilegeReason }
        let voids = evidence.filter { !$0.counts }
        if let last = voids.last, voids.count >= Self.voidLimit || loads.isEmpty {
            return "\(voids.count) steps do not count (\(last.voidReason)); watch again."
        }
        guard loads.isEmpty else { return nil }
        return "No session of the application did anything while it was watched. "
            + "Is this its database (`--database`), and are these its sessions (`--sessions`, `--listener`)?"
    }

    /// The last load took its sessions with it: below what was there before any load, or none at all.
    private func isBackAtStart(_ settled: [StepEvidence], floor: Int?, before: Int?) -> Bool {
        guard let floor, let last = settled.last, last.totalLeft == 0 else { return false }
        if floor == 0 { return true }
        // Without a baseline the first sample may have been in the middle of a load.
        return evidence.contains { $0.row.kind == .baseline } && before.map { floor <= $0 } == true
    }

    /// Why what is kept is a pool; `nil`: that is not shown.
    private func staysPut(_ test: WatchTest, _ settled: [StepEvidence], floor: Int?) -> String? {
        guard let floor else { return nil }
        if let room = totalRoom, floor <= room, test.gaps >= 2 {
            return
                "\(floor) sessions are kept, which fits the room of \(room)\(roomIsDeclared ? "" : " that the threads of the server have")."
        }
        guard settled.count >= WatchTest.leastGaps, settled.suffix(2).allSatisfy({ $0.totalLeft == 0 }), test.left <= test.bound
        else { return nil }
        return "\(floor) sessions are kept, and the last two of \(settled.count) loads left no more behind."
    }

    // MARK: Sentences

    private func watchedLeak(_ test: WatchTest) -> String {
        let loads = test.gaps - 1
        let room = test.roomKnown && roomIsDeclared ? ", where \(test.bound) may stay" : ", past what a pool may keep (\(test.bound))"
        var text = "\(test.left) sessions that began in \(loads) loads are still there, and no load after theirs has touched them\(room); "
        text += "it goes on undiminished."
        if let law = test.law, let each = law.each, each > 0 {
            text +=
                " \(Self.show(each * 3600)) an hour (95% \(Self.show(law.low * 3600))–\(Self.show(law.high * 3600))) at the pace watched."
        }
        return text
    }

    private func watchedClean(_ settled: [StepEvidence], floor: Int?) -> String {
        let opened = settled.compactMap(\.birthsCounted).reduce(0, +)
        let counted = opened > 0 ? " PostgreSQL counted \(opened) new sessions meanwhile." : ""
        return "\(floor ?? 0) sessions are there after \(Self.loads(settled.count)), no more than before.\(counted)"
    }

    private func unsettled(_ test: WatchTest, floor: Int?) -> String {
        "The load had no gap of \(Self.show(facts.watch?.gapSeconds ?? 0)) s in which a healthy application lets go, so nothing is proven. "
            + leaning(test, floor: floor) + " What would decide it: pauses in the load, or `seep run`."
    }

    private func watchedUndecided(_ test: WatchTest, floor: Int?, before: Int?) -> String {
        "\(Self.loads(test.gaps)) with a gap behind \(test.gaps == 1 ? "it" : "each"); \(before ?? 0) sessions before, \(floor ?? 0) after. "
            + leaning(test, floor: floor) + " What would decide it: "
            + "more loads with gaps between (\(facts.watch?.command.isEmpty == false ? "`--repeat \(max(5, 2 * test.gaps))`" : "watch for longer")), "
            + "the room that the application may keep (`--room`, `--listener`), or `seep run`."
    }

    private func leaning(_ test: WatchTest, floor: Int?) -> String {
        if test.leansToLeak {
            return "It leans to a leak: \(test.left + test.undecided) sessions began in the load and are still there, more than the "
                + "\(test.bound) that a pool may keep."
        }
        if test.left + test.undecided == 0 { return "It leans to health: nothing that began in the load is still there." }
        return "It leans to a pool: \(test.left + test.undecided) sessions that began in the load are still there, which a pool may keep."
    }

    private static func loads(_ count: Int) -> String { count == 1 ? "one load" : "\(count) loads" }
}
