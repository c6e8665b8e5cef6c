package import Measurements

/// What every report says of one cell: figures and words, worked out elsewhere.
///
/// All strings may come from outside (names in a scenario, queries, paths); each report escapes them for its own format.
package struct RunSummary: Sendable {
    /// A figure with its 95% interval.
    package struct Rate: Hashable, Sendable {
        package var estimate: Double
        package var low: Double
        package var high: Double

        package init(estimate: Double, low: Double, high: Double) {
            self.estimate = estimate
            self.low = low
            self.high = high
        }
    }

    /// A request with an outcome.
    package struct ClassLine: Hashable, Sendable {
        package var name: String
        package var transfers: Int
        /// Sessions left behind when it was sent alone.
        package var leaks: Int
        package var leakPer1000: Rate?
        /// Per 1,000; a thinner leak of this class could have gone unseen.
        package var detectionLimit: Double?

        package init(name: String, transfers: Int, leaks: Int, leakPer1000: Rate? = nil, detectionLimit: Double? = nil) {
            self.name = name
            self.transfers = transfers
            self.leaks = leaks
            self.leakPer1000 = leakPer1000
            self.detectionLimit = detectionLimit
        }
    }

    package struct QueryLine: Hashable, Sendable {
        /// Without literals and comments.
        package var text: String
        package var sessions: Int
        /// Where it comes from: `route=/page controller=index`, and who holds it; empty where nothing is known.
        package var origin: String

        package init(text: String, sessions: Int, origin: String = "") {
            self.text = text
            self.sessions = sessions
            self.origin = origin
        }
    }

    package struct OwnerLine: Hashable, Sendable {
        package var name: String
        package var leftBehind: Int
        /// Sessions that it may keep; `nil`: unknown.
        package var room: Int?

        package init(name: String, leftBehind: Int, room: Int?) {
            self.name = name
            self.leftBehind = leftBehind
            self.room = room
        }
    }

    package struct ThresholdLine: Hashable, Sendable {
        package var text: String
        /// `nil`: nothing was seen that would tell.
        package var held: Bool?
        /// What was seen, with its unit; empty where no figure decided.
        package var seen: String
        /// Why what was seen does not tell; empty where it does, or nothing was seen.
        package var untold: String

        package init(text: String, held: Bool?, seen: String = "", untold: String = "") {
            self.untold = untold
            self.text = text
            self.held = held
            self.seen = seen
        }
    }

    /// Why the requests of one class failed.
    package struct FailureLine: Hashable, Sendable {
        package var request: String
        package var outcome: String
        package var reason: String
        package var count: Int

        package init(request: String, outcome: String, reason: String, count: Int) {
            self.request = request
            self.outcome = outcome
            self.reason = reason
            self.count = count
        }
    }

    /// In the place of a verdict where a cell has none.
    package static let noVerdict = "no verdict"

    package var scenario: String
    /// The server with its matrix values and repeat; empty when there is only the target.
    package var cell: String
    /// One of the words of the design, such as `leak`.
    package var verdict: String
    /// One or two sentences that a developer can act on.
    package var reason: String
    package var exitCode: Int32
    /// The verdict that the scenario wants, when it says so.
    package var wanted: String?
    package var isAsWanted: Bool
    package var flags: [String] = []
    package var leakPer1000: Rate?
    package var keptPer1000: Double?
    package var requests = 0
    package var leftBehind = 0
    /// Sessions per 1,000 requests below which a leak could have gone unseen.
    package var detectionLimit: Double?
    package var timeToExhaustion: Duration?
    package var classes: [ClassLine] = []
    package var queries: [QueryLine] = []
    package var owners: [OwnerLine] = []
    package var thresholds: [ThresholdLine] = []
    package var failures: [FailureLine] = []
    /// Connections that this machine could not make for want of something of its own.
    package var localFailures = 0
    /// What became of the client connections; `nil`: unknown. With ``opened``.
    package var connections: RunInfo.Totals.Connections?
    package var opened = 0
    /// What grows beside sessions: `descriptors, +3 per request [2.9–3.1]`.
    package var growth: [String] = []
    package var steps: [StepRow] = []
    package var waves: [WaveRow] = []
    package var peakSessions: Int?
    package var baselineFloor: Int?
    package var finalFloor: Int?
    package var limit: Int?
    package var budget: Int?
    package var requestsPerSecond: Double?
    package var p50Milliseconds: Double?
    package var p99Milliseconds: Double?
    /// Requests that ended otherwise than expected.
    package var errors = 0
    /// In words, for how long Seep itself was at its limits, and how far; `nil` where it kept up.
    package var generatorLimit: String?
    /// In words, what became of the arrivals of an open load, and how late they were sent; `nil` without one.
    package var arrivals: String?
    package var lateness: String?
    /// Transfers counted together beyond 256 classes.
    package var inOther = 0
    /// The most frequent first.
    package var failedChecks: [FailedCheck] = []
    /// The folder of the cell's files.
    package var directory: String
    package var duration: Duration = .zero
    /// Such as `("PostgreSQL", "15.8")`.
    package var versions: [Version] = []

    package struct Version: Hashable, Sendable {
        package var name: String
        package var version: String

        package init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    package init(
        scenario: String, cell: String, verdict: String, reason: String, exitCode: Int32, wanted: String? = nil, isAsWanted: Bool,
        directory: String
    ) {
        self.scenario = scenario
        self.cell = cell
        self.verdict = verdict
        self.reason = reason
        self.exitCode = exitCode
        self.wanted = wanted
        self.isAsWanted = isAsWanted
        self.directory = directory
    }

    /// What to call the cell.
    package var title: String { cell.isEmpty ? scenario : cell }

    package var tone: Tone { Tone(verdict: verdict) }
}

/// How a verdict is coloured and marked; never by colour alone.
package enum Tone: Hashable, Sendable {
    case good
    case bad
    case unsure

    package init(verdict: String) {
        switch verdict {
        case "clean", "bounded": self = .good
        case "inconclusive": self = .unsure
        default: self = .bad
        }
    }

    package var mark: String {
        switch self {
        case .good: "✓"
        case .bad: "✗"
        case .unsure: "?"
        }
    }
}
