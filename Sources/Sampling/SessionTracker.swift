package import Measurements

/// Follows sessions by identity from snapshot to snapshot, and says what happened to those that are ours.
///
/// A state machine that reads no clock and no `/proc`: snapshots, ties and times are given to it, rows come back.
///
///     not seen ──► seen, undecided ──► ours, pending ──► ours, written ──► gone
///                        │  (tie sought in at     │  (2 s old, or load ended)      ▲
///                        ▼   most 3 samples)      └── gone: only counted ──────────┘
///                     not ours
///
/// An undecided session counts as the names alone would have it; its rows wait until it is decided.
package struct SessionTracker {
    /// How much of what is seen is written down.
    package enum Logging: Sendable {
        /// Under load: sessions that live two seconds, or outlive the load.
        case lasting
        /// In unit doses and without load: every session that a sample saw.
        case everything
    }

    /// What one snapshot told.
    package struct Changes: Equatable {
        package var rows: [SessionRow] = []
        package var born = 0
        package var died = 0
    }

    struct Tracked {
        var backend: Backend
        let born: RunTime
        var whyOurs: String
        var owner: String
        var isDecided: Bool
        var isWritten = false
        /// `query_start` and `state_change` when the step began.
        var markedQuery: Int?
        var markedChange: Int?
        var isUsed = false
        var isUseWritten = false
        /// The last snapshot that held it.
        var seen: Int

        var identity: SessionIdentity { backend.identity }
    }

    private struct Seeking {
        var tie: SessionTie?
        var attempts = 0
    }

    static let lastingMicroseconds: Int64 = 2_000_000
    private static let attemptLimit = 3

    /// Which sessions PgBouncer holds, as its console says.
    struct Pooling {
        var pids: Set<Int>
        /// When the console was asked.
        var asOf: RunTime

        /// A session is PgBouncer's from its start, and is shown so a moment later.
        func knows(_ backend: Backend, born: RunTime) -> Bool {
            pids.contains(backend.pid) || born + .milliseconds(200) < asOf
        }
    }

    let ownership: SessionOwnership
    /// `nil`: no PgBouncer that is known of. To be set before a snapshot is consumed.
    var pooling: Pooling?
    package private(set) var step = 0
    private(set) var logging = Logging.everything
    private(set) var ours: [SessionIdentity: Tracked] = [:]
    private var seeking: [SessionIdentity: Seeking] = [:]
    private(set) var tiesWork = false
    /// When a session of ours last began, or changed its state or query; on the run's clock.
    private(set) var lastActivity: RunTime?
    /// Snapshots so far.
    private var generation = 0

    package init(ownership: SessionOwnership) {
        self.ownership = ownership
    }

    // MARK: Steps

    /// Begins a step; what the old one still owes is written under its number.
    package mutating func beginStep(_ id: Int, logging: Logging, at time: RunTime) -> [SessionRow] {
        let rows = writePending(at: time, force: true)
        step = id
        self.logging = logging
        for identity in ours.keys {
            ours[identity]?.mark()
        }
        return rows
    }

    /// From now on every session that is seen is written, those that are pending at once.
    package mutating func endLoad(at time: RunTime) -> [SessionRow] {
        logging = .everything
        return writePending(at: time, force: true)
    }

    /// Those of our sessions that a process of the server was found to hold.
    package var tied: [Backend] {
        ours.values.filter { if case .process = seeking[$0.identity]?.tie { true } else { false } }.map(\.backend)
    }

    /// Writes down who is there at the end of a settle, as the last snapshot has it.
    ///
    /// - Parameter held: of ``tied``, those whose socket a process still holds; `nil`: nobody looked.
    package mutating func settleFloor(at time: RunTime, held: Set<SessionIdentity>? = nil) -> (rows: [SessionRow], count: Int) {
        var rows = writePending(at: time, force: true)
        for tracked in inOrder() {
            var row = row(.floor, tracked, at: time)
            if let held, case .process = seeking[tracked.identity]?.tie { row.socket = held.contains(tracked.identity) ? .held : .gone }
            rows.append(row)
        }
        return (rows, ours.count)
    }

    // MARK: Snapshots

    /// The sessions whose sockets are to be looked for before ``consume(_:ties:processesKnown:)``.
    package func wanted(in snapshot: Snapshot) -> [Backend] {
        snapshot.backends.filter { backend in
            !isSettled(backend)
        }
    }

    /// Whether nothing more is to be found out about the session's socket.
    private func isSettled(_ backend: Backend) -> Bool {
        // On a Unix socket, or without privileges, there is nothing to look for.
        guard let port = backend.clientPort, port > 0, !backend.names.clientAddress.isEmpty else { return true }
        guard let seeking = seeking[backend.identity] else { return false }
        return seeking.tie != nil || seeking.attempts >= Self.attemptLimit
    }

    /// - Parameter ties: what was found of the wanted sessions; one that is missing is sought again with the next snapshot.
    ///   `nil`: nobody looked.
    package mutating func consume(
        _ snapshot: Snapshot, ties: [SessionIdentity: SessionTie]? = nil, processesKnown: Bool = false
    ) -> Changes {
        var changes = Changes()
        generation += 1
        if processesKnown, let ties { learn(ties, in: snapshot) }
        for backend in snapshot.backends {
            let identity = backend.identity
            if let index = ours.index(forKey: identity) {
                let before = ours.values[index].backend
                ours.values[index].see(backend, in: generation)
                if before.stateChange != backend.stateChange || before.queryStart != backend.queryStart {
                    noteActivity(of: backend, snapshot)
                }
                if !ours.values[index].isDecided { decide(identity, processesKnown: processesKnown) }
                continue
            }
            let tie = tie(of: backend)
            guard
                let why = ownership.whyOurs(backend.names, tie: tie, processesKnown: processesKnown, tiesWork: tiesWork)
            else { continue }
            changes.born += 1
            noteActivity(of: backend, snapshot)
            let born = backend.start.map(snapshot.runTime(server:)) ?? snapshot.time
            ours[identity] = Tracked(
                backend: backend, born: born, whyOurs: why, owner: SessionOwnership.owner(of: backend.names, tie: tie),
                isDecided: isDecided(backend, born: born, processesKnown: processesKnown), seen: generation)
        }
        buryGone(snapshot, processesKnown: processesKnown, into: &changes)
        changes.rows += writePending(at: snapshot.time, force: false)
        return changes
    }

    /// PostgreSQL was started anew: whoever was there is gone, even where a new session has the same pid.
    package mutating func serverRestarted(at time: RunTime) -> Changes {
        var changes = Changes()
        for tracked in inOrder() { bury(tracked, at: time, into: &changes) }
        seeking.removeAll()
        return changes
    }

    private mutating func noteActivity(of backend: Backend, _ snapshot: Snapshot) {
        let changed = [backend.start, backend.stateChange, backend.queryStart].compactMap(\.self).max()
        let time = changed.map(snapshot.runTime(server:)) ?? snapshot.time
        lastActivity = max(lastActivity ?? time, time)
    }

    private mutating func learn(_ ties: [SessionIdentity: SessionTie], in snapshot: Snapshot) {
        for backend in wanted(in: snapshot) {
            let tie = ties[backend.identity]
            if case .process = tie { tiesWork = true }
            seeking[backend.identity, default: Seeking()].attempts += 1
            seeking[backend.identity]?.tie = tie
        }
    }

    /// Looks again whose the session is; what was written stays.
    private mutating func decide(_ identity: SessionIdentity, processesKnown: Bool) {
        guard var tracked = ours[identity], !tracked.isWritten else { return }
        let names = tracked.backend.names
        let tie = tie(of: tracked.backend)
        tracked.whyOurs =
            ownership.whyOurs(names, tie: tie, processesKnown: processesKnown, tiesWork: tiesWork) ?? tracked.whyOurs
        tracked.owner = SessionOwnership.owner(of: names, tie: tie)
        tracked.isDecided = isDecided(tracked.backend, born: tracked.born, processesKnown: processesKnown)
        ours[identity] = tracked
    }

    /// What the console of PgBouncer says goes before what the sockets say.
    private func tie(of backend: Backend) -> SessionTie {
        if pooling?.pids.contains(backend.pid) == true { return .pooler }
        return seeking[backend.identity]?.tie ?? .unknown
    }

    private func isDecided(_ backend: Backend, born: RunTime, processesKnown: Bool) -> Bool {
        guard let pooling else { return !processesKnown || isSettled(backend) }
        return pooling.knows(backend, born: born) && (!processesKnown || isSettled(backend) || pooling.pids.contains(backend.pid))
    }

    /// Sessions that the snapshot does not hold are gone; those that turned out to be held elsewhere were never ours.
    private mutating func buryGone(_ snapshot: Snapshot, processesKnown: Bool, into changes: inout Changes) {
        let rulesOut = processesKnown && tiesWork && ownership.filter == nil
        let gone = ours.values.filter { tracked in
            tracked.seen != generation || (rulesOut && tie(of: tracked.backend) == .elsewhere)
        }
        for var tracked in Self.ordered(gone) {
            if tracked.seen == generation {
                ours[tracked.identity] = nil
                changes.died += 1
                tracked.whyOurs = SessionOwnership.elsewhere
                if tracked.isWritten { changes.rows.append(row(.died, tracked, at: snapshot.time)) }
            } else {
                bury(tracked, at: snapshot.time, into: &changes)
            }
        }
        if seeking.count > snapshot.backends.count {
            let present = Set(snapshot.backends.map(\.identity))
            seeking = seeking.filter { present.contains($0.key) }
        }
    }

    private mutating func bury(_ tracked: Tracked, at time: RunTime, into changes: inout Changes) {
        ours[tracked.identity] = nil
        changes.died += 1
        var last = tracked
        if !last.isWritten, logging == .everything || lasted(last, until: time) {
            changes.rows += birth(&last, at: time)
        }
        if last.isWritten { changes.rows.append(row(.died, last, at: time)) }
    }

    // MARK: Rows

    private func lasted(_ tracked: Tracked, until time: RunTime) -> Bool {
        time.microseconds - tracked.born.microseconds >= Self.lastingMicroseconds
    }

    /// - Parameter force: write the undecided as well, and those too young.
    private mutating func writePending(at time: RunTime, force: Bool) -> [SessionRow] {
        var rows: [SessionRow] = []
        let owing = ours.values.filter { !$0.isWritten || ($0.isUsed && !$0.isUseWritten) }
        for tracked in Self.ordered(owing) {
            var tracked = tracked
            if !tracked.isWritten {
                let isDue = tracked.isDecided && (logging == .everything || lasted(tracked, until: time))
                guard force || isDue else { continue }
            }
            rows += birth(&tracked, at: time)
            ours[tracked.identity] = tracked
        }
        return rows
    }

    /// The `born` row unless it was written, and `used` where it is owed.
    private func birth(_ tracked: inout Tracked, at time: RunTime) -> [SessionRow] {
        var rows: [SessionRow] = []
        if !tracked.isWritten {
            tracked.isWritten = true
            tracked.noteUse()
            rows.append(row(.born, tracked, at: tracked.born))
        }
        if tracked.isUsed, !tracked.isUseWritten {
            tracked.isUseWritten = true
            rows.append(row(.used, tracked, at: time))
        }
        return rows
    }

    private func row(_ event: SessionRow.Event, _ tracked: Tracked, at time: RunTime) -> SessionRow {
        SessionRow(
            time: time, step: step, event: event, pid: tracked.backend.pid, backendStart: tracked.backend.start,
            owner: tracked.owner, whyOurs: tracked.whyOurs, state: tracked.backend.state?.rawValue ?? "",
            lastQuery: tracked.backend.query, application: tracked.backend.names.application, database: tracked.backend.names.database)
    }

    private func inOrder() -> [Tracked] { Self.ordered(ours.values) }

    private static func ordered(_ sessions: some Sequence<Tracked>) -> [Tracked] {
        sessions.sorted { ($0.born, $0.backend.pid) < ($1.born, $1.backend.pid) }
    }
}

extension SessionTracker.Tracked {
    fileprivate mutating func see(_ backend: Backend, in generation: Int) {
        self.backend = backend
        seen = generation
        noteUse()
    }

    /// A step begins: what was done so far is not its doing.
    fileprivate mutating func mark() {
        markedQuery = backend.queryStart
        markedChange = backend.stateChange
        isUsed = false
        isUseWritten = false
    }

    /// A session that never ran a query is not used, though it has changed from starting to idle.
    fileprivate mutating func noteUse() {
        guard let query = backend.queryStart else { return }
        if query != markedQuery || backend.stateChange != markedChange { isUsed = true }
    }
}
