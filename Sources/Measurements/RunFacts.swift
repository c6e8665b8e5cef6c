package import Scenarios

/// What a judge has to know of a run beside its rows: part of `run.json`, complete before the first step.
package struct RunFacts: Hashable, Sendable, Codable {
    /// One entry under `requests:`.
    package struct Request: Hashable, Sendable, Codable {
        package var name: String
        package var weight: Int
        /// The most exchanges that one start of it can be, redirects included; `nil`: 1, as an earlier Seep had it.
        package var transfers: Int?
        /// Of a flow, the names of its requests in their order; `nil` of a single request.
        package var parts: [String]?

        package init(name: String, weight: Int, transfers: Int? = nil, parts: [String]? = nil) {
            self.name = name
            self.weight = weight
            self.transfers = transfers
            self.parts = parts
        }

        package init(_ spec: RequestSpec) {
            let specs = spec.flow.map { flow in
                (flow.before + flow.steps).compactMap { if case .request(let spec) = $0 { spec } else { nil } }
            }
            self.init(
                name: spec.name, weight: spec.weight, transfers: (specs ?? [spec]).reduce(0) { $0 + 1 + $1.follow },
                parts: specs?.map(\.name))
        }
    }

    package var requests: [Request]
    /// The largest concurrency (or `max_in_flight`) of the load.
    package var concurrency: Int
    /// Requests in one wave; `nil` where a duration decides.
    package var requestsPerWave: Int?
    package var waves: Int
    /// As many waves as fit into so long; `nil`: `waves` alone decides.
    package var soakSeconds: Double?
    package var settleSeconds: Double
    /// `nil`: switched off.
    package var baselineSeconds: Double?
    package var warmUpSeconds: Double?
    package var unitDose: Int?
    package var longIdleSeconds: Double?
    package var quick: Bool
    package var sampleEverySeconds: Double
    /// Sessions that the application's role can have, in the scope that leaves the least; and what was left of it at the start.
    package var limit: Int
    package var headroom: Int
    /// In sessions.
    package var budget: Int
    /// Sessions that one worker may keep, as the scenario declares (threads, or a pool); `nil`: undeclared.
    package var declaredRoomPerWorker: Int?
    package var declaredWorkers: Int?
    /// Whether Seep started the server under test and may restart it.
    package var managed: Bool
    /// The database is a throwaway: nobody else is there.
    package var throwaway: Bool
    /// Start, state and address of the application's sessions can be seen.
    package var seesSessions: Bool
    /// A statement that would give the missing privileges; empty when nothing is missing.
    package var grant: String
    /// Settings of PostgreSQL that end sessions, `name=value`.
    package var reapers: [String]
    /// What makes us think that a pooler stands between Seep and PostgreSQL; empty: nothing.
    package var pooler: String
    /// PgBouncer's console, where the scenario names it: the judge then counts its clients, and none of the sessions that it holds.
    package var pgbouncer: PgBouncerFacts?
    /// Sessions of ours before any load.
    package var sessionsAtStart: Int
    /// The verdict that is wanted; `nil`: clean or bounded.
    package var expected: String?
    package var thresholds: [Threshold]
    /// What is declared is the size of a pool, whatever the number of databases; `nil`: of threads, or nothing.
    package var roomIsPool: Bool?
    /// Each class alone, by halving where there are many; `nil`: not asked for.
    package var isolate: Bool?
    /// What the application has to bear; `nil`: the scenario does not say it.
    package var expectedUse: ExpectedUse?
    /// Present where the load is not ours and is only watched.
    package var watch: Watch?

    /// How somebody else's load is watched.
    package struct Watch: Hashable, Sendable, Codable {
        /// The silence that makes a gap.
        package var gapSeconds: Double
        /// The command that makes the load, as it was given; empty: it runs elsewhere.
        package var command: String

        package init(gapSeconds: Double, command: String) {
            self.gapSeconds = gapSeconds
            self.command = command
        }
    }

    package init(
        requests: [Request], concurrency: Int = 8, requestsPerWave: Int? = 101, waves: Int = 5, soakSeconds: Double? = nil,
        settleSeconds: Double = 5,
        baselineSeconds: Double? = 5, warmUpSeconds: Double? = 20, unitDose: Int? = 20, longIdleSeconds: Double? = 45, quick: Bool = false,
        sampleEverySeconds: Double = 0.1, limit: Int, headroom: Int, budget: Int, declaredRoomPerWorker: Int? = nil,
        declaredWorkers: Int? = nil, managed: Bool = false, throwaway: Bool = false, seesSessions: Bool = true, grant: String = "",
        reapers: [String] = [], pooler: String = "", pgbouncer: PgBouncerFacts? = nil, sessionsAtStart: Int = 0, expected: String? = nil,
        thresholds: [Threshold] = [], isolate: Bool? = nil, expectedUse: ExpectedUse? = nil, watch: Watch? = nil
    ) {
        self.requests = requests
        self.concurrency = concurrency
        self.requestsPerWave = requestsPerWave
        self.waves = waves
        self.soakSeconds = soakSeconds
        self.settleSeconds = settleSeconds
        self.baselineSeconds = baselineSeconds
        self.warmUpSeconds = warmUpSeconds
        self.unitDose = unitDose
        self.longIdleSeconds = longIdleSeconds
        self.quick = quick
        self.sampleEverySeconds = sampleEverySeconds
        self.limit = limit
        self.headroom = headroom
        self.budget = budget
        self.declaredRoomPerWorker = declaredRoomPerWorker
        self.declaredWorkers = declaredWorkers
        self.managed = managed
        self.throwaway = throwaway
        self.seesSessions = seesSessions
        self.grant = grant
        self.reapers = reapers
        self.pooler = pooler
        self.pgbouncer = pgbouncer
        self.sessionsAtStart = sessionsAtStart
        self.expected = expected
        self.thresholds = thresholds
        self.isolate = isolate
        self.expectedUse = expectedUse
        self.watch = watch
    }

    /// The most exchanges that one start of any request can be.
    package var mostTransfers: Int { requests.map { $0.transfers ?? 1 }.max() ?? 1 }

    /// Load stops when headroom falls below this: Seep never takes the last slots.
    package var guardRail: Int { Headroom(scope: .server, limit: limit, used: 0).guardThreshold }
}
