package import Scenarios

/// Everything about a run that is no row: the content of `run.json`.
///
/// Written before the first step, so that a run that is killed can be judged, and again at the end with what is known only then.
package struct RunInfo: Sendable, Codable {
    /// One moment on both clocks, nanoseconds.
    package struct ClockPair: Hashable, Sendable, Codable {
        package var monotonic: Int64
        package var wall: Int64

        package init(monotonic: Int64, wall: Int64) {
            self.monotonic = monotonic
            self.wall = wall
        }
    }

    package struct Host: Hashable, Sendable, Codable {
        package var kernel: String
        package var cores: Int
        package var memoryBytes: Int

        package init(kernel: String, cores: Int, memoryBytes: Int) {
            self.kernel = kernel
            self.cores = cores
            self.memoryBytes = memoryBytes
        }
    }

    /// What the open phases of the waves came to.
    package struct Arrivals: Hashable, Sendable, Codable {
        package var due = 0
        package var started = 0
        /// Not sent, since `max_in_flight` was reached.
        package var dropped = 0
        /// In which they were due; and from the first start to the last where that is longer.
        package var plannedSeconds = 0.0
        package var actualSeconds = 0.0

        package init() {}

        package var plannedPerSecond: Double { plannedSeconds > 0 ? Double(due) / plannedSeconds : 0 }

        package var startedPerSecond: Double { actualSeconds > 0 ? Double(started) / actualSeconds : 0 }
    }

    /// What the whole run came to; percentiles are of all transfers of its waves.
    package struct Totals: Hashable, Sendable, Codable {
        /// What became of the client connections.
        package struct Connections: Hashable, Sendable, Codable {
            /// How long something took, milliseconds.
            package struct Times: Hashable, Sendable, Codable {
                package var p50: Double
                package var p99: Double
                package var max: Double

                package init(p50: Double, p99: Double, max: Double) {
                    self.p50 = p50
                    self.p99 = p99
                    self.max = max
                }
            }

            /// Transfers over a connection that had served before.
            package var reused = 0
            package var refused = 0
            /// Reset by the peer or the network, in a response or between two.
            package var reset = 0
            /// Ended by the peer while no response was waited for.
            package var closedIdle = 0
            /// Closed by us because they had served as many requests as they may.
            package var usedUp = 0
            /// Responses of HTTP/1 though HTTP/2 was asked for.
            package var olderThanAsked = 0
            /// Until a connection stood, names and proxy included; `nil`: none was opened.
            package var connect: Times?
            /// From then until TLS stood; `nil`: there was none.
            package var tls: Times?

            package init() {}
        }

        /// Why the requests of one class failed.
        package struct Failure: Hashable, Sendable, Codable {
            package var request: String
            package var outcome: Outcome
            /// What the first of them met.
            package var reason: String
            package var count: Int

            package init(request: String, outcome: Outcome, reason: String, count: Int) {
                self.request = request
                self.outcome = outcome
                self.reason = reason
                self.count = count
            }
        }

        package var transfers: Int
        package var unexpected: Int
        package var dropped: Int
        package var retried: Int
        package var opened: Int
        /// Milliseconds.
        package var latencyP50: Double
        package var latencyP95: Double
        package var latencyP99: Double
        package var latencyMax: Double
        package var serviceP99: Double
        /// Processor seconds of Seep itself, and of the sampler's thread.
        package var seepCpuSeconds: Double
        package var samplerCpuSeconds: Double
        /// Transfers counted as the request `other`, beyond 256 classes.
        package var other: Int?
        /// `nil` without open phases.
        package var arrivals: Arrivals?
        /// Milliseconds from the intended moment to the start; `nil` without a schedule.
        package var lateP99: Double?
        package var lateMax: Double?
        /// Connections that this machine refused us, for want of a port, a descriptor or memory: above 0 the load is not what was
        /// asked for. `nil`, as what follows, in runs of an earlier Seep.
        package var localFailures: Int?
        package var connections: Connections?
        /// Of each class that failed, in the order in which they first did; at most 256.
        package var failures: [Failure]?
        /// Why transfers were unexpected, the most frequent first; `nil`: recorded by an earlier Seep, or there was no load.
        package var failedChecks: [FailedCheck]?

        package init(
            transfers: Int = 0, unexpected: Int = 0, dropped: Int = 0, retried: Int = 0, opened: Int = 0, latencyP50: Double = 0,
            latencyP95: Double = 0, latencyP99: Double = 0, latencyMax: Double = 0, serviceP99: Double = 0, seepCpuSeconds: Double = 0,
            samplerCpuSeconds: Double = 0
        ) {
            self.transfers = transfers
            self.unexpected = unexpected
            self.dropped = dropped
            self.retried = retried
            self.opened = opened
            self.latencyP50 = latencyP50
            self.latencyP95 = latencyP95
            self.latencyP99 = latencyP99
            self.latencyMax = latencyMax
            self.serviceP99 = serviceP99
            self.seepCpuSeconds = seepCpuSeconds
            self.samplerCpuSeconds = samplerCpuSeconds
        }
    }

    /// What the cell is a run of.
    package struct Configuration: Hashable, Sendable, Codable {
        /// The cell's name without its repeat.
        package var name: String
        /// `nil`: the target ran already.
        package var server: String?
        /// Values of the matrix.
        package var values: [Matrix.Value]
        /// From 1.
        package var repetition: Int

        package init(name: String, server: String?, values: [Matrix.Value], repetition: Int) {
            self.name = name
            self.server = server
            self.values = values
            self.repetition = repetition
        }
    }

    package static let currentSchema = 1

    package var schema = RunInfo.currentSchema
    package var name: String
    package var cell: String
    /// `nil` in runs recorded by an earlier Seep.
    package var configuration: Configuration?
    /// UTC, ISO 8601.
    package var started: String
    package var seed: UInt64
    /// Seep, libcurl, libpq, PostgreSQL.
    package var versions: [String: String]
    package var host: Host
    package var facts: RunFacts
    package var database: DatabaseFacts?
    /// With its secrets struck out.
    package var scenario: Scenario
    /// How requests travelled, and why.
    package var transports: [String: String]
    package var clocks: [ClockPair]
    /// `nil` until the run has ended.
    package var totals: Totals?

    package init(
        name: String, cell: String, started: String, seed: UInt64, versions: [String: String], host: Host, facts: RunFacts,
        database: DatabaseFacts?, scenario: Scenario, transports: [String: String], clocks: [ClockPair]
    ) {
        self.name = name
        self.cell = cell
        self.started = started
        self.seed = seed
        self.versions = versions
        self.host = host
        self.facts = facts
        self.database = database
        self.scenario = scenario
        self.transports = transports
        self.clocks = clocks
    }
}
