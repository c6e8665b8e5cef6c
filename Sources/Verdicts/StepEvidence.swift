package import Measurements

/// What one step showed, in numbers that no later row can change.
package struct StepEvidence: Hashable, Sendable {
    package var row: StepRow
    /// Why the step does not count; empty when it does.
    package var voidReason: String
    /// Transfers by class, `request outcome`.
    package var transfers: Int
    package var unexpected: Int
    /// Sessions left behind by each owner: births minus deaths during the load, not below 0; 0 when the settle took the count back.
    package var left: [String: Int]
    /// The same before the settle was looked at.
    package var leftAtLoadEnd: Int
    /// Deaths during the load of sessions that were there before it.
    package var deathsOfOlder: Int
    package var floorBefore: Int?
    package var floor: Int?
    package var dormant: Int?
    package var peak: Int?
    package var headroom: Int?
    package var lowestHeadroom: Int?
    package var birthsSeen: Int
    package var birthsCounted: Int?
    /// Births in the silence.
    package var birthsInSilence: Int
    /// Of these, those that are ours by their database only, and so may be anybody's.
    package var unnamedBirthsInSilence = 0
    /// Sessions that PostgreSQL ended by itself during the settle.
    package var reaped: Int
    package var coveragePerMille: Int
    /// Sessions found in a transaction at the end of the settle, and of them those that did nothing in this step.
    package var inTransaction: Set<SessionIdentity>
    package var inTransactionUntouched: Set<SessionIdentity>
    /// Sessions that ran something in the step, or were born in it.
    package var touched: Int
    /// For unit doses: each class's transfers and the sessions they left behind.
    package var unit: [UnitClass]
    /// For unit doses: requests over a connection that had served one before, and over a new one.
    package var reusedConnection = Share()
    package var freshConnection = Share()
    /// Deaths in the silences before and after the load, and how long these were.
    package var deathsInSilence = 0
    package var silentSeconds = 0.0
    /// The same deaths with their ages, where the births are known.
    var silentDeaths: [Recovery.Death] = []
    /// Transfers that the client gave up, by itself or for want of an answer.
    package var hangUps = 0
    /// Sessions at the floor that were tied to a process, and whose socket nobody holds.
    package var orphans: Set<SessionIdentity> = []
    /// Processes of the server that began in the step.
    package var workerStarts = 0
    /// Processes of the server that ended in the step, and those that were there at its end.
    package var workerEnds = 0
    package var workers = 0

    /// PostgreSQL was started anew in the step: whatever was held is gone.
    package var databaseRestarted = false

    /// Requests of a unit dose, and the sessions that they left.
    package struct Share: Hashable, Sendable {
        package var requests = 0
        package var left = 0

        mutating func add(left count: Int) {
            requests += 1
            left += count
        }

        mutating func add(_ other: Share) {
            requests += other.requests
            left += other.left
        }
    }

    /// One class in a unit dose.
    package struct UnitClass: Hashable, Sendable {
        package var request: String
        package var outcome: String
        package var transfers: Int
        package var leaked: Int
    }

    package var totalLeft: Int { left.values.reduce(0, +) }
    package var counts: Bool { voidReason.isEmpty }
    /// A rung, a wave, a dose step, or the wave after a long idle: a load whose residue is counted by owner.
    package var isDose: Bool { [.rung, .wave, .dose, .longIdle].contains(row.kind) }
    /// Whether a silence ended the step; a load that is watched and goes on has none.
    package var isSettled: Bool { row.kind != .watch || row.end - row.loadEnd >= .milliseconds(500) }

    /// Takes the birth of a session back that turned out to be somebody else's.
    mutating func forgetBirth(of owner: String, at time: RunTime) {
        if !row.isSilence, Self.isOfLoad(time, row) {
            if let known = left[owner] { left[owner] = known > 1 ? known - 1 : nil }
        } else {
            birthsInSilence = max(0, birthsInSilence - 1)
        }
    }

    /// How the count at rest changed over the step.
    package var growth: Int {
        guard let floor, let floorBefore else { return 0 }
        return floor - floorBefore
    }
}

extension StepEvidence {
    /// Sessions that a pool may be replacing at the moment of a sample.
    private static let mostBetween = 2

    /// Deaths up to this long after the load still count as deaths in the load: closing the client connections, which is part
    /// of the load, makes a healthy server close sessions of its own.
    static func grace(settle: Duration) -> Duration { min(.seconds(1), settle / 2) }

    /// Whether a birth at this time is the load's: from its start (less what clocks differ by) to the end of the grace.
    private static func isOfLoad(_ time: RunTime, _ row: StepRow) -> Bool {
        let begins = RunTime(microseconds: row.loadStart.microseconds - 20_000)
        return time <= row.loadEnd + grace(settle: row.end - row.loadEnd) && (time >= begins || row.lead < .milliseconds(500))
    }

    /// Closes the books of a step.
    ///
    /// - Parameters:
    ///   - lastButOne: the floor before `floorBefore`: a sample may meet a pool between the end of one session and the birth of the next.
    ///   - youngOwners: owners that began during the step; they are warming up and are left out.
    init(
        closing row: StepRow, gathered: StepAccumulator, before floorBefore: Int?, lastButOne: Int? = nil, youngOwners: Set<String>,
        unitGap: Duration, parts: UnitDose.Parts
    ) {
        let grace = Self.grace(settle: row.end - row.loadEnd)
        let loadOver = row.loadEnd + grace
        let loadBegins = RunTime(microseconds: row.loadStart.microseconds - 20_000)
        var births: [String: Int] = [:]
        var deaths: [String: Int] = [:]
        var birthsInSilence = 0
        var bornHere: Set<SessionIdentity> = []
        var deathsOfOlder = 0
        var used: Set<SessionIdentity> = []
        var atFloor: [SessionIdentity] = []
        var inTransaction: Set<SessionIdentity> = []
        let isSilence = row.isSilence
        // A session may be tied to its process after its birth was told.
        var tied: [SessionIdentity: String] = [:]
        let untied = Set(gathered.sessions.lazy.filter { !Judge.isProcess($0.owner) }.map(\.identity))
        if !untied.isEmpty {
            for event in gathered.sessions where Judge.isProcess(event.owner) && untied.contains(event.identity) {
                tied[event.identity] = event.owner
            }
        }
        for event in gathered.sessions {
            let owner = tied.isEmpty ? event.owner : tied[event.identity] ?? event.owner
            // What a pooler opens and closes is its own affair; what its clients left is counted as theirs.
            if event.whyOurs == SessionOwnership.pgbouncer, event.event == .born || event.event == .died {
                if event.event == .born { bornHere.insert(event.identity) }
                continue
            }
            switch event.event {
            case .born:
                bornHere.insert(event.identity)
                if isSilence {
                    // Who was there before the step is told in its first rows, with the time of its birth.
                    if event.time >= row.start {
                        birthsInSilence += 1
                        if event.whyOurs == SessionOwnership.byDatabase { unnamedBirthsInSilence += 1 }
                    }
                    continue
                }
                if Self.isOfLoad(event.time, row) {
                    births[owner, default: 0] += 1
                } else {
                    birthsInSilence += 1
                }
            case .used: used.insert(event.identity)
            case .floor:
                if event.whyOurs != SessionOwnership.pgbouncer { atFloor.append(event.identity) }
                if event.socket == .gone { orphans.insert(event.identity) }
                if event.state.hasPrefix("idle in transaction") { inTransaction.insert(event.identity) }
            case .died:
                if event.whyOurs == SessionOwnership.elsewhere { continue }
                if isSilence {
                    deathsInSilence += 1
                    continue
                }
                let wasBusy = event.state == "active" || event.state.hasPrefix("idle in transaction")
                guard event.time >= loadBegins || row.lead < .milliseconds(500), event.time <= loadOver || wasBusy else {
                    deathsInSilence += 1
                    continue
                }
                deaths[owner, default: 0] += 1
                if !bornHere.contains(event.identity) { deathsOfOlder += 1 }
            }
        }
        self.row = row
        silentSeconds = max(0, (row.end - loadOver) / .seconds(1)) + max(0, row.lead / .seconds(1))
        if isSilence { silentSeconds = (row.end - row.start) / .seconds(1) }
        hangUps = gathered.hangUps
        floor = gathered.lastTotal
        self.floorBefore = floorBefore ?? gathered.firstTotal
        reaped = gathered.endedByServer(after: row.loadEnd)
        // What PostgreSQL ended, it did not get back from the application: such deaths cancel nothing.
        var reapedInLoad = gathered.endedByServer(after: row.loadStart, upTo: loadOver)
        for owner in deaths.keys.sorted() where reapedInLoad > 0 {
            let share = min(reapedInLoad, deaths[owner, default: 0])
            deaths[owner, default: 0] -= share
            reapedInLoad -= share
        }
        var left: [String: Int] = [:]
        for (owner, count) in births where !youngOwners.contains(owner) {
            let rest = count - deaths[owner, default: 0]
            if rest > 0 { left[owner] = rest }
        }
        leftAtLoadEnd = left.values.reduce(0, +)
        if let floor, let before = self.floorBefore, reaped == 0 {
            let isReplaced = floor - before <= Self.mostBetween && lastButOne.map { floor <= $0 } == true
            if floor <= before || isReplaced { left = [:] }
        }
        unit = []
        if row.kind == .unit {
            let paired = UnitDose.pair(
                transfers: gathered.transfers,
                sessions: gathered.sessions.filter { ![SessionOwnership.pgbouncer, SessionOwnership.elsewhere].contains($0.whyOurs) },
                parts: parts, gap: unitGap, end: row.end,
                reaped: gathered.endedByServer(after: row.start))
            unit = paired.classes
            reusedConnection = paired.reused
            freshConnection = paired.fresh
            left = paired.left
            leftAtLoadEnd = left.values.reduce(0, +)
        }
        self.left = [.baseline, .restart, .gap, .recovery].contains(row.kind) ? [:] : left
        self.deathsOfOlder = deathsOfOlder
        self.inTransaction = inTransaction
        inTransactionUntouched = inTransaction.filter { !used.contains($0) && !bornHere.contains($0) }
        touched = used.union(bornHere).count
        transfers = gathered.done.total
        unexpected = gathered.unexpected
        dormant = atFloor.isEmpty ? (floor == nil ? nil : 0) : atFloor.count { !used.contains($0) && !bornHere.contains($0) }
        peak = gathered.peak
        headroom = gathered.lastHeadroom
        lowestHeadroom = gathered.lowestHeadroom
        birthsSeen = gathered.born
        birthsCounted = gathered.firstOpened.flatMap { first in gathered.lastOpened.map { $0 - first } }
        self.birthsInSilence = birthsInSilence
        coveragePerMille = gathered.coveragePerMille(from: row.start, to: row.end)
        databaseRestarted = gathered.notes.contains { $0.contains(Self.restartNote) }
        voidReason = Self.reasonToVoid(row, gathered, coveragePerMille)
    }

    private static let restartNote = "postgres restarted"

    private static func reasonToVoid(_ row: StepRow, _ gathered: StepAccumulator, _ coverage: Int) -> String {
        switch row.ended {
        case .serverDied: return "the server under test went away"
        case .databaseGone: return "PostgreSQL went away or restarted"
        // Counts when it settled: what the load left until then was left.
        case .interrupted where row.end - row.loadEnd < .seconds(1) || row.given == 0: return "interrupted"
        case .completed, .guardRail, .threshold, .interrupted: break
        }
        if row.kind == .restart { return "" }
        if gathered.notes.contains(where: { $0.contains(Self.restartNote) }) { return "PostgreSQL restarted" }
        if gathered.lastTotal == nil || coverage < 500 { return "the sampler saw \(coverage / 10)% of the step" }
        return ""
    }
}
