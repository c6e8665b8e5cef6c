/// One phase of the load of a wave.
package enum LoadPhase: Hashable, Sendable, Codable {
    /// Closed model: a new request when one ends. Ends after `requests`, or after `duration`; with `to`, the concurrency goes there in
    /// steps of one that last equally long (or take equally many requests).
    case closed(concurrency: Int, to: Int? = nil, end: End)
    /// Open model: arrivals on schedule, whatever the server does. Per second; with `to`, the rate goes there in a straight line. One
    /// of the two may be 0.
    case open(rate: Double, to: Double? = nil, duration: Duration, arrivals: Arrivals = .uniform, maxInFlight: Int)

    /// How arrivals lie around the rate.
    package enum Arrivals: String, Hashable, Sendable, Codable, CaseIterable {
        /// As even as the rate allows.
        case uniform
        /// Each at random, as of very many clients that know nothing of each other.
        case poisson
    }

    package enum End: Hashable, Sendable, Codable {
        case requests(Int)
        case duration(Duration)
    }

    /// A duration decides when it is over, and how many requests it has is a matter of the server where the model is closed.
    package var endsByTime: Bool {
        if case .closed(_, _, .requests) = self { false } else { true }
    }

    /// Concurrency 8, 101 requests: a number that no pool size or thread count divides, so that a count that repeats is seen.
    package static let standard = LoadPhase.closed(concurrency: standardConcurrency, end: .requests(standardRequests))

    package static let standardConcurrency = 8
    package static let standardRequests = 101
    package static let standardMaxInFlight = 500
}
