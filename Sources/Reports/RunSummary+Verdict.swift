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
            ThresholdLine(text: $0.text, held: $0.held, seen: $0.seen.map(Figures.threshold($0.unit)) ?? "")
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
        duration = steps.last.map { $0.end - .zero } ?? .zero
        versions = info.versions.sorted { $0.key < $1.key }.map { Version(name: $0.key, version: $0.value) }
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
