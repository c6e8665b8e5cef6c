package import Measurements

/// What came of the load of one step.
package struct LoadOutcome: Hashable, Sendable {
    package enum Stop: Hashable, Sendable {
        case completed
        /// The guard rail stopped the load.
        case guardRail
        /// ``LoadEngine/stopLoad(_:)`` was called.
        case interrupted
    }

    /// Transfers of one class in the step.
    package struct ClassCount: Hashable, Sendable {
        /// The index of the request: entries of the scenario first, then the requests of its flows; `nil` for what is counted together beyond 256 classes.
        package let request: Int?
        package let name: String
        package let outcome: Outcome
        package let done: Int
        package let unexpected: Int
    }

    /// Latency (from the intended start) and service time (from the actual start), microseconds; `nil` when nothing ended.
    package struct Times: Hashable, Sendable {
        package var latency: RequestRow.Quantiles?
        package var service: RequestRow.Quantiles?
        /// From the intended moment to the actual start; `nil` without a schedule.
        package var late: RequestRow.Quantiles?
    }

    /// What became of the client connections, beside ``opened`` and ``reused``.
    package struct Connections: Hashable, Sendable {
        /// Reset by the peer or the network, in a response or between two.
        package var reset = 0
        /// Ended by the peer while no response was waited for.
        package var closedIdle = 0
        /// Closed by us because they had served as many requests as they may (`http.reuse`).
        package var usedUp = 0
        /// Responses of HTTP/1 though HTTP/2 was asked for.
        package var olderThanAsked = 0
        /// From the start of a connection until it stood, names and proxy included; microseconds.
        package var connect: RequestRow.Quantiles?
        /// From then until TLS stood; microseconds.
        package var secure: RequestRow.Quantiles?
    }

    /// Why the requests of one class failed: what the first of them met in the run, and how many there were in the step.
    package struct Failure: Hashable, Sendable {
        package var request: String
        package var outcome: Outcome
        package var reason: String
        package var count: Int
    }

    /// When the load began.
    package var start = RunTime.zero
    /// When the last response had ended and all connections were closed.
    package var loadEnd = RunTime.zero
    /// Entries begun: requests, and turns of flows; a redirect that is followed, or a retry, is no further request.
    package var given = 0
    /// Exchanges that ended: requests and followed redirects.
    package var transfers = 0
    /// The most requests that could be in flight: of the step as it was carried out (1 on one connection).
    package var concurrency = 0
    /// The most in flight at one moment; of several threads, the sum of what each had.
    package var peakInFlight = 0
    /// Connections opened.
    package var opened = 0
    /// Transfers that went over a connection that had served before.
    package var reused = 0
    /// Requests sent again because a reused connection ended before the first byte of the response.
    package var retried = 0
    /// Arrivals not sent because `max_in_flight` was reached, and entries not sent because their data was used up; with ``given``, what was
    /// due.
    package var dropped = 0
    /// Of the open phases: the time in which their arrivals were due; zero without one.
    package var arrivalPlan = Duration.zero
    /// ``arrivalPlan``, or the time in which they were sent if that was longer.
    package var arrivalSpan = Duration.zero
    /// Transfers counted as the request `other`, beyond 256 classes.
    package var inOther = 0
    /// Transfers that ended otherwise than expected. Those that we hung up when the load was stopped are not among them.
    package var unexpected = 0
    /// Bytes of bodies received.
    package var bytes = 0
    /// Times beyond the range of the histograms (1 h), counted as 1 h.
    package var outOfRange = 0
    /// Connections that this machine refused us: no local port, no descriptor, no memory. Above 0, the load is not what was asked for.
    package var localFailures = 0
    package var connections = Connections()
    /// As ``connections``, of the run so far, this step included.
    package var runConnections = Connections()
    /// Of the classes that failed in the step, in the order in which they first did; at most 256.
    package var failures: [Failure] = []
    package var stoppedBy = Stop.completed
    package var times = Times()
    /// Of the run so far, this step included.
    package var runTimes = Times()
    package var classes: [ClassCount] = []
    /// Why transfers were unexpected: the first of the checks that did not hold; the most frequent first.
    package var failedChecks: [FailedCheck] = []
}
