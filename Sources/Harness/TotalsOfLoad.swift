import Load
import Measurements

extension RunInfo.Totals {
    /// Adds what a step's load says of connections and failures.
    mutating func add(_ outcome: LoadOutcome) {
        localFailures = (localFailures ?? 0) + outcome.localFailures
        var sum = connections ?? Connections()
        sum.reused += outcome.reused
        sum.refused += outcome.classes.filter { $0.outcome == .refused }.map(\.done).reduce(0, +)
        sum.reset += outcome.connections.reset
        sum.closedIdle += outcome.connections.closedIdle
        sum.usedUp += outcome.connections.usedUp
        sum.olderThanAsked += outcome.connections.olderThanAsked
        sum.connect = outcome.runConnections.connect.map(Connections.Times.init) ?? sum.connect
        sum.tls = outcome.runConnections.secure.map(Connections.Times.init) ?? sum.tls
        connections = sum
        var all = failures ?? []
        for failure in outcome.failures {
            if let known = all.firstIndex(where: { $0.request == failure.request && $0.outcome == failure.outcome }) {
                all[known].count += failure.count
            } else {
                all.append(
                    Failure(request: failure.request, outcome: failure.outcome, reason: failure.reason, count: failure.count))
            }
        }
        failures = all
    }
}

extension RunInfo.Totals.Connections.Times {
    /// From microseconds.
    init(_ times: RequestRow.Quantiles) {
        self.init(p50: Double(times.p50) / 1000, p99: Double(times.p99) / 1000, max: Double(times.max) / 1000)
    }
}
