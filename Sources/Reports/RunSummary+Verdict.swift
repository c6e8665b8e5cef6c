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
        queries = verdict.queries.map { QueryLine(text: $0.fingerprint, sessions: $0.sessions, origin: Self.origin($0)) }
        owners = verdict.owners.map { OwnerLine(name: $0.name, leftBehind: $0.leftBehind, room: $0.room) }
        thresholds = verdict.thresholds.map {
            ThresholdLine(text: $0.text, held: $0.held, seen: $0.seen.map(Figures.threshold($0.unit)) ?? "", untold: $0.untold ?? "")
        }
        growth = (verdict.growth ?? []).map(GrowthWords.line)
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
        if verdict.flags.contains(.generatorLimited) { generatorLimit = verdict.generator.map(Self.words) }
        if let totals = info.totals, let open = totals.arrivals {
            arrivals = Self.words(open)
            lateness = Self.lateness(totals, open)
        }
        inOther = info.totals?.other ?? 0
        failures = (info.totals?.failures ?? []).map {
            FailureLine(request: $0.request, outcome: $0.outcome.rawValue, reason: $0.reason, count: $0.count)
        }
        localFailures = info.totals?.localFailures ?? 0
        connections = info.totals?.connections
        opened = info.totals?.opened ?? 0
        failedChecks = info.totals?.failedChecks ?? []
        duration = steps.last.map { $0.end - .zero } ?? .zero
        versions = info.versions.sorted { $0.key < $1.key }.map { Version(name: $0.key, version: $0.value) }
    }
}

extension RunSummary {
    /// `in 12.3 of 20 s of load (97% of a core, 4.1 ms late)`.
    private static func words(_ generator: Verdict.Generator) -> String {
        var worst = "\(Figures.rate(generator.cpuShareMax * 100))% of a core"
        if let late = generator.lateP99Max { worst += ", \(Figures.milliseconds(late)) late" }
        return "in \(Figures.rate(generator.limitedSeconds)) of \(Figures.rate(generator.loadSeconds)) s of load (\(worst))"
    }

    /// `1,190 sent of 1,200 due, 38.4/s of 40/s`.
    private static func words(_ arrivals: RunInfo.Arrivals) -> String {
        "\(Figures.count(arrivals.started)) sent of \(Figures.count(arrivals.due)) due, "
            + "\(Figures.rate(arrivals.startedPerSecond))/s of \(Figures.rate(arrivals.plannedPerSecond))/s"
    }

    /// `p99 0.2 ms, at most 1.4 ms; 10 dropped`.
    private static func lateness(_ totals: RunInfo.Totals, _ arrivals: RunInfo.Arrivals) -> String {
        "p99 \(Figures.milliseconds(totals.lateP99)), at most \(Figures.milliseconds(totals.lateMax)); \(Figures.count(arrivals.dropped)) dropped"
    }

    /// The tags of a query's comments, then its owners and application names with their counts.
    fileprivate static func origin(_ query: Verdict.Query) -> String {
        func counted(_ names: [String: Int]) -> [String] {
            names.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3).map { "\($0.key) ×\($0.value)" }
        }
        let tags = query.tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return [
            tags.joined(separator: " "), counted(query.owners).joined(separator: ", "), counted(query.applications).joined(separator: ", "),
        ]
        .filter { !$0.isEmpty }.joined(separator: "; ")
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
