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

    /// What the whole run came to; percentiles are of all transfers of its waves.
    package struct Totals: Hashable, Sendable, Codable {
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

    package static let currentSchema = 1

    package var schema = RunInfo.currentSchema
    package var name: String
    package var cell: String
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
