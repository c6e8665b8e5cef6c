package import Measurements
import Scenarios
package import Verdicts

extension RunSummary {
    /// What the reports say of a cell that was judged.
    ///
    /// - Parameter directory: the folder of the cell, as it is to be shown.
    package init(verdict: Verdict, info: RunInfo, steps: [StepRow], waves: [WaveRow], directory: String) {
        let passes = verdict.exitCode == 0
        self.init(
            scenario: info.name, cell: info.cell, verdict: verdict.verdict.rawValue, reason: verdict.reason, exitCode: verdict.exitCode,
            wanted: info.facts.expected, isAsWanted: passes, directory: directory)
        flags = verdict.flags.map(\.rawValue)
        leakPer1000 = verdict.leakPer1000Requests.map(Rate.init)
        keptPer1000 = verdict.keptPer1000Requests
        requests = verdict.requests
        leftBehind = verdict.leftBehind
        detectionLimit = verdict.detectionLimitPer1000
        timeToExhaustion = verdict.timeToExhaustionSeconds.map { .seconds($0) }
        classes = verdict.classes.map {
            ClassLine(
                name: "\($0.request) \($0.outcome)", transfers: $0.transfers, leaks: $0.leaked, leakPer1000: $0.leakPer1000.map(Rate.init),
                detectionLimit: $0.detectionLimitPer1000)
        }
        queries = verdict.queries.map { QueryLine(text: $0.text, sessions: $0.sessions) }
        owners = verdict.owners.map { OwnerLine(name: $0.name, leftBehind: $0.leftBehind, room: $0.room) }
        thresholds = verdict.thresholds.map {
            ThresholdLine(text: $0.text, held: $0.held, seen: $0.seen.map(Figures.threshold($0.unit)) ?? "", untold: $0.untold ?? "")
        }
        self.steps = steps
        self.waves = waves
        peakSessions = verdict.sessionsPeak
        baselineFloor = verdict.sessionsBefore
        finalFloor = verdict.sessionsAfter
        limit = verdict.limit
        budget = verdict.budget
        requestsPerSecond = verdict.requestsPerSecond
        p50Milliseconds = info.totals?.latencyP50
        p99Milliseconds = info.totals?.latencyP99
        errors = verdict.unexpected
        if verdict.flags.contains(.generatorLimited) { generatorLimit = verdict.generator.map(Self.words) ?? "at its limits" }
        arrivals = info.totals.flatMap(Self.arrivals)
        inOther = info.totals?.other ?? 0
        failures = (info.totals?.failures ?? []).map {
            FailureLine(request: $0.request, outcome: $0.outcome.rawValue, reason: $0.reason, count: $0.count)
        }
        localFailures = info.totals?.localFailures ?? 0
        connections = info.totals?.connections
        opened = info.totals?.opened ?? 0
        duration = steps.last.map { $0.end - .zero } ?? .zero
        versions = info.versions.sorted { $0.key < $1.key }.map { Version(name: $0.key, version: $0.value) }
    }
}

extension RunSummary {
    /// `above its limits in 12.3 of 20 s of load (97% of a core, starts 4.1 ms late)`.
    private static func words(_ generator: Verdict.Generator) -> String {
        var worst = "\(Figures.rate(generator.cpuShareMax * 100))% of a core"
        if let late = generator.lateP99Max { worst += ", starts \(Figures.milliseconds(late)) late" }
        return
            "Seep itself was at its limits in \(Figures.rate(generator.limitedSeconds)) of \(Figures.rate(generator.loadSeconds)) s of load "
            + "(at worst \(worst)): times and rates are not the server's alone"
    }

    /// `1,200 due at 40/s, 1,190 sent at 39.7/s, 10 dropped; late p99 0.2 ms, max 1.4 ms`.
    private static func arrivals(_ totals: RunInfo.Totals) -> String? {
        guard let arrivals = totals.arrivals else { return nil }
        var text =
            "\(Figures.count(arrivals.due)) due at \(Figures.rate(arrivals.plannedPerSecond))/s, \(Figures.count(arrivals.started)) sent at "
            + "\(Figures.rate(arrivals.startedPerSecond))/s, \(Figures.count(arrivals.dropped)) dropped"
        if let p99 = totals.lateP99, let most = totals.lateMax {
            text += "; late p99 \(Figures.milliseconds(p99)), max \(Figures.milliseconds(most))"
        }
        return text
    }
}

extension Figures {
    /// A figure that a threshold is set on, with its unit.
    static func threshold(_ unit: ThresholdMetric.Unit) -> (Double) -> String {
        { value in
            switch unit {
            case .milliseconds: milliseconds(value)
            case .share: "\(fixed(value * 100, decimals: 3))%"
            case .perSecond: "\(rate(value))/s"
            case .count: fixed(value, decimals: 0)
            }
        }
    }
}

extension RunSummary.Rate {
    init(_ rate: Verdict.Rate) {
        self.init(estimate: rate.estimate, low: rate.low, high: rate.high)
    }
}
