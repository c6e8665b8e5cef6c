import Glibc
import LinuxIO
import Measurements
import Sampling
import Verdicts

/// One watch: cuts what the sampler sees into loads and silences, writes these down as steps, and feeds them to the judge.
///
/// A step of kind `watch` ends with the first silence of ``WatchOptions/gap``, which is its settle, or with the settle after the command.
/// One that goes on without a silence is cut each five minutes, so that nothing grows with the length of the watch; such a cut has no
/// settle and is judged with those behind it. A silence that goes on is a step of kind `gap` each minute.
final class Watching {
    private let options: WatchOptions
    private let interruption: Interruption
    private let observer: any RunObserver
    private let directory: RunDirectory
    private let sampler: Sampler
    private let watch: ProcessWatch
    private var judge: Judge
    private var info: RunInfo
    private var held = HeldRows()
    private var headroom = HeadroomAlert()

    private var step = 0
    private var stepStart = RunTime.zero
    private var kind = Step.Kind.watch
    private var peakActive = 0
    /// PostgreSQL's count of sessions when the step began.
    private var openedBefore: Int?

    private static let cell = "watch"
    private static let longest = Duration.seconds(300)
    private static let longestSilence = Duration.seconds(60)
    private static let baseline = Duration.seconds(2)
    private static let patience = Duration.milliseconds(100)

    init(
        options: WatchOptions, interruption: Interruption, observer: any RunObserver, directory: RunDirectory, sampler: Sampler,
        watch: ProcessWatch, info: RunInfo
    ) {
        self.options = options
        self.interruption = interruption
        self.observer = observer
        self.directory = directory
        self.sampler = sampler
        self.watch = watch
        self.info = info
        judge = Judge(facts: info.facts)
    }

    // MARK: The watch

    func run() async throws(RunFailure) -> (Verdict, RunInfo) {
        observer.began(cell: Self.cell, facts: info.facts)
        do {
            if options.command.isEmpty { await watchAlone() } else { try await watchCommand() }
        } catch {
            finish()
            throw error
        }
        finish()
        if let failure = directory.failure {
            throw RunFailure(.unusable, "The files of the watch could not be written (\(failure)); what was written can be judged.")
        }
        let verdict = judge.verdictNow()
        info.totals = RunInfo.Totals(seepCpuSeconds: HostFacts.cpuSeconds(), samplerCpuSeconds: sampler.cost.cpu.seconds)
        info.clocks.append(RunInfo.ClockPair(monotonic: MonotonicInstant.now.nanoseconds, wall: WallClock.nowNanoseconds))
        try RunFiles.write(info, to: directory.path)
        try RunFiles.write(verdict, to: directory.path)
        return (verdict, info)
    }

    private func finish() {
        interruption.onFirst(nil)
        sampler.stop()
        watch.stop()
        directory.flush()
    }

    private func watchAlone() async {
        let deadline = options.limit.map { MonotonicInstant.now + $0 }
        await begin(why: "a load that runs elsewhere")
        while !interruption.isRequested, deadline.map({ .now < $0 }) ?? true, directory.failure == nil { await look() }
        await endAsItIs(interruption.isRequested ? "the watch was ended" : "the time of the watch was over")
    }

    private func watchCommand() async throws(RunFailure) {
        await begin(.baseline, why: "before the command")
        let ready = MonotonicInstant.now + Self.baseline
        while .now < ready, !interruption.isRequested { await pause() }
        await close(loadEnd: stepStart, why: "before the command")
        for round in 1...max(1, options.repeats) where !interruption.isRequested && directory.failure == nil {
            let times = options.repeats > 1 ? ", \(round) of \(options.repeats)" : ""
            await begin(why: "\(options.program)\(times)")
            let command: ForeignCommand
            do {
                command = try ForeignCommand(options.command)
            } catch {
                throw RunFailure(.unusable, "The command could not be started: \(error)")
            }
            interruption.onFirst { command.send(SIGINT) }
            interruption.beforeEnd { command.endNow() }
            var end = command.poll()
            while end == nil {
                await look()
                end = command.poll()
            }
            interruption.onFirst(nil)
            let how = end.map { "\(options.program) \($0)" } ?? ""
            observer.note(cell: Self.cell, how)
            await settle(how)
        }
    }

    // MARK: Steps

    private func begin(_ kind: Step.Kind = .watch, why: String) async {
        self.kind = kind
        peakActive = 0
        await sampler.beginStep(step, isGuarded: false)
        stepStart = directory.clock.now
        openedBefore = sampler.latest?.row.openedTotal
        let planned = Step(id: step, kind: kind, dose: .silence(.zero), why: why)
        observer.stepBegan(cell: Self.cell, step: planned, expectedSteps: step + 1, remaining: .zero)
    }

    /// Takes in the last sample, and closes the step where it ended in a silence, or has lasted long enough.
    private func look() async {
        await pause()
        guard let latest = sampler.latest, let activity = latest.lastActivity else { return }
        let now = directory.clock.now
        if activity <= stepStart {
            guard now - stepStart >= Self.longestSilence else { return }
            kind = .gap
            await next(loadEnd: stepStart, why: "nobody did anything", "a silence")
        } else if latest.time - activity >= options.gap, now - latest.time < .seconds(1) {
            observer.settling(cell: Self.cell)
            await next(loadEnd: activity, why: "a silence of \(options.gap.seconds) s ended the load", "a load")
        } else if now - stepStart >= Self.longest {
            await next(loadEnd: nil, why: "no silence in \(Self.longest.seconds) s; the load goes on", "the load goes on")
        }
    }

    private func next(loadEnd: RunTime?, why: String, _ following: String) async {
        await close(loadEnd: loadEnd, why: why)
        await begin(why: "after \(following)")
    }

    /// The silence after the command; what came before it is a load even where the command touched nothing.
    private func settle(_ how: String) async {
        let ended = directory.clock.now
        observer.settling(cell: Self.cell)
        await sampler.markLoadEnd()
        let over = MonotonicInstant.now + options.settle
        while .now < over { await pause() }
        // Sessions that live for less than a sample are in PostgreSQL's counter only.
        let sawNobody = (sampler.latest?.lastActivity).map { $0 <= stepStart } ?? false
        if sawNobody, sampler.latest?.row.openedTotal == openedBefore { kind = .gap }
        await close(loadEnd: kind == .gap ? stepStart : ended, why: how)
    }

    /// The end of a watch without a command: a silence at its end is a settle when it is long enough.
    private func endAsItIs(_ why: String) async {
        let activity = sampler.latest?.lastActivity ?? .zero
        if activity <= stepStart {
            kind = .gap
            await close(loadEnd: stepStart, why: why)
        } else {
            await close(loadEnd: nil, why: why)
        }
    }

    /// - Parameter loadEnd: `nil`: the load goes on, and there is no settle.
    private func close(loadEnd: RunTime?, why: String) async {
        // Here a pooler is looked for; a silence at the end does not hide it.
        await sampler.markLoadEnd()
        if loadEnd != nil { await sampler.settleFloor() }
        let end = directory.clock.now
        // What is sampled from here on belongs to the next step.
        await sampler.beginStep(step + 1, isGuarded: false)
        let row = StepRow(
            step: step, kind: kind, planned: kind == .watch ? nil : 0, given: 0, concurrency: 0, connections: .reused, start: stepStart,
            loadEnd: loadEnd ?? end, end: end, peakInFlight: peakActive,
            why: why)
        directory.flush()
        held.take(from: directory)
        held.feed(upTo: step, to: &judge)
        let wave = judge.consume(row)
        directory.waves.append(wave)
        directory.steps.append(row)
        directory.waves.flush()
        directory.steps.flush()
        observer.stepEnded(cell: Self.cell, row: row, wave: wave)
        step += 1
    }

    private func pause() async {
        try? await Task.sleep(for: Self.patience)
        guard let latest = sampler.latest else { return }
        peakActive = max(peakActive, latest.row.active ?? 0)
        if let text = headroom.consume(latest.row, budget: info.facts.budget) { observer.note(cell: Self.cell, text) }
        observer.tick(cell: Self.cell, now: directory.clock.now, load: LiveLoad(), sessions: latest)
    }
}

/// Says once when little is left, and again when it became less, or when it had become more in between.
struct HeadroomAlert {
    /// Parts of the limit, in hundredths; the last is the guard rail's.
    private static let levels = [20, 10, 5]
    private var told = 0

    /// A line for a person, when there is something to say.
    mutating func consume(_ row: ConnectionRow, budget: Int) -> String? {
        guard let headroom = row.headroom, let limit = row.limit, limit > 0 else { return nil }
        let reached = Self.levels.count { headroom * 100 <= limit * $0 }
        if headroom * 100 > limit * 25 { told = 0 }
        guard reached > told else { return nil }
        told = reached
        let ours = row.total.map { "; \($0) are the application's, whose budget is \(budget)" } ?? ""
        return "ALERT: \(headroom) of \(limit) sessions are left\(ours)"
    }
}
