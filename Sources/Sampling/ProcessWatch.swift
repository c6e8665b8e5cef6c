package import Glibc
package import LinuxIO
package import Measurements
import Synchronization

/// Watches the processes of the server under test, and knows which of them holds a session.
///
/// Writes a row for each process once a second, on a thread of its own; may be used from any thread.
package final class ProcessWatch: Sendable {
    /// Which processes are the server's.
    package enum Source: Hashable, Sendable {
        /// Nobody knows them.
        case none
        /// A server that Seep started: its process group, and whatever descends from its first process, also after that has left
        /// group and parent.
        case server(pid_t)
        /// Whoever listens on this port of this machine, and their children.
        case listener(port: Int)
        /// These and no others.
        case processes([pid_t])
    }

    struct State {
        var source = Source.none
        var stats: [ProcessStat] = []
        var step = 0
        var isStopping = false
        /// Looks since the listeners were searched for; that takes a walk through all processes.
        var looksSinceSearch = 0
        var places = ProcessPlaces()
    }

    private let directory: RunDirectory
    /// The port of PostgreSQL that the sockets of sessions lead to.
    let databasePort: Int
    /// The port of PgBouncer, where there is one.
    private let poolerPort: Int?
    private let wake: EventFD
    private let state = Mutex(State())
    /// Held while rows are written, so that none of a step is written once the next has begun.
    private let writing = Mutex(())
    private let thread = Mutex<KernelThread?>(nil)
    private let ticks: ProcessTicks

    package init(directory: RunDirectory, databasePort: Int, poolerPort: Int? = nil) throws(SystemError) {
        self.directory = directory
        self.databasePort = databasePort
        self.poolerPort = poolerPort
        wake = try EventFD()
        ticks = ProcessTicks(clock: directory.clock)
        let started = try KernelThread(name: "seep-processes") { [weak self, wake, clock = directory.clock] in
            Self.run(wake: wake, clock: clock) { self }
        }
        thread.withLock { $0 = started }
    }

    deinit {
        state.withLock { $0.isStopping = true }
        wake.signal()
    }

    /// Ends the thread after the rows of this moment.
    package func stop() {
        state.withLock { $0.isStopping = true }
        wake.signal()
        thread.withLock { $0.take() }?.join()
        directory.processes.flush()
    }

    /// Changes which processes are the server's, such as after a restart of it.
    package func follow(_ source: Source) {
        state.withLock { state in
            state.source = source
            state.stats = []
            state.looksSinceSearch = 0
            state.places = ProcessPlaces()
        }
        refresh()
        wake.signal()
    }

    package func beginStep(_ id: Int) {
        writing.withLock { _ in state.withLock { $0.step = id } }
    }

    /// Writes the rows of this moment, beside those of every second: what processes hold at the end of a settle, however short.
    func writeFloor() { writeRows(at: directory.clock.now) }

    package var source: Source { state.withLock { $0.source } }

    /// The processes of the server when they were last looked for, at most a second ago.
    package var processes: [ProcessIdentity] { state.withLock { $0.stats.map(\.identity) } }

    // MARK: The set of processes

    /// Looks for the processes of the server now.
    @discardableResult
    func refresh() -> [ProcessStat] {
        let before = state.withLock { $0 }
        let found = Self.find(before)
        return state.withLock { state in
            // Somebody set another source meanwhile: what was found is no longer asked for.
            guard state.source == before.source else { return state.stats }
            state.stats = found.stats
            state.looksSinceSearch = found.searched ? 0 : state.looksSinceSearch + 1
            return found.stats
        }
    }

    private static func find(_ state: State) -> (stats: [ProcessStat], searched: Bool) {
        switch state.source {
        case .none:
            return ([], false)
        case .processes(let pids):
            return (pids.compactMap(Proc.stat).filter { !$0.hasEnded }, false)
        case .server(let pid):
            let all = Proc.allStats()
            return (family(of: [pid], group: pid, before: state.stats, in: all), false)
        case .listener(let port):
            let all = Proc.allStats()
            let alive = Set(all.map(\.identity))
            let isComplete = !state.stats.isEmpty && state.stats.allSatisfy { alive.contains($0.identity) }
            if isComplete, state.looksSinceSearch < 5 {
                return (family(of: [], group: nil, before: state.stats, in: all), false)
            }
            return (family(of: Proc.listeners(onPort: port), group: nil, before: [], in: all), true)
        }
    }

    /// The given processes, the group, those known from before that still live, and all their descendants.
    private static func family(of roots: [pid_t], group: pid_t?, before: [ProcessStat], in all: [ProcessStat]) -> [ProcessStat] {
        let known = Set(before.map(\.identity))
        var family: [pid_t: ProcessStat] = [:]
        for stat in all where roots.contains(stat.pid) || stat.processGroup == group || known.contains(stat.identity) {
            family[stat.pid] = stat
        }
        for root in family.keys {
            for stat in Proc.descendants(of: root, in: all) { family[stat.pid] = stat }
        }
        return family.values.filter { !$0.hasEnded }.sorted { $0.pid < $1.pid }
    }

    // MARK: Rows

    private static func run(wake: EventFD, clock: RunClock, _ watch: () -> ProcessWatch?) {
        // Without its timer there are no rows; ties go on.
        guard let timer = try? TimerFD(), let epoll = try? Epoll(capacity: 2) else { return }
        try? epoll.set(timer.raw, tag: 0, read: true, write: false)
        try? epoll.set(wake.raw, tag: 1, read: true, write: false)
        var next = MonotonicInstant.now
        while true {
            timer.arm(at: next)
            try? epoll.wait(timeoutMilliseconds: -1) { _ in }
            wake.drain()
            guard let watch = watch() else { return }
            if watch.state.withLock({ $0.isStopping }) { return }
            let now = MonotonicInstant.now
            guard now >= next else { continue }
            timer.drain()
            watch.writeRows(at: clock.time(at: now))
            while next <= now { next = next + .seconds(1) }
        }
    }

    private func writeRows(at time: RunTime) {
        writing.withLock { _ in writeRowsInTurn(at: time) }
    }

    private func writeRowsInTurn(at time: RunTime) {
        let stats = refresh()
        guard !stats.isEmpty else { return }
        var sockets = Set(SocketTable(remotePort: databasePort, asSeenBy: stats[0].pid).entries.map(\.inode))
        if let poolerPort { sockets.formUnion(SocketTable(remotePort: poolerPort, asSeenBy: stats[0].pid).entries.map(\.inode)) }
        let (step, places) = state.withLock { state in
            state.places.look(at: stats)
            return (state.step, state.places)
        }
        for stat in stats {
            // The socket count of a process that may not be read is unknown, as its descriptors are.
            let descriptors = Proc.descriptorCount(stat.pid)
            let inodes = descriptors.map { _ in Proc.socketInodes(stat.pid) }
            directory.processes.append(
                ProcessRow(
                    time: time, step: step, pid: Int(stat.pid), started: ticks.started(stat), command: stat.command,
                    cpu: ticks.cpu(stat), residentBytes: stat.residentBytes, threads: stat.threads, descriptors: descriptors,
                    databaseSockets: inodes.map { Set($0).intersection(sockets).count }, restarts: places.restarts(of: stat),
                    note: places.note(of: stat)))
        }
        directory.processes.flush()
    }
}

/// Turns the clock ticks of `/proc/PID/stat` into times of the run.
struct ProcessTicks: Sendable {
    private let microsecondsPerTick: Int64
    /// What to add to the time since the boot for the run's clock; the boot clock goes on while the machine sleeps.
    private let bootToRun: Int64

    init(clock: RunClock) {
        microsecondsPerTick = 1_000_000 / max(Int64(sysconf(Int32(_SC_CLK_TCK))), 1)
        var boot = timespec()
        clock_gettime(CLOCK_BOOTTIME, &boot)
        bootToRun = clock.now.microseconds - (Int64(boot.tv_sec) * 1_000_000 + Int64(boot.tv_nsec) / 1000)
    }

    func started(_ stat: ProcessStat) -> RunTime {
        RunTime(microseconds: Int64(stat.startTicks) * microsecondsPerTick + bootToRun)
    }

    func cpu(_ stat: ProcessStat) -> RunTime {
        RunTime(microseconds: Int64(stat.userTicks + stat.systemTicks) * microsecondsPerTick)
    }
}
