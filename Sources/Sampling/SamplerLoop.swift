import Glibc
import LinuxIO
import Measurements
import Postgres
import Scenarios
import Synchronization

/// What runs on the sampler's thread: waits, takes samples, carries out commands.
struct SamplerLoop: ~Copyable {
    let facts: DatabaseFacts
    let settings: DatabaseSettings
    var sessions: SamplerSessions
    let directory: RunDirectory
    let processes: ProcessWatch
    let pgbouncer: PgBouncerWatch?
    let guardSignal: EventFD
    let shared: Sampler.SharedState

    var tracker: SessionTracker
    /// The clients of PgBouncer; unused without it.
    var clients: PgBouncerClients
    var pgbouncerIsSilent = false
    /// How often an undeclared pooler was looked for.
    var poolerLooks = 0
    var reader = SnapshotReader()
    var clock = ServerClock()
    var counters = CountersSinceStart()
    var cost = SampleCost()
    var schedule: SampleSchedule
    var connecting = Reconnection()
    var limits: SessionLimits
    var postmasterStart: Int?
    var nextCounters = MonotonicInstant.now
    /// When sockets may be looked for again.
    var nextTies = MonotonicInstant.now
    /// When the last sample that worked had come.
    var lastSample = MonotonicInstant.now
    var lastGapRow: MonotonicInstant?
    var lastFlush = MonotonicInstant.now
    var missed = 0
    var isGuarded = true
    var hasFired = false
    /// Sessions that ended otherwise than between two snapshots, for the next row.
    var diedBetween = 0
    /// What the next row has to say.
    var notes: [String] = []
    private var pending: [(command: Sampler.Command, deadline: MonotonicInstant)] = []

    private static let flushEvery = Duration.milliseconds(300)
    /// How soon a command that needs a sample tries again.
    private static let retryEvery = Duration.milliseconds(100)

    init(
        facts: DatabaseFacts, settings: DatabaseSettings, sessions: consuming SamplerSessions, directory: RunDirectory,
        processes: ProcessWatch, pgbouncer: PgBouncerWatch? = nil, guardSignal: EventFD, shared: Sampler.SharedState
    ) {
        self.facts = facts
        self.settings = settings
        self.sessions = sessions
        self.directory = directory
        self.processes = processes
        self.pgbouncer = pgbouncer
        self.guardSignal = guardSignal
        self.shared = shared
        limits = facts.limits
        let ownership = SessionOwnership(filter: settings.sessions, applicationDatabase: facts.applicationDatabase)
        tracker = SessionTracker(ownership: ownership)
        clients = PgBouncerClients(ownership: ownership)
        schedule = SampleSchedule(interval: settings.every, from: .now)
    }

    mutating func run(wake: EventFD) {
        do {
            try loop(wake: wake)
        } catch {
            // Only epoll and its descriptors can fail here; the run sees a sampler that has ended.
            notes.append("gap: \(error)")
            writeGap(at: .now)
        }
        finish()
    }

    private mutating func loop(wake: EventFD) throws(SystemError) {
        let timer = try TimerFD()
        let epoll = try Epoll(capacity: 2)
        try epoll.set(timer.raw, tag: 0, read: true, write: false)
        try epoll.set(wake.raw, tag: 1, read: true, write: false)
        while true {
            timer.arm(at: pending.isEmpty ? schedule.next : min(schedule.next, .now + Self.retryEvery))
            try epoll.wait(timeoutMilliseconds: -1) { _ in }
            timer.drain()
            wake.drain()
            let (commands, isStopping) = shared.value.withLock { shared in
                defer { shared.commands = [] }
                return (shared.commands, shared.isStopping)
            }
            let now = MonotonicInstant.now
            pending += commands.map { ($0, now + Sampler.patience) }
            if isStopping { return }
            let isDue = schedule.isDue(at: now)
            if !pending.isEmpty { carryOut() }
            if isDue, schedule.isDue(at: .now) { tick() }
            flushWhenDue()
        }
    }

    private mutating func tick() {
        let worked = takeSample(isAsked: false)
        let now = MonotonicInstant.now
        if !worked { missed += 1 }
        let late = schedule.advance(to: now)
        missed += late
        // A gap while PostgreSQL is away has rows of its own.
        if worked, late > 0 { noteMissed(late) }
        if let better = cost.betterInterval(than: schedule.interval, asked: settings.every) {
            schedule.change(interval: better)
            notes.append("interval \(better.milliseconds) ms: samples cost \(cost.percentile(0.95) ?? 0) µs")
        }
        publishCost()
    }

    /// The row of such a gap is written when it is over, for a sample cannot know beforehand that it will be slow.
    private mutating func noteMissed(_ count: Int) {
        let gap = Duration.nanoseconds(schedule.interval.nanosecondsRounded * Int64(count))
        var row = ConnectionRow(time: directory.clock.time(at: .now), step: tracker.step)
        row.note = "gap \(gap.milliseconds) ms: the sample before came late (\(count) missed)"
        directory.connections.append(row)
    }

    // MARK: Commands

    /// Carries out the commands in their order; one that needs a sample that cannot be had waits, and with it those behind it.
    private mutating func carryOut() {
        while let next = pending.first {
            if case .beginStep(let id, let logging, let isGuarded, let reply) = next.command {
                let now = directory.clock.now
                let rows = tracker.beginStep(id, logging: logging, at: now)
                write(rows)
                let clientRows = clients.beginStep(id, logging: logging, at: now)
                write(clientRows)
                self.isGuarded = isGuarded
                hasFired = false
                flush()
                reply.resume()
            } else {
                readsCounters()
                let worked = takeSample(isAsked: true)
                guard worked || .now >= next.deadline else { return }
                complete(next.command, worked: worked)
            }
            pending.removeFirst()
        }
    }

    private mutating func complete(_ command: Sampler.Command, worked: Bool) {
        let time = directory.clock.now
        switch command {
        case .beginStep: break
        case .endLoad(let reply):
            noticePooler()
            write(tracker.endLoad(at: time))
            write(clients.endLoad(at: time))
            flush()
            reply.resume(returning: worked)
        case .settleFloor(let reply):
            guard worked else {
                flush()
                return reply.resume(returning: nil)
            }
            let floor = tracker.settleFloor(at: time, held: processes.held(tracker.tied))
            write(floor.rows)
            write(clients.settleFloor(at: time))
            flush()
            shared.value.withLock { $0.floor = floor.count }
            reply.resume(returning: floor.count)
        case .barrier(let reply):
            flush()
            reply.resume(returning: worked)
        }
    }

    private mutating func finish() {
        flush()
        publishCost()
        let rest = shared.value.withLock { shared in
            shared.hasEnded = true
            defer { shared.commands = [] }
            return shared.commands
        }
        for command in pending.map(\.command) + rest {
            switch command {
            case .beginStep(_, _, _, let reply): reply.resume()
            case .endLoad(let reply), .barrier(let reply): reply.resume(returning: false)
            case .settleFloor(let reply): reply.resume(returning: nil)
            }
        }
        pending = []
    }

    // MARK: Writing

    func write(_ rows: [SessionRow]) {
        for row in rows { directory.sessions.append(row) }
    }

    mutating func flush() {
        directory.sessions.flush()
        directory.connections.flush()
        lastFlush = .now
    }

    private mutating func flushWhenDue() {
        if MonotonicInstant.now - lastFlush >= Self.flushEvery || schedule.interval >= Self.flushEvery { flush() }
    }

    private func publishCost() {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        let cpu = Duration.seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
        let (p50, p95) = (cost.percentile(0.5), cost.percentile(0.95))
        shared.value.withLock { shared in
            shared.cost = Sampler.Cost(
                samples: cost.count, missed: missed, p50Microseconds: p50, p95Microseconds: p95, cpu: cpu,
                interval: schedule.interval)
        }
    }
}

/// When to try to open a session again: after 100 ms, then half as often each time, down to once a second.
struct Reconnection {
    private(set) var next: MonotonicInstant?
    private var delay = Duration.milliseconds(100)

    func isDue(at now: MonotonicInstant) -> Bool { next.map { now >= $0 } ?? true }

    mutating func failed(at now: MonotonicInstant) {
        next = now + delay
        delay = min(delay * 2, .seconds(1))
    }

    mutating func succeeded() { self = Reconnection() }
}
