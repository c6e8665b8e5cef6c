import Curl
import LinuxIO
import Load
import Measurements
import Postgres
import Sampling
import Scenarios
import Servers
import Synchronization

extension Measurement {
    /// What a measurement is made of, beside the scenario.
    struct Surroundings {
        var directory: String
        /// The target with its placeholders filled in.
        var targetBase: String
        /// `http.socket` with its placeholders filled in; `nil`: none.
        var socket: String?
        var samplerURL: String
        /// Of PgBouncer's console.
        var pgbouncerURL: String?
        var throwaway: Bool
        var server: ServerUnderTest?
        var faults: Faults
    }

    /// Reads the database, opens the sampler's sessions, writes `run.json`, and starts sampler and load engine.
    ///
    /// - Throws: what the database or the target refused, with what to do.
    static func begin(cell: Cell, in place: Surroundings) async throws(RunFailure) -> Measurement {
        let scenario = cell.scenario
        guard let settings = scenario.database else { throw RunFailure(.usage, "The scenario names no database.") }
        let base = place.targetBase.hasSuffix("/") ? String(place.targetBase.dropLast()) : place.targetBase
        let target: HTTPURL
        do {
            target = try HTTPURL(base)
        } catch {
            throw RunFailure(.usage, "The target \(base) cannot be loaded: \(error)")
        }
        let application =
            place.throwaway
            ? Preflight.Application(role: ThrowawayPostgres.applicationRole, database: ThrowawayPostgres.database)
            : Preflight.Application(role: settings.sessions?.role, database: settings.sessions?.database)
        do {
            let preflight = try Preflight.read(databaseURL: place.samplerURL, application: application)
            let facts = preflight.facts
            let pgbouncer = try place.pgbouncerURL.map { url throws(SamplingError) in try PgBouncerWatch(url: url, every: settings.every) }
            let clock = RunClock()
            let directory = try RunDirectory(creatingFilesIn: place.directory, clock: clock)
            let watch = try ProcessWatch(directory: directory, databasePort: facts.port, poolerPort: pgbouncer?.port)
            if let process = place.server?.process {
                watch.follow(.server(process.identity.pid))
            } else if HostReach(host: target.host) == .loopback {
                watch.follow(.listener(port: target.port))
            }
            let seed = cell.options.seed
            let deal = Deal(weights: scenario.requests.map(\.weight), seed: seed)
            let mayFollow: @Sendable (String) -> Bool = { host in
                scenario.authorized || !HostReach(host: host).needsAuthorization
            }
            let waves = Counter()
            var loading = LoadSettings(
                scenario: scenario, targetBase: base, directory: directory,
                dealer: { deal.sequence(dose: $0, wave: waves.next()) }, mayFollow: mayFollow)
            let phases = Counter()
            loading.pacing = { phase in
                var seeds = SplitMix64(seed: seed ^ UInt64(phases.next()))
                return Schedule.standard(phase, seed: seeds.next())
            }
            loading.threads = cell.options.threads
            loading.socket = place.socket
            loading.userAgent = "seep/\(cell.options.version)"
            loading.seed = seed
            let engine = try LoadEngine(loading)
            var info = RunInfo(
                name: scenario.name, cell: cell.name, started: cell.folder.started, seed: seed, versions: versions(cell, facts),
                host: HostFacts.read(),
                facts: runFacts(cell: cell, database: facts, pgbouncer: pgbouncer?.facts, settings: settings, place: place),
                database: facts,
                scenario: scenario.withoutSecrets, transports: engine.transports,
                clocks: [RunInfo.ClockPair(monotonic: clock.origin.nanoseconds, wall: clock.wallOriginNanoseconds)])
            info.configuration = cell.planned.configuration
            try RunFiles.write(info, to: place.directory)
            let sampler = try Sampler(
                preflight: preflight, settings: settings, directory: directory, processes: watch, pgbouncer: pgbouncer,
                guardSignal: engine.guardSignal)
            return Measurement(
                cell: cell, directory: directory, engine: engine, sampler: sampler, watch: watch, server: place.server,
                faults: place.faults,
                info: info)
        } catch let failure as RunFailure {
            throw failure
        } catch let error as SamplingError {
            throw RunFailure(.unusable, error.description)
        } catch let error as LoadError {
            throw RunFailure(.unusable, error.description)
        } catch {
            throw RunFailure(.fault, "\(error)")
        }
    }

    private static func versions(_ cell: Cell, _ facts: DatabaseFacts) -> [String: String] {
        [
            "seep": cell.options.version, "libcurl": CurlLibrary.version, "libpq": libpqVersion,
            "postgresql": facts.serverVersionText,
        ]
    }

    /// 150018 is 15.18.
    static var libpqVersion: String {
        let number = PostgresConnection.libraryVersion
        return "\(number / 10_000).\(number % 10_000)"
    }

    /// What the judge has to know, from the scenario and from what the database said.
    private static func runFacts(
        cell: Cell, database facts: DatabaseFacts, pgbouncer: PgBouncerFacts?, settings: DatabaseSettings, place: Surroundings
    ) -> RunFacts {
        let scenario = cell.scenario
        let headroom =
            pgbouncer.map { $0.tightest(clients: $0.clientsAtStart, postgres: facts.headroomAtStart) } ?? facts.headroomAtStart
        let load = LoadShape(scenario.load)
        var all = RunFacts(
            requests: scenario.requests.map(RunFacts.Request.init), concurrency: load.concurrency,
            requestsPerWave: load.requests, waves: scenario.waves.count, soakSeconds: scenario.waves.soak?.seconds,
            settleSeconds: scenario.waves.settle.seconds,
            baselineSeconds: scenario.tests.baseline?.seconds, warmUpSeconds: scenario.tests.warmUp?.seconds,
            unitDose: scenario.tests.unitDose, longIdleSeconds: scenario.tests.longIdle?.seconds, quick: cell.options.quick,
            sampleEverySeconds: settings.every.seconds, limit: headroom.limit, headroom: headroom.sessions,
            budget: settings.budget.sessions(of: headroom.limit),
            declaredRoomPerWorker: cell.server?.pool ?? cell.server?.threads, declaredWorkers: cell.server?.workers,
            managed: place.server != nil, throwaway: place.throwaway, seesSessions: facts.seesStates && facts.tracksActivities,
            grant: facts.grantNeeded ?? (facts.tracksActivities ? "" : "ALTER SYSTEM SET track_activities = on"),
            reapers: facts.reapers.map { "\($0.setting)=\($0.milliseconds)ms (\($0.setBy))" } + (pgbouncer?.timers ?? []),
            pooler: facts.poolerSuspected ?? "", pgbouncer: pgbouncer,
            sessionsAtStart: 0, expected: cell.server?.expect, thresholds: scenario.thresholds,
            isolate: cell.options.isolate ? true : nil, expectedUse: scenario.expected)
        if cell.server?.pool != nil { all.roomIsPool = true }
        return all
    }
}

/// Numbers the doses of a run, so that each is shuffled on its own, and the schedules, so that each is drawn on its own.
private final class Counter: Sendable {
    private let value = Atomic(-1)

    func next() -> Int { value.add(1, ordering: .relaxed).newValue }
}

/// What the phases of a wave come to.
struct LoadShape {
    /// The largest concurrency, or `max_in_flight`.
    var concurrency = 1
    /// Requests of one wave; `nil` where a duration decides.
    var requests: Int? = 0
    /// How long the phases last that end by time.
    var duration = Duration.zero

    init(_ phases: [LoadPhase]) {
        for phase in phases {
            switch phase {
            case .closed(let from, let to, .requests(let count)):
                concurrency = max(concurrency, from, to ?? from)
                requests = requests.map { $0 + count }
            case .closed(let from, let to, .duration(let length)):
                concurrency = max(concurrency, from, to ?? from)
                requests = nil
                duration += length
            case .open(_, _, let length, _, let maxInFlight):
                concurrency = max(concurrency, maxInFlight)
                requests = requests.map { $0 + (phase.pacer?.total(in: length) ?? 0) }
                duration += length
            }
        }
    }
}
