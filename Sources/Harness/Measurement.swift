import LinuxIO
import Load
import Measurements
import Reports
import Sampling
import Scenarios
import Servers
import Synchronization
import Verdicts

/// The steps of one cell: asked for by the judge, carried out here, written down, and fed back.
final class Measurement {
    let cell: Cell
    let directory: RunDirectory
    private let engine: LoadEngine
    private let sampler: Sampler
    private let watch: ProcessWatch
    private let server: ServerUnderTest?
    private let faults: Faults
    private var judge: Judge
    private var info: RunInfo
    private var held = HeldRows()
    private let watchedThresholds: ThresholdWatch?
    private var totals = RunInfo.Totals()
    /// What this machine lacked, each told once.
    private var toldShortages: Set<String> = []

    init(
        cell: Cell, directory: RunDirectory, engine: LoadEngine, sampler: Sampler, watch: ProcessWatch, server: ServerUnderTest?,
        faults: Faults, info: RunInfo
    ) {
        self.cell = cell
        self.directory = directory
        self.engine = engine
        self.sampler = sampler
        self.watch = watch
        self.server = server
        self.faults = faults
        self.info = info
        judge = Judge(facts: info.facts)
        watchedThresholds = ThresholdWatch(info.facts.thresholds, directory: directory) { [engine] in engine.stopLoad(.interrupted) }
    }

    // MARK: The run

    /// Carries out what the judge asks for until it has a verdict, or somebody asks to stop.
    func run() async throws(RunFailure) -> (Verdict, RunInfo) {
        faults.onDeath { [engine] in engine.stopLoad(.interrupted) }
        cell.interruption.onFirst { [engine] in engine.stopLoad(.interrupted) }
        let ticker = Task { [cell, engine, sampler, clock = directory.clock] in
            while !Task.isCancelled {
                cell.observer.tick(cell: cell.name, now: clock.now, load: engine.live, sessions: sampler.latest)
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
        cell.observer.began(cell: cell.name, facts: info.facts)
        steps: while !cell.interruption.isRequested, faults.first == nil, watchedThresholds?.failed == nil {
            switch judge.next() {
            case .verdict: break steps
            case .step(let step):
                let outlook = judge.outlook(loadDuration: LoadShape(cell.scenario.load).duration)
                cell.observer.stepBegan(
                    cell: cell.name, step: step, expectedSteps: step.id + outlook.steps.count + outlook.furtherWaves,
                    remaining: outlook.atLeast)
                await carryOut(step)
                if let failure = directory.failure {
                    finish(ticker)
                    throw RunFailure(.unusable, "The files of the run could not be written (\(failure)); what was written can be judged.")
                }
            }
        }
        finish(ticker)
        let verdict = judge.verdictNow().telling(localFailures: totals.localFailures ?? 0)
        try write(verdict)
        return (verdict, info)
    }

    private func finish(_ ticker: Task<Void, Never>) {
        cell.interruption.onFirst(nil)
        ticker.cancel()
        engine.finish()
        sampler.stop()
        watch.stop()
        directory.flush()
    }

    // MARK: One step

    private func carryOut(_ step: Step) async {
        watchedThresholds?.begin(step)
        await sampler.beginStep(step.id, logEverything: step.kind == .unit)
        let start = directory.clock.now
        await rest(step.lead)
        cell.observer.loading(cell: cell.name)
        let loadStart = directory.clock.now
        var outcome: LoadOutcome?
        var ended = StepRow.End.completed
        if step.kind == .restart {
            do {
                try await server?.restart()
                if let process = server?.process { watch.follow(.server(process.identity.pid)) }
            } catch {
                faults.serverDied(error.description)
            }
        } else if case .silence(let duration) = step.dose {
            await rest(duration)
        } else if !mustEnd {
            if let shortage = engine.shortage(before: step), toldShortages.insert(shortage).inserted {
                cell.observer.note(cell: cell.name, shortage)
            }
            do {
                let done = try await engine.run(step)
                outcome = done
                if done.stoppedBy == .guardRail { ended = .guardRail }
            } catch {
                faults.loadFailed(error.description)
                ended = .interrupted
            }
        }
        await sampler.markLoadEnd()
        let loadEnd = directory.clock.now
        cell.observer.settling(cell: cell.name)
        await settle(step.settle, after: outcome)
        await sampler.settleFloor()
        let end = directory.clock.now
        // What is sampled from here on belongs to the next step, so that nothing is added to this one behind the judge's back.
        await sampler.beginStep(step.id + 1)
        watchedThresholds?.end(step, load: loadEnd - loadStart)
        if faults.death != nil {
            ended = .serverDied
        } else if cell.interruption.isRequested {
            ended = .interrupted
        } else if ended == .completed, let failed = watchedThresholds?.failed {
            ended = .threshold
            cell.observer.note(cell: cell.name, "the threshold \(failed.text) failed and ends the run")
        }
        let row = StepRow(
            step: step.id, kind: step.kind, planned: step.plannedRequests, given: outcome?.given ?? 0,
            concurrency: outcome?.concurrency ?? 0,
            connections: step.connections, only: step.mix.name(in: info.facts.requests), start: start, loadStart: loadStart,
            loadEnd: loadEnd, end: end,
            peakInFlight: outcome?.peakInFlight ?? 0, opened: outcome?.opened ?? 0, retried: outcome?.retried ?? 0, ended: ended,
            why: step.why)
        add(outcome, of: step.kind)
        close(row)
    }

    /// Feeds the judge what was written of the step, in the order of a replay, then writes the step itself.
    private func close(_ row: StepRow) {
        directory.flush()
        held.take(from: directory)
        held.feed(upTo: row.step, to: &judge)
        let wave = judge.consume(row)
        directory.waves.append(wave)
        directory.waves.flush()
        directory.steps.append(row)
        directory.steps.flush()
        cell.observer.stepEnded(cell: cell.name, row: row, wave: wave)
    }

    private func rest(_ duration: Duration) async {
        await cell.interruption.sleep(until: .now + duration) { faults.first != nil }
    }

    /// Somebody or something asks for the end of the run.
    private var mustEnd: Bool { faults.first != nil || cell.interruption.isRequested || watchedThresholds?.failed != nil }

    /// The silence after a load. The first Ctrl-C ends the load and not this, so that what was sent can be judged.
    private func settle(_ duration: Duration, after outcome: LoadOutcome?) async {
        guard let outcome, outcome.given > 0, cell.interruption.isRequested else { return await rest(duration) }
        let deadline = MonotonicInstant.now + min(duration, .seconds(3))
        while MonotonicInstant.now < deadline, faults.first == nil { try? await Task.sleep(for: .milliseconds(50)) }
    }

    private func add(_ outcome: LoadOutcome?, of kind: Step.Kind) {
        guard let outcome else { return }
        totals.transfers += outcome.transfers
        totals.unexpected += outcome.unexpected
        totals.dropped += outcome.dropped
        totals.retried += outcome.retried
        totals.opened += outcome.opened
        totals.other = (totals.other ?? 0) + outcome.inOther
        if kind == .wave, outcome.arrivalSpan > .zero {
            var open = totals.arrivals ?? RunInfo.Arrivals()
            open.due += outcome.given + outcome.dropped
            open.started += outcome.given
            open.dropped += outcome.dropped
            open.plannedSeconds += outcome.arrivalPlan.seconds
            open.actualSeconds += outcome.arrivalSpan.seconds
            totals.arrivals = open
        }
        if let late = outcome.runTimes.late {
            totals.lateP99 = Double(late.p99) / 1000
            totals.lateMax = Double(late.max) / 1000
        }
        totals.add(outcome)
        totals.failedChecks = FailedCheck.sum(totals.failedChecks ?? [], outcome.failedChecks)
        guard let latency = outcome.runTimes.latency, let service = outcome.runTimes.service else { return }
        totals.latencyP50 = Double(latency.p50) / 1000
        totals.latencyP95 = Double(latency.p95) / 1000
        totals.latencyP99 = Double(latency.p99) / 1000
        totals.latencyMax = Double(latency.max) / 1000
        totals.serviceP99 = Double(service.p99) / 1000
    }

    // MARK: The end

    private func write(_ verdict: Verdict) throws(RunFailure) {
        totals.seepCpuSeconds = HostFacts.cpuSeconds()
        totals.samplerCpuSeconds = sampler.cost.cpu.seconds
        info.totals = totals
        info.clocks.append(RunInfo.ClockPair(monotonic: MonotonicInstant.now.nanoseconds, wall: WallClock.nowNanoseconds))
        try RunFiles.write(info, to: directory.path)
        try RunFiles.write(verdict, to: directory.path)
    }
}
