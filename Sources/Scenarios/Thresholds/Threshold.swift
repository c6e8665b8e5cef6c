/// What must hold of a run beside its verdict: a figure, how it is compared, and with what.
///
/// Recorded as it is written, so that the record of a run reads like its scenario; a value of this type has been parsed.
package struct Threshold: Hashable, Sendable {
    package enum Comparison: String, Hashable, Sendable, CaseIterable {
        case atMost = "<="
        case atLeast = ">="
        case equal = "=="
        case unequal = "!="
        case below = "<"
        case above = ">"

        package func holds(_ value: Double, _ limit: Double) -> Bool {
            switch self {
            case .atMost: value <= limit
            case .atLeast: value >= limit
            case .equal: value == limit
            case .unequal: value != limit
            case .below: value < limit
            case .above: value > limit
            }
        }
    }

    /// As written, white space between words taken to one blank.
    package let text: String
    package let metric: ThresholdMetric
    /// The name of the one request that is meant; `nil`: all together.
    package let request: String?
    package let comparison: Comparison
    /// In the unit of the metric.
    package let limit: Double
    /// How long it must fail without a break before it counts as failed; `nil`: the figure of the whole run decides.
    package let sustained: Duration?
    /// Whether the run is ended when it fails.
    package var abort: Bool
    /// From the first second of the first wave: how long it is not looked at. Above zero only where it aborts.
    package var grace: Duration

    init(
        text: String, metric: ThresholdMetric, request: String?, comparison: Comparison, limit: Double, sustained: Duration?
    ) {
        self.text = text
        self.metric = metric
        self.request = request
        self.comparison = comparison
        self.limit = limit
        self.sustained = sustained
        abort = false
        grace = .zero
    }
}

extension Threshold: Codable {
    private enum CodingKeys: String, CodingKey {
        case text = "is"
        case abort, grace
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let text = try container.decode(String.self, forKey: .text)
        do throws(ThresholdParser.Problem) {
            self = try ThresholdParser.parse(text)
        } catch {
            throw DecodingError.dataCorruptedError(
                forKey: .text, in: container, debugDescription: "“\(text)” is no threshold: \(error.message)")
        }
        abort = try container.decodeIfPresent(Bool.self, forKey: .abort) ?? false
        grace = try container.decodeIfPresent(Duration.self, forKey: .grace) ?? .zero
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(text, forKey: .text)
        guard abort else { return }
        try container.encode(abort, forKey: .abort)
        try container.encode(grace, forKey: .grace)
    }
}

/// A figure of a run that a threshold can be set on.
package enum ThresholdMetric: Hashable, Sendable {
    package enum Quantile: String, Hashable, Sendable, CaseIterable {
        case p50, p95, p99, max
    }

    package enum State: String, Hashable, Sendable, CaseIterable {
        case active, idle
        case idleInTransaction = "idle_in_transaction"
    }

    package enum Unit: String, Hashable, Sendable, Codable, CaseIterable {
        case milliseconds = "ms"
        /// 0 to 1.
        case share
        case perSecond = "per_second"
        case count
    }

    /// From the intended start, and from the send.
    case latency(Quantile)
    case service(Quantile)
    /// Requests that ended otherwise than expected, of those that ended.
    case errorsRate
    /// Requests that ended, per second of load.
    case requestsRate
    /// Arrivals that were not sent because `max_in_flight` was reached.
    case dropped
    /// The most sessions of ours in any sample of the run; with a state, of those in it.
    case sessionsMax(State?)
    /// The most sessions at the end of any settle.
    case sessionsFloor

    package static let all: [ThresholdMetric] =
        Quantile.allCases.map(latency) + Quantile.allCases.map(service) + [.errorsRate, .requestsRate, .dropped, .sessionsMax(nil)]
        + State.allCases.map(sessionsMax) + [.sessionsFloor]

    package var name: String {
        switch self {
        case .latency(let quantile): "latency.\(quantile.rawValue)"
        case .service(let quantile): "service.\(quantile.rawValue)"
        case .errorsRate: "errors.rate"
        case .requestsRate: "requests.rate"
        case .dropped: "dropped"
        case .sessionsMax(nil): "sessions.max"
        case .sessionsMax(let state?): "sessions.\(state.rawValue).max"
        case .sessionsFloor: "sessions.floor"
        }
    }

    package var unit: Unit {
        switch self {
        case .latency, .service: .milliseconds
        case .errorsRate: .share
        case .requestsRate: .perSecond
        case .dropped, .sessionsMax, .sessionsFloor: .count
        }
    }

    /// Whether it is a figure of the load, and so can be that of one request.
    package var isOfLoad: Bool {
        switch self {
        case .latency, .service, .errorsRate, .requestsRate, .dropped: true
        case .sessionsMax, .sessionsFloor: false
        }
    }
}
