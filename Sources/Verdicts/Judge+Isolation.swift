import Measurements

/// `--isolate`: which requests leave sessions, each sent alone, by halving where there are many.
extension Judge {
    /// Up to so many requests, each is sent alone at once; more are halved first.
    static let isolatedAtOnce = 8
    /// Each round sends twice the dose of the one before, as long as too little is left to name a request.
    static let isolationRounds = 3
    /// Sessions left by single requests that name one.
    private static let enough = 3

    var isIsolating: Bool { facts.isolate == true }

    /// The next group of requests to send one at a time; `nil` when no further one can name a request.
    func isolation(dose planned: Int) -> Step? {
        // No request is to blame for what comes without load.
        if silentGrowth.isLaw { return nil }
        for round in 0..<Self.isolationRounds {
            if round > 0, leftByAlone >= Self.enough { return nil }
            let all = Array(facts.requests.indices)
            let next = all.count > Self.isolatedAtOnce ? descend(all, round: round) : all.first { !isDone([$0], round: round) }.map { [$0] }
            if let next { return isolate(next, dose: planned << round) }
        }
        return nil
    }

    /// The first group without a dose of this round: the halves of each that left something, depth first.
    private func descend(_ group: [Int], round: Int) -> [Int]? {
        guard group.count > 1 else { return nil }
        let halves = [Array(group.prefix((group.count + 1) / 2)), Array(group.dropFirst((group.count + 1) / 2))]
        for half in halves {
            if !isDone(half, round: round) { return half }
            if doses(of: half).contains(where: { $0.totalLeft > 0 }), let next = descend(half, round: round) { return next }
        }
        return nil
    }

    private func isolate(_ group: [Int], dose: Int) -> Step? {
        // Each of a group shall come more than once, and the slots shall do for those behind it.
        let wanted = max(dose, 4 * group.count)
        let share = min(wanted, Int(Double(free) * 0.7))
        if share < min(wanted, 4) { return restartForRoom() }
        let mix: Step.Mix = group.count == 1 ? .only(group[0]) : .some(group)
        let name = group.count == 1 ? "“\(facts.requests[group[0]].name)”" : "one of \(group.count) requests"
        return Step(
            id: evidence.count, kind: .unit, dose: .unit(requests: share, gap: unitGap), mix: mix,
            settle: .fractional(seconds: unitSettle), why: "one at a time: does \(name) leave a session?")
    }

    private func doses(of group: [Int]) -> [StepEvidence] {
        let name = mix(group).name(in: facts.requests)
        return evidence.filter { $0.row.kind == .unit && $0.row.only == name }
    }

    private func mix(_ group: [Int]) -> Step.Mix { group.count == 1 ? .only(group[0]) : .some(group) }

    private func isDone(_ group: [Int], round: Int) -> Bool { doses(of: group).count > round }

    private var leftByAlone: Int {
        facts.requests.indices.reduce(0) { sum, index in sum + doses(of: [index]).filter(\.counts).reduce(0) { $0 + $1.totalLeft } }
    }
}
