package import Measurements

/// The judge: a fold over the rows of a run that asks for the next step, or says the verdict.
///
/// Rows of a step are fed in the order of their files, then the row of the step closes it. What the judge answers depends on
/// closed steps alone, so feeding the files of a recorded run gives the verdict that the live run got.
package struct Judge: Sendable {
    /// What the judge wants.
    package enum Wish: Sendable, Equatable {
        case step(Step)
        case verdict(Verdict)
    }

    /// A session that is there now, as far as the rows tell.
    struct Alive: Sendable {
        var owner: String
        var query: String
        var application: String
        var database: String
        var bornIn: Int
        /// The last step in which it was born or ran something.
        var usedIn: Int
        /// It was there before the run began.
        var isOld: Bool
        var bornAt: RunTime
        /// The class that was sent last before it began.
        var under: StepAccumulator.ClassKey?

        /// Told for the first time by a row.
        private var isNew = true

        /// PgBouncer holds it, and it is not the application's to give back.
        var isPooled: Bool { owner == SessionOwnership.pgbouncer }

        init(_ row: SessionRow) {
            (owner, query, application, database) = (row.owner, row.lastQuery, row.application, row.database)
            (bornIn, usedIn, bornAt) = (row.step, row.step, row.time)
            isOld = row.time < .zero || row.event != .born
        }

        /// - Returns: whether it is of another owner or in another database than was known.
        mutating func update(_ row: SessionRow) -> Bool {
            let isOther = isNew || owner != row.owner || database != row.database
            isNew = false
            (owner, application, database) = (row.owner, row.application, row.database)
            if !row.lastQuery.isEmpty { query = row.lastQuery }
            if row.event != .floor { usedIn = row.step }
            return isOther
        }
    }

    /// A process of the server under test.
    struct Process: Sendable {
        var started: RunTime
        var threads: Int
        var lastSeen: RunTime
        /// Its end was told in the evidence of a step.
        var hasEnded = false
    }

    package let facts: RunFacts
    private(set) var evidence: [StepEvidence] = []
    private(set) var alive: [SessionIdentity: Alive] = [:]
    private(set) var processes: [Int: Process] = [:]
    /// The databases that an owner's sessions were in.
    private(set) var databases: [String: Set<String>] = [:]
    /// Transfers of each class in the whole run.
    private(set) var classes: [StepAccumulator.ClassKey: Int] = [:]
    private(set) var peak: Int?
    /// Transfers of doses by class, as far as they were written down one by one.
    var dealt: [StepAccumulator.ClassKey: Int] = [:]
    private var deaths: [Int: [Recovery.Death]] = [:]
    private static let deathsKept = 2000
    /// A pooler that the sampler noticed and the scenario does not name.
    private(set) var poolerSeen = ""
    /// Sessions of PostgreSQL that PgBouncer held.
    private(set) var pooled = PooledSessions()
    private(set) var thresholds: Thresholds
    private(set) var processFloors = ProcessFloors()
    /// Sessions from before the run that were taken for ours by their database, until a process of the server was found to hold others.
    private(set) var ruledOut = 0
    /// Such sessions that ended before.
    private var unnamedGone = 0
    /// The step in which others were ruled out, and how many of them the counts of the steps before it hold.
    private var others: (ruledOutIn: Int, count: Int)?
    /// A session was found to be held by a process of the server.
    private(set) var tiesWork = false
    /// The waves of the soak are done, or taken as done by an outlook.
    var soakIsOver = false
    private let parts: UnitDose.Parts
    private var open = OpenSteps()

    package init(facts: RunFacts) {
        self.facts = facts
        thresholds = Thresholds(facts.thresholds)
        parts = UnitDose.Parts(facts.requests)
    }

    package mutating func consume(_ row: RequestRow) {
        open[row.step].consume(row)
        thresholds.consume(row)
    }

    package mutating func consume(_ row: GeneratorRow) { thresholds.consume(row) }

    package mutating func consume(_ row: TransferRow) { open[row.step].consume(row) }

    package mutating func consume(_ row: ConnectionRow) {
        thresholds.consume(row)
        notePooler(row)
        let held = asHeld(row)
        open[row.step].consume(held)
        if let total = held.total { peak = max(peak ?? 0, total) }
    }

    package mutating func consume(_ row: ProcessRow) {
        processFloors.consume(row)
        processes[row.pid] = Process(
            started: row.started, threads: max(row.threads, processes[row.pid]?.threads ?? 0), lastSeen: row.time)
    }

    package mutating func consume(_ row: SessionRow) {
        open[row.step].consume(row)
        switch row.event {
        case .died:
            if row.whyOurs == SessionOwnership.elsewhere { return ruleOut(row) }
            if !tiesWork, row.whyOurs == SessionOwnership.byDatabase, alive[row.identity]?.isOld == true { unnamedGone += 1 }
            if let known = alive.removeValue(forKey: row.identity), !known.isOld, !known.isPooled,
                deaths[row.step, default: []].count < Self.deathsKept
            {
                deaths[row.step, default: []].append(Recovery.Death(time: row.time, age: row.time - known.bornAt))
            }
        case .born, .used, .floor:
            if alive[row.identity, default: Alive(row)].update(row), !row.database.isEmpty {
                databases[row.owner, default: []].insert(row.database)
            }
        }
    }

    /// Closes a step; all its other rows must have been fed.
    ///
    /// - Returns: the line of `waves.csv` for it.
    @discardableResult
    package mutating func consume(_ row: StepRow) -> WaveRow {
        let gathered = open.close(row.step)
        tiesWork = tiesWork || gathered.sessions.contains { $0.whyOurs == SessionOwnership.byProcess }
        let begun = processes.filter { $0.value.started > row.start }.keys
        let young = Set(begun.flatMap(Self.ownerNames(of:)))
        var closed = StepEvidence(
            closing: row, gathered: gathered, before: evidence.last { $0.floor != nil }.flatMap(floorOfOurs),
            lastButOne: evidence.last?.row.kind == .restart ? nil : evidence.dropLast().last { $0.floor != nil }.flatMap(floorOfOurs),
            youngOwners: row.kind == .restart ? [] : young,
            unitGap: unitGap, parts: parts)
        closed.workerStarts = row.kind == .restart ? 0 : begun.count
        (closed.workerEnds, closed.workers) = noteEnds()
        closed.silentDeaths = Self.silent(deaths.removeValue(forKey: row.step) ?? [], in: row, gathered)
        noteBirths(of: closed, gathered)
        for (key, count) in gathered.done.counts { classes[key, default: 0] += count }
        evidence.append(closed)
        processFloors.close(row, counts: closed.counts)
        thresholds.close(row, floor: closed.counts && row.kind != .restart ? closed.floor : nil)
        return WaveRow(
            step: row.step, kind: row.kind, dose: closed.transfers,
            dosePerClass: gathered.done.counts.sorted { $0.key < $1.key }.map { "\($0.key.request) \($0.key.outcome)=\($0.value)" }
                .joined(separator: "; "),
            leftBehind: closed.totalLeft,
            leftPerOwner: closed.left.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "; "),
            floor: closed.floor, dormant: closed.dormant, birthsSeen: closed.birthsSeen, birthsCounted: closed.birthsCounted,
            coveragePerMille: closed.coveragePerMille, voidReason: closed.voidReason)
    }

    /// Deaths while nobody sends anything. Between requests that are sent one at a time it is silent, too; who was there before them and goes at
    /// another moment than others goes by itself, as a collector takes all of them at once.
    private static func silent(_ deaths: [Recovery.Death], in row: StepRow, _ gathered: StepAccumulator) -> [Recovery.Death] {
        let punctual = deaths.filter { !gathered.lateSamples.contains($0.time) }
        let deaths = punctual.isEmpty ? deaths : punctual
        let loadOver = row.loadEnd + StepEvidence.grace(settle: row.end - row.loadEnd)
        let older = deaths.filter { $0.age > $0.time - row.start }.map(\.time).sorted()
        let byThemselves =
            row.kind == .unit && gathered.endedByServer(after: row.start) == 0
            && older.last.flatMap { last in older.first.map { last - $0 >= .seconds(1) } } ?? false
        return deaths.filter {
            row.isSilence || $0.time > loadOver || row.lead >= .milliseconds(500) && $0.time < row.loadStart
                || byThemselves && $0.age > $0.time - row.start
        }
    }

    mutating func setUnder(_ key: StepAccumulator.ClassKey, _ session: SessionIdentity) { alive[session]?.under = key }

    private mutating func notePooler(_ row: ConnectionRow) {
        pooled.note(row)
        let mark = "pooler: "
        guard !row.note.isEmpty, poolerSeen.isEmpty, let start = row.note.firstRange(of: mark) else { return }
        poolerSeen = String(row.note[start.upperBound...].prefix { $0 != ";" })
    }

    /// The session was never the application's, and the counts so far held it all the same.
    private mutating func ruleOut(_ row: SessionRow) {
        guard let known = alive.removeValue(forKey: row.identity) else { return }
        if !tiesWork { ruledOut += unnamedGone }
        tiesWork = true
        if known.isOld {
            ruledOut += 1
        } else if let index = evidence.firstIndex(where: { $0.row.step == known.bornIn }) {
            evidence[index].forgetBirth(of: known.owner, at: known.bornAt)
        }
        guard known.bornIn < row.step || known.isOld else { return }
        if let before = others, before.ruledOutIn == row.step {
            others?.count += 1
        } else if others == nil {
            others = (row.step, 1)
        }
    }

    /// Less the sessions of others that were counted in it: they would hide as many of ours.
    func floorOfOurs(_ step: StepEvidence) -> Int? {
        guard let others, step.row.step < others.ruledOutIn else { return step.floor }
        return step.floor.map { max(0, $0 - others.count) }
    }

    /// Processes of the server that ended since this was asked last, and those that were there when they were looked at last.
    private mutating func noteEnds() -> (ended: Int, present: Int) {
        let last = processes.values.map(\.lastSeen).max()
        var ended = 0
        for (pid, process) in processes where process.lastSeen != last && !process.hasEnded {
            processes[pid]?.hasEnded = true
            ended += 1
        }
        return (ended, processes.values.count { $0.lastSeen == last })
    }

    mutating func keep(first: Int, last: Int) { evidence = evidence.prefix(first) + evidence.suffix(last) }

    mutating func append(_ closed: StepEvidence) { evidence.append(closed) }

    /// What to do next, from what is closed so far.
    package func next() -> Wish {
        if let step = nextStep() { return .step(step) }
        return .verdict(verdict(complete: evidence.last.map { ![.interrupted, .threshold].contains($0.row.ended) } ?? true))
    }

    /// The verdict from what there is, for a run that ended before the judge had all its steps.
    package func verdictNow() -> Verdict {
        if case .verdict(let verdict) = next() { return verdict }
        return verdict(complete: false)
    }

    /// The silence between two requests of a unit dose: three samples, at least a quarter of a second.
    package var unitGap: Duration { max(.milliseconds(250), .fractional(seconds: facts.sampleEverySeconds * 3)) }
}

extension Duration {
    static func fractional(seconds: Double) -> Duration { .nanoseconds(Int64((seconds * 1e9).rounded())) }
}
