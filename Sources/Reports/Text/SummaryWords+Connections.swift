import Measurements

/// What is said of connections, and of requests that failed on the wire.
extension SummaryWords {
    /// `8 opened, 93 transfers reused one, 2 reset; connect p99 0.2 ms`; `nil`: nothing is known.
    package static func connections(_ summary: RunSummary) -> String? {
        guard let known = summary.connections else { return nil }
        let parts = [
            (known.reused, "transfers reused one"), (known.refused, "refused"), (known.reset, "reset"),
            (known.closedIdle, "ended by the server while idle"), (known.usedUp, "used up"),
        ]
        var text = (["\(Figures.count(summary.opened)) opened"] + parts.filter { $0.0 > 0 }.map { "\(Figures.count($0.0)) \($0.1)" })
            .joined(separator: ", ")
        if let connect = known.connect { text += "; connect \(times(connect))" }
        if let tls = known.tls { text += ", TLS \(times(tls))" }
        if known.olderThanAsked > 0 {
            text += "; HTTP/2 was asked for, and \(Figures.plural(known.olderThanAsked, "response")) came over HTTP/1"
        }
        return text
    }

    private static func times(_ times: RunInfo.Totals.Connections.Times) -> String {
        "p50 \(Figures.milliseconds(times.p50)), p99 \(Figures.milliseconds(times.p99)), max \(Figures.milliseconds(times.max))"
    }

    /// `12 × find a page unreachable: the name does not resolve (http://…)`, at most so many lines, the last of them for the rest.
    package static func failures(_ summary: RunSummary, atMost limit: Int) -> [String] {
        let lines = summary.failures.map { "\(Figures.count($0.count)) × \($0.request) \($0.outcome): \($0.reason)" }
        guard lines.count > limit else { return lines }
        return lines.prefix(limit - 1) + ["and \(Figures.count(lines.count - limit + 1)) classes more: see run.json"]
    }

    /// What this machine could not do; `nil`: nothing.
    package static func localFailures(_ summary: RunSummary) -> String? {
        guard summary.localFailures > 0 else { return nil }
        return "no port, descriptor or memory for \(Figures.plural(summary.localFailures, "connection")): not the load that was asked for"
    }
}
