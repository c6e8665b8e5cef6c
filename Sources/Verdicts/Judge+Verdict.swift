import Measurements
import Scenarios

extension Judge {
    /// The first verdict of the table that holds.
    func verdict(complete: Bool) -> Verdict {
        if facts.watch != nil { return watchVerdict() }
        let test = leakTest()
        let waves = evidence.filter { $0.counts && $0.row.kind == .wave }
        let floor = evidence.last { $0.floor != nil }?.floor
        let before = heldBeforeLoad
        var kind: Verdict.Kind
        var reason: String
        if test.finding == .held || test.finding == .unit || test.finding == nil && dormantGrowth.isProven, let age = timedRelease {
            (kind, reason) = timedReason(test, age: age)
        } else if test.finding != nil, !maySomebodyElseOpen {
            kind = .leak
            reason = leakReason(test)
        } else if staircase.isProven {
            kind = .leak
            reason = staircaseReason(floor: floor)
        } else if dormantGrowth.isProven {
            kind = .leak
            reason = dormantReason(floor: floor)
        } else if silentGrowth.isProven {
            kind = .leak
            reason = silentReason(floor: floor)
        } else if restartGrowth.isProven {
            kind = .leak
            reason = restartReason(floor: floor)
        } else if !stuck.isEmpty {
            kind = .stuck
            reason = stuckReason()
        } else if !orphans.isEmpty {
            kind = .stuck
            reason = orphanReason()
        } else if let step = starved {
            kind = .starved
            reason = starvedReason(step)
        } else if isFull {
            kind = .overBudget
            reason = fullReason(floor: floor)
        } else if let why = blindness(complete: complete, waves: waves) {
            kind = .inconclusive
            reason = why
        } else if !leavesSomething || !leftAnything, let floor, let before, floor <= before {
            kind = .clean
            reason = cleanReason()
        } else if risesWithRestarts {
            kind = .inconclusive
            reason = restartsReason(floor: floor)
        } else if let age = timedRelease, case (.overBudget, let text) = timedReason(test, age: age) {
            (kind, reason) = (.overBudget, text)
        } else if fitsKnownRoom(test) || lastDosesLeftNothing {
            kind = .bounded
            reason = boundedReason(test, floor: floor)
            if let floor, floor > facts.budget {
                kind = .overBudget
                reason = "\(floor) sessions are kept, above the budget of \(facts.budget) (limit \(facts.limit)). " + reason
            }
        } else if let age = timedRelease {
            (kind, reason) = timedReason(test, age: age)
        } else {
            kind = .inconclusive
            reason = undecidedReason(test)
        }
        return report(kind, reason + expectedSentence(kind), test: test, floor: floor, before: before, complete: complete)
    }

    /// Sessions come without load as fast as under it, and whose they are cannot be seen: no request need have opened one.
    private var maySomebodyElseOpen: Bool { !facts.seesSessions && silentGrowth.isLaw }

    // MARK: Why nothing can be said

    private func blindness(complete: Bool, waves: [StepEvidence]) -> String? {
        if let lost = evidence.last, lost.row.ended == .serverDied {
            return
                "The server under test went away during step \(lost.row.step) (\(lost.row.kind.rawValue)). server.log has its last lines."
        }
        if let lost = evidence.last, lost.row.ended == .databaseGone {
            return "PostgreSQL could not be sampled during step \(lost.row.step) (\(lost.row.kind.rawValue)); run again when it is up."
        }
        let voids = evidence.filter { !$0.counts && $0.row.ended != .interrupted }
        if voids.count >= voidLimit {
            return "\(voids.count) steps do not count (\(voids[voids.count - 1].voidReason)); run again on a quieter machine or database."
        }
        if nearlyAllFail {
            let transfers = evidence.filter(\.isDose).reduce(0) { $0 + $1.transfers }
            let failed = evidence.filter(\.isDose).reduce(0) { $0 + $1.unexpected }
            return "\(failed) of \(transfers) requests ended otherwise than expected (\(commonOutcomes())), "
                + "so the application was not really used. Mend the target or `expect:`."
        }
        if !complete, waves.count < 2 {
            guard let last = evidence.last, last.row.ended == .threshold else {
                return "The run ended after \(evidence.count) steps, before the judge could tell; run it to its end."
            }
            let which = thresholds.aborting(inWave: nil).map { "The threshold “\($0.text)”" } ?? "A threshold"
            return "\(which) ended the run in step \(last.row.step) (\(last.row.kind.rawValue)), before the judge could tell."
        }
        if waves.isEmpty { return "No wave was judged; set `waves.count` to 2 or more." }
        if let why = poolerReason { return why }
        if !facts.seesSessions {
            return privilegeReason
        }
        return nil
    }

    var privilegeReason: String {
        "The sampler's role cannot see whose the sessions are or what they do, so nothing healthy can be said. "
            + "Run `\(facts.grant)` or sample as the application's own role."
    }

    private func commonOutcomes() -> String {
        var sums: [String: Int] = [:]
        for (key, count) in classes { sums[key.outcome, default: 0] += count }
        return sums.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3).map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }

    // MARK: Sentences

    private func leakReason(_ test: LeakTest) -> String {
        let requests = evidence.filter { $0.counts && ($0.isDose || $0.row.kind == .unit) }.reduce(0) { $0 + $1.row.given }
        var text = "\(test.left) sessions were left behind by \(requests) requests"
        if let rate = grossRate(test) {
            text += " (\(Self.show(rate.estimate)) per 1,000, 95% \(Self.show(rate.low))–\(Self.show(rate.high)))"
        }
        text += test.roomKnown ? ", where \(test.bound) may stay" : ", past three times the peak in flight (\(test.bound))"
        text += ", and it goes on undiminished."
        text += lawSentence + clientSentence
        switch test.finding {
        case .unit:
            text += " One at a time, \(test.unitLeft) of \(test.unitRequests) requests left one; "
            text +=
                evidence.contains { $0.reaped > 0 } ? "PostgreSQL itself ends them later\(reaperList)." : "something collects them later."
        case .reaped: text += " PostgreSQL itself ends them\(reaperList)."
        case .held, nil: break
        }
        return text + whoSentence + recoverySentence
    }

    private var reaperList: String { facts.reapers.isEmpty ? "" : " (\(facts.reapers.joined(separator: ", ")))" }

    private func staircaseReason(floor: Int?) -> String {
        let stairs = staircase
        let seconds = facts.longIdleSeconds.map { Self.show($0) } ?? "?"
        return "\(stairs.left) sessions were left behind by \(stairs.periods) silences of \(seconds) s, and none by the waves without one"
            + (floor.map { "; \($0) are held now" } ?? "")
            + ". Threads or workers that end while idle keep their sessions open: look at the idle time-outs of the server."
    }

    private func dormantReason(floor: Int?) -> String {
        let growth = dormantGrowth
        return
            "\(growth.left) sessions were left behind, \(growth.steps) times while at least \(facts.concurrency) others lay idle and were not used"
            + (floor.map { "; \($0) are held now." } ?? ".") + lawSentence
    }

    /// What the residue follows, where it is not the requests.
    private var lawSentence: String {
        let law = lawTest
        switch law.kind {
        case .concurrency:
            return " They follow the requests in flight, not the requests: \(law.left) for \(law.count) in flight, over all doses."
        case .connection: return " They follow the client connections, not the requests: \(law.left) for \(law.count) connections."
        case .idlePeriod: return " They follow the silences, not the requests: \(law.left) after \(law.count) silences."
        case .hangUp: return " They follow the clients that gave up, not the requests: \(law.left) for \(law.count) of these."
        case .restart: return " They follow the restarts of workers, not the requests: \(law.left) for \(law.count) of these."
        case .second: return " They come without load, too: \(law.left) in \(Self.show(law.seconds)) s of silence."
        case .request: return ""
        }
    }

    func stuckReason() -> String {
        let sessions = stuck
        let queries = Set(sessions.compactMap { alive[$0]?.query }.filter { !$0.isEmpty }).sorted()
        let last = queries.first.map { " Last query: \($0)" } ?? ""
        return
            "\(sessions.count == 1 ? "A session has" : "\(sessions.count) sessions have") been in the same transaction over two settles: "
            + "its locks are held and VACUUM waits for it. End the transaction on every path, errors included.\(last)"
    }

    func orphanReason() -> String {
        let sessions = orphans
        let queries = Set(sessions.compactMap { alive[$0]?.query }.filter { !$0.isEmpty }).sorted()
        let last = queries.first.map { " Last query: \($0)" } ?? ""
        return
            "\(sessions.count == 1 ? "A session that a process of the server held has" : "\(sessions.count) sessions that processes of the server held have") "
            + "no client any more, over two settles: PostgreSQL goes on with it and has not noticed. "
            + "Set `client_connection_check_interval`, or a `statement_timeout`.\(last)"
    }

    private func starvedReason(_ step: StepEvidence) -> String {
        "Sent one at a time after a settle, \(step.unexpected) of \(step.transfers) requests that succeeded at first failed, and no session "
            + "was touched meanwhile: places of a pool inside the application are taken and not given back. Look for checkouts without a return."
    }

    private func fullReason(floor: Int?) -> String {
        "The guard rail stopped the load, and after a settle \(floor.map(String.init) ?? "?") of \(facts.limit) sessions are still held. "
            + "Whether they leak could not be told in the slots left: run against a server and a database that Seep may start (`servers:`, `throwaway`)."
    }

    /// Of the last three doses at least two raised the count at rest while processes of the server began: what these open counts as warming up,
    /// and something that does not end with them is not a pool that has filled.
    private var risesWithRestarts: Bool {
        let last = evidence.filter { $0.counts && [.wave, .longIdle].contains($0.row.kind) }.suffix(3)
        return last.count { $0.growth > 0 && $0.workerStarts > 0 } >= 2
    }

    private func restartsReason(floor: Int?) -> String {
        "The count at rest rises with the processes that the server begins"
            + (floor.map { "; \($0) sessions are held now" } ?? "")
            + ". Whether they outlive the workers or belong to more of them cannot be told: declare `workers` and `threads` (or `pool`) of the server."
    }

    private func cleanReason() -> String {
        let requests = judgedRequests
        var text = "0 in \(requests): fewer than 1 in \(max(1, Int(Double(requests) / PoissonInterval.zeroSeenLimit))) (95%)"
        if let weakest = classes.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }), classes.count > 1 {
            text += "; of “\(weakest.key.request)” (\(weakest.key.outcome)), 0 in \(weakest.value): fewer than 1 in "
            text += "\(max(1, Int(Double(weakest.value) / PoissonInterval.zeroSeenLimit)))"
        }
        return text + "."
    }

    private func boundedReason(_ test: LeakTest, floor: Int?) -> String {
        let kept = floor.map { "\($0) sessions are kept" } ?? "Sessions are kept"
        if lastDosesLeftNothing {
            let waves = evidence.filter { $0.counts && $0.row.kind == .wave }.suffix(2)
            return
                "\(kept), and the last two waves (\(waves.map { String($0.row.given) }.joined(separator: " and ")) requests) left nothing behind: a pool, not a leak."
        }
        return
            "\(kept), which fits the room of \(test.bound)\(roomIsDeclared ? " that the scenario declares" : " that the threads of the server have")."
    }

    /// Which of the conditions of a leak does not hold.
    private func undecidedReason(_ test: LeakTest) -> String {
        let bound = test.roomKnown ? "the room of \(test.bound)" : "three times the peak in flight (\(test.bound))"
        let what =
            if !test.beyondChance || test.excess == 0 {
                test.excess == 0 ? "which is not beyond \(bound)" : "which is not beyond chance"
            } else if test.filling.isLikelier {
                "which is beyond \(bound), but ever fewer per request, as by a pool of about \(test.filling.size) places that fills"
            } else if !test.undiminished {
                "which is beyond \(bound), but did not go on: the last dose left fewer than those before it"
            } else {
                "which is beyond \(bound), but the count at rest did not grow by as much, and requests sent alone left too few"
            }
        return
            "\(test.left) sessions were left behind in \(judgedRequests) requests, \(what). "
            + "More waves would tell (`waves.count`), and so would declaring `workers` and `threads` (or `pool`) of the server."
    }

    static func show(_ value: Double) -> String {
        value >= 10 ? String(Int(value.rounded())) : String((value * 10).rounded() / 10)
    }

    var judgedRequests: Int { evidence.filter { $0.counts && ($0.isDose || $0.row.kind == .unit) }.reduce(0) { $0 + $1.row.given } }

    // MARK: Rates

    /// What requests leave behind. From the waves, where the pools were full already; where something collects the sessions
    /// while the load runs, births and deaths mix there, and only requests sent one at a time tell.
    func grossRate(_ test: LeakTest) -> Verdict.Rate? {
        let judged = evidence.filter(\.counts)
        let waves = judged.filter { $0.row.kind == .wave }
        let units = judged.filter { $0.row.kind == .unit }
        let mixed = units.filter { $0.row.only.isEmpty }
        if isCollected, !units.isEmpty {
            if mixed.isEmpty { return weightedUnitRate(units) }
            return Verdict.Rate(sessions: mixed.reduce(0) { $0 + $1.totalLeft }, requests: mixed.reduce(0) { $0 + $1.row.given })
        }
        let best = waves.isEmpty ? (mixed.isEmpty ? judged.filter(\.isDose) : mixed) : waves
        let requests = best.reduce(0) { $0 + $1.row.given }
        return requests == 0 ? nil : Verdict.Rate(sessions: best.reduce(0) { $0 + $1.totalLeft }, requests: requests)
    }

    /// The rate of the scenario's mix from unit doses of each request alone.
    private func weightedUnitRate(_ units: [StepEvidence]) -> Verdict.Rate? {
        let weights = Dictionary(facts.requests.map { ($0.name, $0.weight) }, uniquingKeysWith: { first, _ in first })
        var rate = (estimate: 0.0, low: 0.0, high: 0.0)
        var total = 0
        for unit in units {
            guard let weight = weights[unit.row.only], unit.row.given > 0 else { continue }
            let one = Verdict.Rate(sessions: unit.totalLeft, requests: unit.row.given)
            rate.estimate += one.estimate * Double(weight)
            rate.low += one.low * Double(weight)
            rate.high += one.high * Double(weight)
            total += weight
        }
        guard total > 0 else { return nil }
        var result = Verdict.Rate(sessions: 0, requests: 1)
        result.estimate = Verdict.Rate.rounded(rate.estimate / Double(total))
        result.low = Verdict.Rate.rounded(rate.low / Double(total))
        result.high = Verdict.Rate.rounded(rate.high / Double(total))
        return result
    }

    /// Sessions from before a load died during it, or in a silence without PostgreSQL's doing, while others were left: a collector.
    var isCollected: Bool {
        let doses = evidence.filter { $0.counts && $0.isDose }
        let deaths = doses.reduce(0) { $0 + $1.deathsOfOlder }
        return deaths * 5 >= max(1, doses.reduce(0) { $0 + $1.leftAtLoadEnd }) && deaths > 0
    }

    func unitClasses() -> [StepEvidence.UnitClass] {
        var sums: [StepAccumulator.ClassKey: StepEvidence.UnitClass] = [:]
        let alone = Set(evidence.filter { $0.counts && $0.row.kind == .unit }.map(\.row.only))
        let judged = evidence.filter(\.counts).flatMap { step in
            // Who was sent alone has its figures from there, and not from the groups that led to it.
            isIsolating ? step.unit.filter { step.row.only == $0.request || !alone.contains($0.request) } : step.unit
        }
        for unit in judged {
            let key = StepAccumulator.ClassKey(request: unit.request, outcome: unit.outcome)
            if var known = sums[key] {
                known.transfers += unit.transfers
                known.leaked += unit.leaked
                sums[key] = known
            } else {
                sums[key] = unit
            }
        }
        return sums.sorted { $0.key < $1.key }.map(\.value)
    }
}
