import Measurements
import Sampling

/// The sampler on a simulated PostgreSQL: the tracker of real runs, fed with snapshots of simulated sessions.
///
/// One sample each 100 ms, late by as much as it costs; some are lost, and sometimes all of them for a while. Counters are read once a
/// second, and with the samples at the ends of loads and settles, as the real sampler reads them.
struct SimulatedSampler {
    /// What is seen of the sessions.
    struct View: Sendable {
        /// The processes of the server are known, and sockets lead to them.
        var seesProcesses = true
        /// Probability that a sample is lost.
        var losses = 0.0
        /// Times at which nothing is seen at all, microseconds.
        var outages: [ClosedRange<Int64>] = []
        /// PostgreSQL's clock less ours, and by how much the estimate of it is wrong; microseconds.
        var clockOffset = 0
        var clockError = 0
    }

    private static let interval: Int64 = 100_000
    /// Microseconds since 1970 at the start of the run.
    static let wallOrigin = 1_800_000_000_000_000

    private let view: View
    private var tracker: SessionTracker
    private var chance: Chance
    private(set) var nextSample: Int64 = 0
    private var nextCounters: Int64 = 0
    private var opened = 0
    private var fatal = 0
    private var missed = 0
    private var inOutage = false
    private var restarted = false
    private var sawSample = false
    /// The rows of the step that is open, in the order in which they were written.
    private(set) var connections: [ConnectionRow] = []
    private(set) var sessions: [SessionRow] = []
    /// A sample has shown less headroom than the guard rail asks for, since the step began.
    private(set) var guardHasFired = false

    init(view: View, database: String, chance: Chance) {
        self.view = view
        self.chance = chance
        tracker = SessionTracker(ownership: SessionOwnership(filter: nil, applicationDatabase: database))
    }

    mutating func beginStep(_ id: Int, everything: Bool, at now: Int64) {
        sessions += tracker.beginStep(id, logging: everything ? .everything : .lasting, at: RunTime(microseconds: now))
        guardHasFired = false
    }

    mutating func endLoad(_ plant: Plant) {
        take(plant, isAsked: true)
        sessions += tracker.endLoad(at: RunTime(microseconds: plant.now))
    }

    /// - Parameter isHeld: whether a process holds the client's end of a session.
    mutating func settleFloor(_ plant: Plant) {
        take(plant, isAsked: true)
        let held = Set(tracker.tied.map(\.identity))
        sessions += tracker.settleFloor(at: RunTime(microseconds: plant.now), held: view.seesProcesses ? held : nil).rows
    }

    /// PostgreSQL was started anew.
    mutating func notePostgresRestart() { restarted = true }

    mutating func takeRows() -> (connections: [ConnectionRow], sessions: [SessionRow]) {
        defer { (connections, sessions) = ([], []) }
        return (connections, sessions)
    }

    /// The sample that is due; to be called at ``nextSample``.
    mutating func tick(_ plant: Plant) {
        nextSample += Self.interval
        if view.outages.contains(where: { $0.contains(plant.now) }) {
            if !inOutage {
                connections.append(row(plant, note: "gap: the server does not answer"))
            }
            inOutage = true
            return
        }
        inOutage = false
        if chance.happens(view.losses) {
            missed += 1
            return
        }
        take(plant, isAsked: false)
        if missed > 0 {
            connections.append(row(plant, note: "gap \(missed * 100) ms: the sample before came late (\(missed) missed)"))
            missed = 0
        }
    }

    private func row(_ plant: Plant, note: String) -> ConnectionRow {
        var row = ConnectionRow(time: RunTime(microseconds: plant.now), step: tracker.step)
        row.note = note
        return row
    }

    private mutating func take(_ plant: Plant, isAsked: Bool) {
        plant.postgres.reap(at: plant.now)
        let cost = 800 + plant.postgres.used * plant.postgres.used / 250 + chance.below(400)
        let time = RunTime(microseconds: plant.now + Int64(cost))
        if isAsked || plant.now >= nextCounters {
            nextCounters = plant.now + 1_000_000
            opened = plant.postgres.opened
            fatal = plant.postgres.fatal
        }
        var row = ConnectionRow(time: time, step: tracker.step)
        if restarted {
            let changes = tracker.serverRestarted(at: time)
            sessions += changes.rows
            row.died = changes.died
            row.note = "postgres restarted"
            restarted = false
        }
        let snapshot = snapshot(plant, at: time)
        var ties: [SessionIdentity: SessionTie]?
        if view.seesProcesses {
            let holders = Dictionary(uniqueKeysWithValues: plant.postgres.sessions.map { ($0.pid, $0.holder) })
            ties = [:]
            for backend in tracker.wanted(in: snapshot) {
                ties?[backend.identity] = (holders[backend.pid] ?? nil).map(SessionTie.process) ?? .elsewhere
            }
        }
        let changes = tracker.consume(snapshot, ties: ties, processesKnown: view.seesProcesses)
        sessions += changes.rows
        tracker.count(into: &row, serverNow: snapshot.serverNow)
        row.born = changes.born
        row.died = (row.died ?? 0) + changes.died
        row.used = plant.postgres.used
        row.limit = plant.postgres.limit
        let headroom = Headroom(scope: .server, limit: plant.postgres.limit, used: plant.postgres.used)
        row.headroom = headroom.sessions
        row.openedTotal = opened
        row.abandonedTotal = 0
        row.fatalTotal = fatal
        row.killedTotal = 0
        row.sampleMicroseconds = cost
        row.serverClockOffsetMicroseconds = view.clockOffset + view.clockError
        if headroom.isBelowGuard, !guardHasFired {
            guardHasFired = true
            row.note = row.note.isEmpty ? "guard" : row.note + "; guard"
        }
        connections.append(row)
    }

    /// On PostgreSQL's clock.
    private func serverTime(_ time: Int64) -> Int { Self.wallOrigin + Int(time) + view.clockOffset }

    private func snapshot(_ plant: Plant, at time: RunTime) -> Snapshot {
        let backends = plant.postgres.sessions.map { session in
            let busy = session.busyUntil > plant.now
            let query = session.queryStart.flatMap { $0 <= plant.now ? serverTime($0) : nil }
            let change = busy ? max(session.begun, min(session.queryStart ?? session.begun, plant.now)) : session.busyUntil
            return Backend(
                pid: session.pid, start: serverTime(session.begun), names: session.names, clientPort: session.port,
                state: session.isInTransaction && !busy ? .idleInTransaction : busy ? .active : .idle, stateChange: serverTime(change),
                transactionStart: session.isInTransaction ? query : nil, queryStart: query, query: session.query)
        }
        let used = plant.postgres.used
        return Snapshot(
            time: time, serverNow: serverTime(plant.now), serverToRun: -Self.wallOrigin - view.clockOffset - view.clockError,
            backends: backends, use: SessionUse(server: used, role: used, database: used))
    }
}
