import LinuxIO
package import Measurements
package import Verdicts

/// What a generated run came to.
package struct RunOutcome: Sendable {
    package var verdict: Verdict
    package var facts: RunFacts
    package var steps: [StepRow]
    /// `total` of each sample, with its time in seconds; and the floors of the waves.
    package var series: [(seconds: Double, sessions: Int)]
    package var waveFloors: [Int]
    /// The largest share of the server's slots in use.
    package var mostUsed: Double
    /// Requests sent up to the verdict.
    package var requests: Int
    /// Requests sent until the verdict was a leak for good: steps after it only tell more of it. `nil` where it is none.
    package var foundAfter: Int?
    /// The verdicts that are right for this run.
    package var right: Set<Verdict.Kind>

    package var isRight: Bool { right.contains(verdict.verdict) }
}

/// A run against a simulated server and PostgreSQL, carried out step by step as its judge asks.
///
/// The rows are those of a real run: the sampler's through the tracker of real runs, with what it would not have seen left out.
final class GeneratedRun {
    private static let stepLimit = 120
    /// The server has been up for so long when the run begins; microseconds.
    static let upBefore: Int64 = 4_000_000

    private let setting: Setting
    private let plant: Plant
    private var sampler: SimulatedSampler
    private var chance: Chance
    private var judge: Judge
    private let files: RunDirectory?
    private let crowd: Crowd?
    private var steps: [StepRow] = []
    private var series: [(seconds: Double, sessions: Int)] = []
    private var waveFloors: [Int] = []
    private var mostUsed = 0.0
    private var processRows: [ProcessRow] = []
    private var nextProcessRow: Int64 = 0
    private var step = 0
    private var foundAfter: Int?

    /// - Parameter files: where the rows are written as well; `nil`: nowhere.
    init(setting: Setting, behaviour: any Behaviour, chance: Chance, files: RunDirectory? = nil) {
        self.setting = setting
        self.chance = chance
        self.files = files
        plant = Plant(layout: setting.layout, behaviour: behaviour, limit: setting.slots, chance: Chance(seed: self.chance.next()))
        plant.postgres.idleTimeout = setting.idleSessionTimeout.map { Int64($0 * 1e6) }
        sampler = SimulatedSampler(view: setting.view, database: setting.layout.names.database, chance: Chance(seed: self.chance.next()))
        crowd = Crowd(setting, Chance(seed: self.chance.next()))
        crowd?.begin(plant)
        plant.start()
        plant.advance(to: 0)
        let ours = plant.postgres.sessions.count { $0.holder != nil || setting.others == .sameDatabase && !setting.view.seesProcesses }
        judge = Judge(facts: setting.facts(usedAtStart: plant.postgres.used, oursAtStart: ours))
        for time in setting.workerRestarts {
            plant.at(time) { [plant] in plant.replace(plant.workers[plant.chance.below(plant.workers.count)]) }
        }
        for time in setting.postgresRestarts {
            plant.at(time) { [unowned self] in
                plant.restartPostgres()
                sampler.notePostgresRestart()
            }
        }
    }

    func run() -> RunOutcome {
        while steps.count < Self.stepLimit {
            guard case .step(let step) = judge.next() else { break }
            carryOut(step)
            if setting.right != [.leak] || judge.verdictNow().verdict != .leak {
                foundAfter = nil
            } else if foundAfter == nil {
                foundAfter = steps.reduce(0) { $0 + $1.given }
            }
        }
        plant.end()
        return RunOutcome(
            verdict: judge.verdictNow(), facts: judge.facts, steps: steps, series: series, waveFloors: waveFloors, mostUsed: mostUsed,
            requests: steps.reduce(0) { $0 + $1.given }, foundAfter: foundAfter, right: right)
    }

    /// What is kept for a time is as much as pace × age, and that may be more than the budget.
    private var right: Set<Verdict.Kind> {
        guard let age = setting.releaseAge else { return setting.right }
        let waves = steps.filter { $0.kind == .wave }
        let seconds = waves.reduce(0.0) { $0 + ($1.loadEnd - $1.loadStart) / .seconds(1) }
        let kept = Double(waves.reduce(0) { $0 + $1.given }) / max(seconds, 0.001) * age
        let budget = Double(judge.facts.budget)
        if kept < budget * 0.9 { return setting.right }
        // Clean where all had gone by the end of the settle.
        return kept > budget * 1.1 ? [.clean, .overBudget] : setting.right.union([.overBudget])
    }

    // MARK: Time

    private func advance(to time: Int64) {
        while true {
            let next = min(sampler.nextSample, nextProcessRow)
            guard next <= time else { break }
            plant.advance(to: next)
            pass()
        }
        plant.advance(to: time)
    }

    /// The next thing that happens.
    private func advanceToNext() {
        let next = min(sampler.nextSample, nextProcessRow)
        if let event = plant.nextEvent, event < next { return plant.advance(to: event) }
        plant.advance(to: next)
        pass()
    }

    private func pass() {
        if plant.now >= nextProcessRow { writeProcesses() }
        if plant.now >= sampler.nextSample { sampler.tick(plant) }
    }

    private func writeProcesses() {
        nextProcessRow = max(nextProcessRow, plant.now) + 1_000_000
        guard setting.view.seesProcesses else { return }
        let sessions = plant.postgres.sessions
        for worker in plant.workers + plant.helpers {
            let sockets = sessions.count { $0.holder == worker.pid }
            processRows.append(
                ProcessRow(
                    time: RunTime(microseconds: plant.now), step: step, pid: worker.pid, started: RunTime(microseconds: worker.started),
                    command: "server", cpu: RunTime(microseconds: Int64(worker.served) * 900), residentBytes: 90_000_000,
                    // A thread or two of the server beside those that serve.
                    threads: worker.place < 0 ? 4 : setting.layout.threads + 2, descriptors: 20 + sockets, databaseSockets: sockets))
        }
    }

    // MARK: One step

    private func carryOut(_ step: Step) {
        // Between two steps the judge thinks.
        advance(to: plant.now + 2_000)
        self.step = step.id
        sampler.beginStep(step.id, everything: step.kind == .unit, at: plant.now)
        let start = plant.now
        advance(to: start + step.lead.inMicroseconds)
        let loadStart = plant.now
        let load = StepLoad(step, setting, plant, Chance(seed: chance.next()), connections: steps.reduce(0) { $0 + $1.opened })
        if step.kind == .restart {
            plant.restart()
            advance(to: plant.now + 1_500_000)
        } else if case .silence(let duration) = step.dose {
            advance(to: plant.now + duration.inMicroseconds)
        } else {
            load.begin()
            while !load.isOver {
                advanceToNext()
                if sampler.guardHasFired { load.stop() }
            }
            plant.clientsLeave(load.connections)
            advance(to: plant.now + 1_000)
        }
        sampler.endLoad(plant)
        let loadEnd = plant.now
        advance(to: loadEnd + step.settle.inMicroseconds)
        writeProcesses()
        sampler.settleFloor(plant)
        let end = plant.now + 3_000
        advance(to: end)
        sampler.beginStep(step.id + 1, everything: false, at: end)
        close(
            StepRow(
                step: step.id, kind: step.kind, planned: step.plannedRequests, given: load.given, concurrency: load.concurrency,
                connections: step.connections, only: step.mix.name(in: judge.facts.requests), start: RunTime(microseconds: start),
                loadStart: RunTime(microseconds: loadStart), loadEnd: RunTime(microseconds: loadEnd), end: RunTime(microseconds: end),
                peakInFlight: load.peak, opened: load.connections.count, ended: load.wasStopped ? .guardRail : .completed, why: step.why),
            load)
    }

    /// Feeds the judge in the order of a replay.
    private func close(_ row: StepRow, _ load: StepLoad) {
        let sampled = sampler.takeRows()
        let requests = load.requestRows
        for row in processRows { judge.consume(row) }
        for row in requests { judge.consume(row) }
        for row in load.transfers { judge.consume(row) }
        for row in sampled.connections { judge.consume(row) }
        for row in sampled.sessions { judge.consume(row) }
        let wave = judge.consume(row)
        steps.append(row)
        for sample in sampled.connections {
            guard let total = sample.total, let used = sample.used else { continue }
            series.append((sample.time.seconds, total))
            mostUsed = max(mostUsed, Double(used) / Double(setting.slots))
        }
        if row.kind == .wave, let floor = wave.floor { waveFloors.append(floor) }
        if let files {
            for row in processRows { files.processes.append(row) }
            for row in requests { files.requests.append(row) }
            for row in load.transfers { files.transfers.append(row) }
            for row in sampled.connections { files.connections.append(row) }
            for row in sampled.sessions { files.sessions.append(row) }
            files.waves.append(wave)
            files.steps.append(row)
            files.flush()
        }
        processRows = []
    }
}

extension Duration {
    var inMicroseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
