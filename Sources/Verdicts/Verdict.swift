package import Measurements
package import Scenarios

/// What a run came to: the content of `verdict.json`.
///
/// Numbers are rounded to what their counts support, so that a replay on another machine writes the same bytes.
package struct Verdict: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case leak, stuck, starved
        case overBudget = "over-budget"
        case inconclusive, bounded, clean
    }

    package enum Flag: String, Hashable, Sendable, Codable, CaseIterable {
        case exhausted, reaped, collected, churn, pooled, contaminated
        case limitedPrivileges = "limited-privileges"
        case longIdleNotTried = "long-idle-not-tried"
        case generatorLimited = "generator-limited"
        /// Ended before the judge had all the steps it asked for.
        case cutShort = "cut-short"
    }

    /// A rate with its 95% interval.
    package struct Rate: Hashable, Sendable, Codable {
        package var estimate: Double
        package var low: Double
        package var high: Double

        /// Sessions per 1,000 requests, to three decimals.
        package init(sessions: Int, requests: Int) {
            let interval = PoissonInterval(count: sessions)
            let scale = 1000 / Double(max(requests, 1))
            estimate = Self.rounded(Double(sessions) * scale)
            low = Self.rounded(interval.low * scale)
            high = Self.rounded(interval.high * scale)
        }

        static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
    }

    /// What the residue follows, and how much of it there is for each of these.
    package struct Law: Hashable, Sendable, Codable {
        package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
            case request, connection, concurrency, restart, second
            case hangUp = "hang_up"
            case idlePeriod = "idle_period"
        }

        package var kind: Kind
        /// Sessions per 1,000 requests, for the law of requests; else `nil`.
        package var per1000: Double?
        /// Sessions for each connection, idle period and so on.
        package var each: Double?
        package var low: Double
        package var high: Double

        init(requestRate rate: Rate) {
            kind = .request
            per1000 = rate.estimate
            low = rate.low
            high = rate.high
        }

        init(_ kind: Kind, sessions: Int, in count: Int) {
            let rate = Rate(sessions: sessions, requests: count)
            self.kind = kind
            each = Rate.rounded(rate.estimate / 1000)
            low = Rate.rounded(rate.low / 1000)
            high = Rate.rounded(rate.high / 1000)
        }

        /// Sessions per second, to six decimals: what a day fills may be little each second.
        init(sessions: Int, seconds: Double) {
            let interval = PoissonInterval(count: sessions)
            func perSecond(_ count: Double) -> Double { (count / max(seconds, 0.001) * 1e6).rounded() / 1e6 }
            kind = .second
            each = perSecond(Double(sessions))
            low = perSecond(interval.low)
            high = perSecond(interval.high)
        }

        enum CodingKeys: String, CodingKey {
            case kind, each, low, high
            case per1000 = "per_1000"
        }
    }

    /// A request with an outcome.
    package struct Class: Hashable, Sendable, Codable {
        package var request: String
        package var outcome: String
        /// Transfers in the whole run.
        package var transfers: Int
        /// Transfers sent one at a time, and the sessions that they left behind.
        package var unitTransfers: Int
        package var leaked: Int
        /// From the unit dose; `nil` when the class was not in one.
        package var leakPer1000: Rate?
        /// The rate per 1,000 transfers below which a leak of this class alone could have gone unseen (95%); `nil` where it was seen.
        package var detectionLimitPer1000: Double?

        enum CodingKeys: String, CodingKey {
            case request, outcome, transfers, leaked
            case unitTransfers = "unit_transfers"
            case leakPer1000 = "leak_per_1000"
            case detectionLimitPer1000 = "detection_limit_per_1000"
        }
    }

    /// Sessions whose last queries are alike.
    package struct Query: Hashable, Sendable, Codable {
        /// The last query of one of them, as it was.
        package var text: String
        /// What they have in common: the query without literals, comments and differences of white space.
        package var fingerprint: String
        package var sessions: Int
        /// What sqlcommenter's comments say, each with the value that most of them have.
        package var tags: [String: String]
        /// How many of them each owner holds.
        package var owners: [String: Int]
        /// How many of them have each `application_name`, as far as it is known.
        package var applications: [String: Int]

        enum CodingKeys: String, CodingKey {
            case text, fingerprint, sessions, tags, owners, applications
        }
    }

    package struct Owner: Hashable, Sendable, Codable {
        package var name: String
        package var leftBehind: Int
        package var held: Int
        /// Sessions that it may keep; `nil`: unknown.
        package var room: Int?
        /// `declared`, `threads` or `unknown`.
        package var roomFrom: String

        enum CodingKeys: String, CodingKey {
            case name, held, room
            case leftBehind = "left_behind"
            case roomFrom = "room_from"
        }
    }

    package struct StepSummary: Hashable, Sendable, Codable {
        package var id: Int
        package var kind: Step.Kind
        package var requests: Int
        package var leftBehind: Int
        package var floor: Int?
        package var voidReason: String?

        enum CodingKeys: String, CodingKey {
            case id, kind, requests, floor
            case leftBehind = "left_behind"
            case voidReason = "void_reason"
        }
    }

    /// Whether the load threads kept up, in the waves.
    package struct Generator: Hashable, Sendable, Codable {
        /// Of load, all load threads together; and of these, in seconds above the limits.
        package var loadSeconds: Double
        package var limitedSeconds: Double
        /// Of one core, the busiest thread in its busiest second.
        package var cpuShareMax: Double
        /// Milliseconds, the worst second's 99th percentile of how late starts were; `nil` in a closed load.
        package var lateP99Max: Double?

        enum CodingKeys: String, CodingKey {
            case loadSeconds = "load_s"
            case limitedSeconds = "limited_s"
            case cpuShareMax = "cpu_share_max"
            case lateP99Max = "late_p99_max_ms"
        }
    }

    /// A threshold of the scenario and what became of it.
    package struct Threshold: Hashable, Sendable, Codable {
        /// As in the scenario.
        package var text: String
        /// `nil`: nothing was seen that would tell, or what was seen does not.
        package var held: Bool?
        /// Why what was seen does not tell; `nil` where it does, or nothing was seen.
        package var untold: String?
        /// The figure that decided, in `unit`; `nil` where none did.
        package var seen: Double?
        package var limit: Double
        package var unit: ThresholdMetric.Unit
    }

    /// The version of this format, and of the rules of judgement.
    package static let currentSchema = 1
    package static let currentRules = 6

    package var schema = Verdict.currentSchema
    package var rules = Verdict.currentRules
    package var verdict: Kind
    /// One or two sentences: what was found and what to do.
    package var reason: String
    package var exitCode: Int32
    package var flags: [Flag]
    package var law: Law?
    /// Gross: what requests leave behind, whatever takes it away later.
    package var leakPer1000Requests: Rate?
    /// Net: what was still there at the end.
    package var keptPer1000Requests: Double?
    package var requests: Int
    package var unexpected: Int
    package var leftBehind: Int
    package var sessionsBefore: Int?
    package var sessionsPeak: Int?
    package var sessionsAfter: Int?
    package var limit: Int
    package var budget: Int
    /// Sessions per 1,000 requests below which a leak could have gone unseen (95%).
    package var detectionLimitPer1000: Double?
    /// Until the headroom is gone at the pace of the waves; `nil`: never, or unknown.
    package var timeToExhaustionSeconds: Double?
    /// Requests that ended per second of load in the waves.
    package var requestsPerSecond: Double?
    package var classes: [Class]
    package var queries: [Query]
    package var owners: [Owner]
    package var steps: [StepSummary]
    package var thresholds: [Threshold]
    /// `nil` without load in waves, and for runs recorded before Seep watched itself.
    package var generator: Generator?
    /// The 95% interval of ``timeToExhaustionSeconds``; the upper end is `nil` where it may be never.
    package var timeToExhaustionLowSeconds: Double?
    package var timeToExhaustionHighSeconds: Double?
    /// Classes that the moments of the births speak against; beside unit doses, and no proof.
    package var suspects: [Suspect] = []
    /// How what was left goes again; `nil` where nothing was.
    package var recovery: Recovery?
    /// What the scenario expects of the application, and whether it will bear it; `nil`: it does not say.
    package var expected: Expected?
    /// What else grows from wave to wave, whatever the verdict of the sessions; `nil`: nothing is shown to.
    package var growth: [Growth]?

    enum CodingKeys: String, CodingKey {
        case schema, rules, verdict, reason, flags, law, requests, unexpected, limit, budget, classes, queries, owners, steps, thresholds
        case generator
        case growth
        case exitCode = "exit_code"
        case leakPer1000Requests = "leak_per_1000_requests"
        case keptPer1000Requests = "kept_per_1000_requests"
        case leftBehind = "left_behind"
        case sessionsBefore = "sessions_before"
        case sessionsPeak = "sessions_peak"
        case sessionsAfter = "sessions_after"
        case detectionLimitPer1000 = "detection_limit"
        case timeToExhaustionSeconds = "time_to_exhaustion_s"
        case timeToExhaustionLowSeconds = "time_to_exhaustion_low_s"
        case timeToExhaustionHighSeconds = "time_to_exhaustion_high_s"
        case suspects, recovery, expected
        case requestsPerSecond = "requests_per_second"
    }
}
