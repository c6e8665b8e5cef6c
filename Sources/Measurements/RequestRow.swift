/// What one class did in one second: a line of `requests.csv`.
///
/// Two sorts of row: with an outcome, the transfers of the class that ended in the second; with an empty outcome, what was
/// started and dropped of the request (how it ends is not known then) and how late the starts were.
package struct RequestRow: CSVRow {
    /// Quantiles of one second, microseconds.
    package struct Quantiles: Hashable, Sendable {
        package var p50: Int
        package var p95: Int
        package var p99: Int
        package var max: Int

        package init(p50: Int, p95: Int, p99: Int, max: Int) {
            self.p50 = p50
            self.p95 = p95
            self.p99 = p99
            self.max = max
        }
    }

    /// The end of the second.
    package var time: RunTime
    package var step: Int
    /// The name of the request; `other` beyond 256 classes.
    package var request: String
    /// `nil` for the row of what was started.
    package var outcome: Outcome?
    package var started: Int
    package var done: Int
    /// Arrivals that were not sent because `max_in_flight` was reached.
    package var dropped: Int
    /// Ended otherwise than expected.
    package var unexpected: Int
    /// Bytes of bodies received.
    package var bytes: Int
    /// From the intended start; `nil` when none ended. In a closed load equal to the service time.
    package var latency: Quantiles?
    /// From the send.
    package var service: Quantiles?
    /// How long after its intended moment a start was, at the 99th percentile and at most.
    package var lateP99: Int?
    package var lateMax: Int?

    package init(time: RunTime, step: Int, request: String, outcome: Outcome?) {
        self.time = time
        self.step = step
        self.request = request
        self.outcome = outcome
        started = 0
        done = 0
        dropped = 0
        unexpected = 0
        bytes = 0
    }

    package static let file = "requests.csv"
    package static let columns = [
        "t_s", "step", "request", "outcome", "started", "done", "dropped", "unexpected", "bytes", "latency_p50_ms", "latency_p95_ms",
        "latency_p99_ms", "latency_max_ms", "service_p50_ms", "service_p95_ms", "service_p99_ms", "service_max_ms", "late_p99_ms",
        "late_max_ms",
    ]

    /// Columns of times, which only thresholds on them look at.
    package static let columnsOfTimes = Set(columns.drop { $0 != "latency_p50_ms" })

    package func encode(into line: inout CSVEncoder) {
        line.append(time)
        line.append(step)
        line.append(request)
        line.append(outcome?.rawValue ?? "")
        line.append(started)
        line.append(done)
        line.append(dropped)
        line.append(unexpected)
        line.append(bytes)
        for quantiles in [latency, service] {
            line.append(milliseconds: quantiles?.p50)
            line.append(milliseconds: quantiles?.p95)
            line.append(milliseconds: quantiles?.p99)
            line.append(milliseconds: quantiles?.max)
        }
        line.append(milliseconds: lateP99)
        line.append(milliseconds: lateMax)
    }

    package init(_ fields: CSVFields) throws(CSVError) {
        time = try fields.time("t_s")
        step = try fields.integer("step")
        // Put in last: a value that is whole is handed on, one that may still fail is copied.
        let request = try fields.text("request")
        outcome = try fields.valueIfKnown("outcome", as: Outcome.self)
        started = try fields.integer("started")
        done = try fields.integer("done")
        dropped = try fields.integer("dropped")
        unexpected = try fields.integer("unexpected")
        bytes = try fields.integer("bytes")
        if let p50 = try fields.microsecondsIfKnown("latency_p50_ms"), let p95 = try fields.microsecondsIfKnown("latency_p95_ms"),
            let p99 = try fields.microsecondsIfKnown("latency_p99_ms"), let max = try fields.microsecondsIfKnown("latency_max_ms")
        {
            latency = Quantiles(p50: p50, p95: p95, p99: p99, max: max)
        }
        if let p50 = try fields.microsecondsIfKnown("service_p50_ms"), let p95 = try fields.microsecondsIfKnown("service_p95_ms"),
            let p99 = try fields.microsecondsIfKnown("service_p99_ms"), let max = try fields.microsecondsIfKnown("service_max_ms")
        {
            service = Quantiles(p50: p50, p95: p95, p99: p99, max: max)
        }
        lateP99 = try fields.microsecondsIfKnown("late_p99_ms")
        lateMax = try fields.microsecondsIfKnown("late_max_ms")
        self.request = request
    }
}
