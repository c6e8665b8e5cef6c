import Measurements
import Scenarios

/// What stands beside the verdict: who, how it goes again, how long it lasts.
extension Judge {
    // MARK: Who

    /// The requests that left sessions when sent alone, then those that the moments of births speak against.
    var whoSentence: String {
        if lawTest.kind == .second { return "" }
        let alone = unitClasses().filter { $0.leaked > 0 }.sorted { ($1.leaked, $0.request) < ($0.leaked, $1.request) }
        var text = ""
        if !alone.isEmpty {
            let named = alone.prefix(isIsolating ? 5 : 1).map { "“\($0.request)” (\($0.outcome)) left \($0.leaked) in \($0.transfers)" }
            text += " Sent alone, \(named.joined(separator: ", "))."
        } else if let suspect = suspects.first {
            text +=
                " By time, \(suspect.sessions) of \(suspect.of) sessions began just after “\(suspect.request)” (\(suspect.outcome)), which is "
            text += "\(Self.show(suspect.share * 100))% of the transfers."
        }
        return text
    }

    // MARK: How it goes again

    var recoveryReport: Verdict.Recovery? {
        guard leftAnything, facts.watch == nil else { return nil }
        let found = recovery
        return Verdict.Recovery(
            kind: found.kind, deaths: found.deaths, watchedSeconds: (found.watched * 10).rounded() / 10,
            afterSeconds: found.after.map { ($0 * 10).rounded() / 10 })
    }

    var recoverySentence: String {
        guard let recovery = recoveryReport else { return "" }
        switch recovery.kind {
        case .never: return " In \(Self.show(recovery.watchedSeconds)) s of silence none of it went."
        case .timer: return " It goes at an age of about \(Self.show(recovery.afterSeconds ?? 0)) s."
        case .reaper: return ""
        case .bursts: return " It goes in bursts, as when a collector runs."
        case .other: return " \(recovery.deaths) went in \(Self.show(recovery.watchedSeconds)) s of silence."
        }
    }

    /// What is kept for a time: bounded by the pace × the age.
    func timedReason(_ test: LeakTest, age: Double) -> (Verdict.Kind, String) {
        let per = max((grossRate(test)?.estimate ?? 0) / 1000, birthsPerRequest)
        let pace = requestsPerSecond ?? 0
        let plateau = Int((per * pace * age).rounded(.up))
        let text =
            "Sessions that requests left are closed at an age of about \(Self.show(age)) s, all of them: they are kept for a time, not forgotten. "
            + "At \(Self.show(pace)) requests/s that comes to about \(plateau) sessions."
        if plateau > facts.budget { return (.overBudget, text + " The budget is \(facts.budget) (limit \(facts.limit)).") }
        return (.bounded, text)
    }

    /// Sessions that began in a wave, per request; of the wave in the middle. Where each goes at its age, a wave leaves no more than the one before.
    private var birthsPerRequest: Double {
        let waves = evidence.filter { $0.counts && $0.row.kind == .wave && $0.row.given > 0 }
        let shares = waves.map { Double($0.birthsSeen - $0.birthsInSilence) / Double($0.row.given) }.sorted()
        return shares.isEmpty ? 0 : shares[shares.count / 2]
    }

    func silentReason(floor: Int?) -> String {
        let growth = silentGrowth
        return "\(growth.born) sessions began in \(growth.silences) silences (\(Self.show(growth.seconds)) s), and none went"
            + (floor.map { "; \($0) are held now" } ?? "")
            + ". They come without load: look at health checks, timers and background threads."
    }

    // MARK: How long it lasts

    /// Transfers that ended per second of load in the waves.
    var requestsPerSecond: Double? {
        let waves = evidence.filter { $0.counts && $0.row.kind == .wave }
        let seconds = waves.reduce(0.0) { $0 + max(0, ($1.row.loadEnd - $1.row.start) / .seconds(1)) }
        return seconds > 0 ? Double(waves.reduce(0) { $0 + $1.transfers }) / seconds : nil
    }

    /// What stays for each request, with its interval; `nil` where nothing does.
    private var keptPerRequest: (estimate: Double, low: Double, high: Double)? {
        let doses = evidence.filter { $0.counts && $0.isDose }
        let (growth, requests) = (doses.reduce(0) { $0 + $1.growth }, doses.reduce(0) { $0 + $1.row.given })
        guard growth > 0, requests > 0 else { return nil }
        let interval = PoissonInterval(count: growth)
        return (Double(growth) / Double(requests), interval.low / Double(requests), interval.high / Double(requests))
    }

    /// Seconds until the headroom is gone, with the 95% interval of the rate; the more is left per second, the sooner.
    func exhaustion(law: Verdict.Law?, requestsPerSecond pace: Double?) -> (estimate: Double, low: Double, high: Double?)? {
        if law?.kind == .second, let law, let each = law.each, each > 0 {
            let left = Double(max(0, facts.watch == nil ? facts.headroom : headroomNow))
            return ((left / each).rounded(), (left / max(law.high, each)).rounded(), law.low > 0 ? (left / law.low).rounded() : nil)
        }
        guard let pace, pace > 0, let kept = keptPerRequest else { return nil }
        let left = Double(facts.headroom)
        return (
            (left / (kept.estimate * pace)).rounded(), (left / (kept.high * pace)).rounded(),
            kept.low > 0 ? (left / (kept.low * pace)).rounded() : nil
        )
    }

    /// Whether the application bears what is expected of it, from what was seen.
    func expectedReport(_ kind: Verdict.Kind) -> Verdict.Expected? {
        guard let use = facts.expectedUse else { return nil }
        let every = use.restartsEvery.map { $0 / .seconds(1) }
        var answer = Verdict.Expected(requestsPerDay: use.requestsPerDay, restartsEverySeconds: every)
        guard let perDay = use.requestsPerDay, let every, judgedRequests > 0, [.leak, .clean, .bounded].contains(kind) else {
            return answer
        }
        let requests = Double(perDay) * every / 86_400
        let headroom = Double(max(1, facts.headroom))
        if kind == .leak {
            guard let left = leftUntilRestart(requests: requests, seconds: every) else { return answer }
            answer.leftAtMost = left.high.rounded()
            if left.high < headroom { answer.survives = true }
            if left.low >= headroom { answer.survives = false }
        } else {
            let most = PoissonInterval.zeroSeenLimit * requests
            answer.leftAtMost = (most / Double(judgedRequests)).rounded()
            if most / Double(judgedRequests) < headroom { answer.survives = true }
            answer.requestsNeeded = Outlook.requestsNeeded(for: requests, headroom: facts.headroom)
        }
        return answer
    }

    /// Sessions that a leak leaves by then, by what it follows.
    private func leftUntilRestart(requests: Double, seconds: Double) -> (low: Double, high: Double)? {
        let law = lawTest
        if law.kind == .second {
            let each = Verdict.Law(sessions: law.left, seconds: law.seconds)
            return (each.low * seconds, each.high * seconds)
        }
        return keptPerRequest.map { ($0.low * requests, $0.high * requests) }
    }

    /// The same for people; empty where nothing is expected.
    func expectedSentence(_ kind: Verdict.Kind) -> String {
        guard let answer = expectedReport(kind), let perDay = answer.requestsPerDay, let every = answer.restartsEverySeconds,
            let most = answer.leftAtMost
        else { return "" }
        let use = "\(perDay) requests a day and a restart each \(Self.span(every))"
        switch answer.survives {
        case true: return " With \(use), at most \(Self.show(most)) sessions are left by then (95%), and \(facts.headroom) are free."
        case false: return " With \(use), the database is full before the next restart."
        case nil:
            let needed = answer.requestsNeeded.map { " A run of \($0) requests that leave nothing would tell." } ?? ""
            return
                " With \(use), \(Self.show(most)) sessions could be left by then, more than are free (\(facts.headroom)): too little was sent to "
                + "promise that it lasts.\(needed)"
        }
    }

    private static func span(_ seconds: Double) -> String {
        switch seconds {
        case 86_400: "day"
        case 7 * 86_400: "week"
        default: "\(show(seconds / 3600)) h"
        }
    }
}
