import LinuxIO
import Measurements
import Sampling
import Scenarios
import Verdicts

/// `seep watch`: the sampler and the judge beside a load that is not ours.
package struct WatchCommand: Sendable {
    private let options: WatchOptions
    private let interruption: Interruption

    package init(options: WatchOptions, interruption: Interruption) {
        self.options = options
        self.interruption = interruption
    }

    /// - Throws: what is wrong before anything is started.
    package func run(observer: any RunObserver) async throws(RunFailure) -> RunCommand.Outcome {
        if case .server(let pid) = options.source, Proc.stat(pid) == nil {
            throw RunFailure(.usage, "--server-pid \(pid): there is no such process on this machine.")
        }
        let folder = try ResultsFolder(results: options.run.results, scenario: options.scenario.name)
        folder.pointLatest()
        let directory = try folder.cell("watch")
        var result = CellResult(cell: "watch", status: .fault, directory: directory)
        do {
            let (verdict, info) = try await begin(directory, folder, observer).run()
            result.verdict = verdict
            result.info = info
            result.status = RunStatus(rawValue: verdict.exitCode) ?? .fault
            let report = try CellReport(directory: directory, info: info, verdict: verdict, failure: nil)
            result.report = report
            try report.write()
        } catch {
            result.failure = error.description
            result.status = error.status
        }
        observer.ended(cell: result)
        return RunCommand.Outcome(status: result.status, cells: [result], folder: folder.run)
    }

    private func begin(_ path: String, _ folder: ResultsFolder, _ observer: any RunObserver) async throws(RunFailure) -> Watching {
        guard let settings = options.scenario.database, case .url(let url) = settings.source else {
            throw RunFailure(.usage, "Name the database to watch: --database URL, or DATABASE_URL.")
        }
        do {
            let preflight = try Preflight.read(
                databaseURL: url, application: Preflight.Application(role: settings.sessions?.role, database: settings.sessions?.database))
            let database = preflight.facts
            let clock = RunClock()
            let directory = try RunDirectory(creatingFilesIn: path, clock: clock)
            let watch = try ProcessWatch(directory: directory, databasePort: database.port)
            if options.source != .none { watch.follow(options.source) }
            let info = RunInfo(
                name: options.scenario.name, cell: "watch", started: folder.started, seed: options.run.seed,
                versions: [
                    "seep": options.run.version, "libpq": Measurement.libpqVersion, "postgresql": database.serverVersionText,
                ],
                host: HostFacts.read(), facts: facts(database, settings), database: database, scenario: options.scenario.withoutSecrets,
                transports: [:], clocks: [RunInfo.ClockPair(monotonic: clock.origin.nanoseconds, wall: clock.wallOriginNanoseconds)])
            try RunFiles.write(info, to: path)
            // Nobody waits for the guard: the load is not ours to stop.
            let sampler = try Sampler(
                preflight: preflight, settings: settings, directory: directory, processes: watch, guardSignal: EventFD())
            return Watching(
                options: options, interruption: interruption, observer: observer, directory: directory, sampler: sampler, watch: watch,
                info: info)
        } catch let failure as RunFailure {
            throw failure
        } catch let error as SamplingError {
            throw RunFailure(.unusable, error.description)
        } catch {
            throw RunFailure(.fault, "\(error)")
        }
    }

    private func facts(_ database: DatabaseFacts, _ settings: DatabaseSettings) -> RunFacts {
        let headroom = database.headroomAtStart
        var facts = RunFacts(
            requests: [], concurrency: 1, requestsPerWave: nil, waves: options.repeats, settleSeconds: options.settle.seconds,
            baselineSeconds: nil, warmUpSeconds: nil, unitDose: nil, longIdleSeconds: nil, sampleEverySeconds: settings.every.seconds,
            limit: headroom.limit, headroom: headroom.sessions, budget: settings.budget.sessions(of: headroom.limit),
            declaredRoomPerWorker: options.room, declaredWorkers: options.room == nil ? nil : 1,
            seesSessions: database.seesStates && database.tracksActivities,
            grant: database.grantNeeded ?? (database.tracksActivities ? "" : "ALTER SYSTEM SET track_activities = on"),
            reapers: database.reapers.map { "\($0.setting)=\($0.milliseconds)ms (\($0.setBy))" }, pooler: database.poolerSuspected ?? "",
            watch: RunFacts.Watch(gapSeconds: options.gap.seconds, command: options.program))
        if options.room != nil { facts.roomIsPool = true }
        return facts
    }
}
