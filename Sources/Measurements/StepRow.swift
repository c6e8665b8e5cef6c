/// A step that was carried out: a line of `steps.csv`, written when the step has ended and all its other rows are written.
package struct StepRow: CSVRow {
    package enum End: String, Sendable, Codable {
        case completed
        /// The guard rail stopped the load.
        case guardRail = "guard"
        /// A threshold that aborts had failed.
        case threshold
        /// Somebody asked to stop.
        case interrupted
        /// The server under test went away.
        case serverDied = "server_died"
        /// PostgreSQL restarted, or could not be sampled for most of the step.
        case databaseGone = "database_gone"
    }

    package var step: Int
    package var kind: Step.Kind
    /// Requests asked for; unknown where a duration decides.
    package var planned: Int?
    /// Requests started.
    package var given: Int
    package var concurrency: Int
    package var connections: Step.Connections
    /// The name of the request when only one was dealt, the names with `; ` between when only some were.
    package var only: String
    package var start: RunTime
    /// When the first request was sent; later than the start where a silence comes first.
    package var loadStart: RunTime
    /// When the last response had ended and all client connections were closed; the settle begins.
    package var loadEnd: RunTime
    package var end: RunTime
    /// The most requests in flight at one moment.
    package var peakInFlight: Int
    /// Client connections opened.
    package var opened: Int
    /// Requests sent again because a reused connection had died.
    package var retried: Int
    package var ended: End
    package var why: String

    package init(
        step: Int, kind: Step.Kind, planned: Int?, given: Int, concurrency: Int, connections: Step.Connections, only: String = "",
        start: RunTime, loadStart: RunTime? = nil, loadEnd: RunTime, end: RunTime, peakInFlight: Int = 0, opened: Int = 0, retried: Int = 0,
        ended: End = .completed, why: String
    ) {
        self.step = step
        self.kind = kind
        self.planned = planned
        self.given = given
        self.concurrency = concurrency
        self.connections = connections
        self.only = only
        self.start = start
        self.loadStart = loadStart ?? start
        self.loadEnd = loadEnd
        self.end = end
        self.peakInFlight = peakInFlight
        self.opened = opened
        self.retried = retried
        self.ended = ended
        self.why = why
    }

    /// The silence before the load.
    package var lead: Duration { loadStart - start }

    /// No load by design: the whole step is a silence.
    package var isSilence: Bool { [.baseline, .recovery, .gap].contains(kind) }

    package static let file = "steps.csv"
    package static let columns = [
        "id", "kind", "planned", "given", "concurrency", "connections", "only", "start_s", "load_start_s", "load_end_s", "end_s",
        "peak_in_flight",
        "opened",
        "retried", "ended", "why",
    ]

    package func encode(into line: inout CSVEncoder) {
        line.append(step)
        line.append(kind.rawValue)
        line.append(planned)
        line.append(given)
        line.append(concurrency)
        line.append(connections.rawValue)
        line.append(only)
        line.append(start)
        line.append(loadStart)
        line.append(loadEnd)
        line.append(end)
        line.append(peakInFlight)
        line.append(opened)
        line.append(retried)
        line.append(ended.rawValue)
        line.append(why)
    }

    package init(_ fields: CSVFields) throws(CSVError) {
        step = try fields.integer("id")
        kind = try fields.value("kind", as: Step.Kind.self)
        planned = try fields.integerIfKnown("planned")
        given = try fields.integer("given")
        concurrency = try fields.integer("concurrency")
        connections = try fields.value("connections", as: Step.Connections.self)
        only = try fields.text("only")
        start = try fields.time("start_s")
        loadStart = try fields.time("load_start_s")
        loadEnd = try fields.time("load_end_s")
        end = try fields.time("end_s")
        peakInFlight = try fields.integer("peak_in_flight")
        opened = try fields.integer("opened")
        retried = try fields.integer("retried")
        ended = try fields.value("ended", as: End.self)
        why = try fields.text("why")
    }
}
