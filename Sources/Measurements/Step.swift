/// One thing that the run does and judges: what the judge asks for and the run carries out.
package struct Step: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// No load: births and deaths of the sessions as they are.
        case baseline
        /// A small dose of the warm-up ladder.
        case rung
        /// A round of the scenario's load.
        case wave
        /// Requests one at a time.
        case unit
        /// The server under test is stopped and started again, for a fresh stock of slots.
        case restart
        /// A wave with one of requests, concurrency or client connections changed.
        case dose
        /// A silence longer than idle timers, with a small wave after it.
        case longIdle = "long_idle"
        /// Nothing but watching how the residue goes.
        case recovery
        /// A load that is not ours, up to a gap in it.
        case watch
        /// A silence in a load that is not ours, in which nobody did anything.
        case gap
    }

    /// What the clients' connections are like.
    package enum Connections: String, Hashable, Sendable, Codable {
        /// As `http.reuse` says; all are closed at the end of the load.
        case reused
        /// A new connection for each request.
        case fresh
        /// One connection, kept to the end.
        case one
    }

    /// Which requests are dealt.
    package enum Mix: Hashable, Sendable {
        case all
        /// Only the request of this index in the scenario.
        case only(Int)
        /// Only these, equally often and in turn.
        case some([Int])

        /// The names of the requests for `steps.csv`; empty for all.
        package func name(in requests: [RunFacts.Request]) -> String {
            switch self {
            case .all: ""
            case .only(let index): requests[index].name
            case .some(let indices): indices.map { requests[$0].name }.joined(separator: "; ")
            }
        }
    }

    /// What is sent.
    package enum Dose: Hashable, Sendable {
        /// Nothing, for so long.
        case silence(Duration)
        /// So many requests at this concurrency.
        case closed(requests: Int, concurrency: Int)
        /// The phases of the scenario, ended early when `cap` requests have been sent.
        case scenario(cap: Int?)
        /// So many requests one at a time, the start of each this far from the end of the last.
        case unit(requests: Int, gap: Duration)
    }

    /// Counted from 0 in the order of the run.
    package var id: Int
    package var kind: Kind
    package var dose: Dose
    package var mix: Mix
    package var connections: Connections
    /// The silence before the load.
    package var lead: Duration
    /// The silence after the load.
    package var settle: Duration
    /// Why the judge asks for it, for `steps.csv` and people.
    package var why: String

    package init(
        id: Int, kind: Kind, dose: Dose, mix: Mix = .all, connections: Connections = .reused, lead: Duration = .zero,
        settle: Duration = .zero,
        why: String
    ) {
        self.id = id
        self.kind = kind
        self.dose = dose
        self.mix = mix
        self.connections = connections
        self.lead = lead
        self.settle = settle
        self.why = why
    }

    /// Requests planned, where the step knows them beforehand.
    package var plannedRequests: Int? {
        switch dose {
        case .silence: 0
        case .closed(let requests, _): requests
        case .scenario(let cap): cap
        case .unit(let requests, _): requests
        }
    }
}

/// How a transfer ended: with the request's name, its class.
package enum Outcome: String, Hashable, Sendable, Codable, CaseIterable {
    case informational = "1xx"
    case success = "2xx"
    case redirect = "3xx"
    case clientError = "4xx"
    case serverError = "5xx"
    /// No whole response within the request's time.
    case timeout
    /// We hung up, as told, or because the load was stopped.
    case hungUp = "hung_up"
    /// The server closed or reset before the response was whole.
    case cut
    /// The response was no HTTP, or HTTP that contradicts itself.
    case garbled
    /// The connection was refused.
    case refused
    /// The name did not resolve, or there was no way to the host, TLS included.
    case unreachable

    /// The outcome of a whole response with this status.
    package init(status: Int) {
        switch status {
        case 200..<300: self = .success
        case 300..<400: self = .redirect
        case 400..<500: self = .clientError
        case 500..<600: self = .serverError
        case 100..<200: self = .informational
        default: self = .garbled
        }
    }
}
