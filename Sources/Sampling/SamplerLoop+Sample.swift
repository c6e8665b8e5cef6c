import LinuxIO
import Measurements
import Postgres
import Synchronization

extension SamplerLoop {
    private static let connectPatience = Duration.seconds(1)
    /// With one session in hand, the other is not worth a long gap.
    private static let sparePatience = Duration.milliseconds(300)
    private static let countersEvery = Duration.seconds(1)

    /// The next sample reads the counters, whether their second is over or not.
    mutating func readsCounters() { nextCounters = .now }

    /// Takes one sample and writes its row; a gap row when it cannot be had.
    ///
    /// - Parameter isAsked: whether somebody waits for this sample.
    mutating func takeSample(isAsked: Bool) -> Bool {
        guard reconnect() else { return false }
        do throws(PostgresError) {
            let sent = MonotonicInstant.now
            let sessionsBefore = sessions.count
            let reading = try reader.read(elapsed: (sent - lastSample).seconds) { sql, parameters throws(PostgresError) in
                try sessions.query(sql, parameters)
            }
            let received = MonotonicInstant.now
            if sessions.count < sessionsBefore { notes.append("a sampler session broke, the spare goes on") }
            lastSample = received
            lastGapRow = nil
            let spent = Int((received - sent).nanosecondsRounded / 1000)
            cost.add(microseconds: spent)
            let sentTime = directory.clock.time(at: sent)
            let time = directory.clock.time(at: received)
            clock.add(
                sent: sentTime, received: time, wall: Int(WallClock.nowNanoseconds / 1000), server: reading.serverNow)
            readCountersWhenDue(at: received)
            record(reading, at: time, microseconds: spent, isAsked: isAsked)
            return true
        } catch {
            reader.forget()
            notes.append("gap: \(error.message)")
            writeGap(at: .now)
            return false
        }
    }

    private mutating func record(_ reading: SnapshotReader.Reading, at time: RunTime, microseconds: Int, isAsked: Bool) {
        let use = SessionUse.counting(
            reading.backends, nameless: reading.nameless, role: facts.applicationRole, database: facts.applicationDatabase)
        if sessions.backends.count > 2 {
            let present = Set(reading.backends.map(\.pid))
            sessions.keepBackends { present.contains($0) }
        }
        let snapshot = Snapshot(
            time: time, serverNow: reading.serverNow, serverToRun: clock.serverToRun,
            backends: reading.backends.filter { !sessions.backends.contains($0.pid) }, use: use)
        var headroom = limits.tightest(at: use)
        let pooled = readPgBouncer(snapshot, isAsked: isAsked)
        if let pgbouncer, let pooled { headroom = pgbouncer.facts.tightest(clients: pooled.clientsOfAll, postgres: headroom) }
        if isGuarded, !hasFired, headroom.isBelowGuard {
            guardSignal.signal()
            hasFired = true
            notes.append("guard")
        }
        let processesKnown = processes.source != .none
        let changes = tracker.consume(
            snapshot, ties: processesKnown ? ties(of: snapshot, isAsked: isAsked) : nil, processesKnown: processesKnown)
        write(changes.rows)
        var row = ConnectionRow(time: time, step: tracker.step)
        tracker.count(into: &row, serverNow: reading.serverNow)
        row.born = changes.born
        row.died = changes.died + diedBetween
        diedBetween = 0
        row.used = use.server
        row.limit = headroom.limit
        row.headroom = headroom.sessions
        row.openedTotal = counters.total?.opened
        row.abandonedTotal = counters.total?.abandoned
        row.fatalTotal = counters.total?.fatal
        row.killedTotal = counters.total?.killed
        row.sampleMicroseconds = microseconds
        row.serverClockOffsetMicroseconds = clock.offset
        if let pooled { count(pooled, into: &row) }
        row.note = takeNotes()
        directory.connections.append(row)
        let activity = row.active.map { $0 > 0 ? time : tracker.lastActivity ?? .zero }
        shared.value.withLock { $0.latest = LiveSessions(row: row, time: time, lastActivity: activity) }
    }

    /// Looks for the sockets of new sessions, in at most a twentieth of the time; at once when somebody waits for the sample.
    private mutating func ties(of snapshot: Snapshot, isAsked: Bool) -> [SessionIdentity: SessionTie]? {
        let begun = MonotonicInstant.now
        guard isAsked || begun >= nextTies else { return nil }
        let wanted = tracker.wanted(in: snapshot)
        guard !wanted.isEmpty else { return [:] }
        let ties = processes.tie(wanted)
        let ended = MonotonicInstant.now
        nextTies = ended + (ended - begun) * 20
        return ties
    }

    /// A row without counts, at most one a second while the sampler is blind.
    mutating func writeGap(at now: MonotonicInstant) {
        if let lastGapRow, now - lastGapRow < .seconds(1) {
            notes = notes.filter { !$0.hasPrefix("gap") }
            return
        }
        lastGapRow = now
        directory.connections.append(
            ConnectionRow(time: directory.clock.time(at: now), step: tracker.step, note: takeNotes()))
    }

    private mutating func takeNotes() -> String {
        defer { notes = [] }
        return notes.joined(separator: "; ")
    }

    // MARK: Counters

    private mutating func readCountersWhenDue(at now: MonotonicInstant) {
        guard now >= nextCounters else { return }
        nextCounters = now + Self.countersEvery
        // What fails here is tried again in a second; whether PostgreSQL answers, the samples say.
        do throws(PostgresError) {
            let sent = MonotonicInstant.now
            let rows = try sessions.queryOnSpare(
                ServerCounters.sql(hasSessionCounters: facts.serverVersion >= 140_000),
                [facts.applicationDatabase, facts.applicationRole])
            let received = MonotonicInstant.now
            guard let read = ServerCounters(rows) else { return }
            clock.add(
                sent: directory.clock.time(at: sent), received: directory.clock.time(at: received),
                wall: Int(WallClock.nowNanoseconds / 1000), server: read.serverNow)
            learn(read)
        } catch {
            notes.append("counters: \(error.message)")
        }
    }

    private mutating func learn(_ read: ServerCounters) {
        if let before = postmasterStart, before != read.postmasterStart {
            notes.append("postgres restarted")
            let changes = tracker.serverRestarted(at: directory.clock.now)
            write(changes.rows)
            diedBetween += changes.died
        }
        postmasterStart = read.postmasterStart
        counters.add(read.ends)
        if read.limits != limits {
            limits = read.limits
            notes.append("limit changed")
        }
    }

    // MARK: Sessions of our own

    /// Opens what is missing of the two sessions.
    ///
    /// - Returns: whether there is one to sample with.
    private mutating func reconnect() -> Bool {
        let had = sessions.count
        guard had < 2, connecting.isDue(at: .now) else { return had > 0 }
        do throws(PostgresError) {
            try sessions.connect(timeout: had == 0 ? Self.connectPatience : Self.sparePatience)
            connecting.succeeded()
        } catch {
            connecting.failed(at: .now)
            if sessions.count == 0 {
                notes.append("gap: \(error.message)")
                writeGap(at: .now)
            }
        }
        if had == 0, sessions.count > 0 {
            notes.append("reconnected")
            reader.forget()
            readsCounters()
        }
        return sessions.count > 0
    }
}
