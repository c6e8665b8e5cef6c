package import LinuxIO
package import Measurements
package import Scenarios
import Synchronization

/// Watches the sessions from a thread of its own, from before the first step to after the last.
///
/// May be used from any thread. The step functions return when the sampler has done what they say and its rows are in the files;
/// while PostgreSQL does not answer, after ``patience`` and the query that was under way (at most 10 s).
package final class Sampler: Sendable {
    /// How long a step function waits for a sample that works.
    package static let patience = Duration.seconds(5)

    /// What the sampler itself cost.
    package struct Cost: Hashable, Sendable {
        package var samples = 0
        /// Samples that were due and not taken, or failed.
        package var missed = 0
        /// Of the last 64 samples, from the query to the last row, microseconds.
        package var p50Microseconds: Int?
        package var p95Microseconds: Int?
        /// Processor time of the sampler's thread.
        package var cpu = Duration.zero
        /// As asked for, or longer while samples cost too much.
        package var interval: Duration
    }

    enum Command {
        case beginStep(Int, SessionTracker.Logging, isGuarded: Bool, CheckedContinuation<Void, Never>)
        case endLoad(CheckedContinuation<Bool, Never>)
        case settleFloor(CheckedContinuation<Int?, Never>)
        case barrier(CheckedContinuation<Bool, Never>)
    }

    struct Shared {
        var commands: [Command] = []
        var isStopping = false
        var hasEnded = false
        var latest: LiveSessions?
        var floor: Int?
        var cost: Cost
    }

    private let wake: EventFD
    private let shared: SharedState
    private let thread = Mutex<KernelThread?>(nil)
    private let processes: ProcessWatch
    private let pgbouncer: PgBouncerWatch?
    package let facts: DatabaseFacts

    /// What the sampler's thread and its users both hold.
    final class SharedState: Sendable {
        let value: Mutex<Shared>
        init(_ shared: Shared) { value = Mutex(shared) }
    }

    /// Starts to sample, into step 0 until a step begins.
    ///
    /// - Parameters:
    ///   - preflight: whose sessions the sampler takes over.
    ///   - processes: knows which processes are the server's; may be told at any time. Stopped by its owner, after the sampler.
    ///   - pgbouncer: read beside PostgreSQL; the sampler stops it at its own end.
    ///   - guardSignal: signalled at once when the headroom falls below the guard rail, once a step.
    package init(
        preflight: consuming Preflight, settings: DatabaseSettings, directory: RunDirectory, processes: ProcessWatch,
        pgbouncer: PgBouncerWatch? = nil, guardSignal: EventFD
    ) throws(SystemError) {
        let wake = try EventFD()
        let shared = SharedState(Shared(cost: Cost(interval: settings.every)))
        let facts = preflight.facts
        self.wake = wake
        self.shared = shared
        self.facts = facts
        self.processes = processes
        self.pgbouncer = pgbouncer
        let sessions = HandOver(preflight.sessions)
        let started = try KernelThread(name: "seep-sampler") {
            guard let sessions = sessions.take() else { return }
            var loop = SamplerLoop(
                facts: facts, settings: settings, sessions: sessions, directory: directory, processes: processes,
                pgbouncer: pgbouncer, guardSignal: guardSignal, shared: shared)
            loop.run(wake: wake)
        }
        thread.withLock { $0 = started }
    }

    deinit {
        shared.value.withLock { $0.isStopping = true }
        wake.signal()
    }

    // MARK: Steps

    /// Begins a step.
    ///
    /// - Parameters:
    ///   - logEverything: every session that a sample sees has its rows (unit doses); else those that last two seconds or
    ///     outlive the load.
    ///   - isGuarded: whether the guard rail may fire in this step.
    package func beginStep(_ id: Int, logEverything: Bool = false, isGuarded: Bool = true) async {
        processes.beginStep(id)
        await withCheckedContinuation { reply in
            send(.beginStep(id, logEverything ? .everything : .lasting, isGuarded: isGuarded, reply)) { reply.resume() }
        }
    }

    /// Says that the load is over and the clients' connections are closed: a sample is taken, and all pending births are written.
    ///
    /// - Returns: whether a sample could be taken.
    @discardableResult
    package func markLoadEnd() async -> Bool {
        await pgbouncer?.fresh()
        return await withCheckedContinuation { reply in send(.endLoad(reply)) { reply.resume(returning: false) } }
    }

    /// Takes a sample and writes down who is there.
    ///
    /// - Returns: how many; `nil` when no sample could be taken.
    @discardableResult
    package func settleFloor() async -> Int? {
        await pgbouncer?.fresh()
        processes.writeFloor()
        return await withCheckedContinuation { reply in send(.settleFloor(reply)) { reply.resume(returning: nil) } }
    }

    /// Waits for a whole sample that began after the call, with all rows in the files.
    ///
    /// - Returns: whether a sample could be taken.
    @discardableResult
    package func barrier() async -> Bool {
        await pgbouncer?.fresh()
        return await withCheckedContinuation { reply in send(.barrier(reply)) { reply.resume(returning: false) } }
    }

    /// Ends the thread and closes the sessions; calls that wait return as after a failure.
    package func stop() {
        shared.value.withLock { $0.isStopping = true }
        wake.signal()
        thread.withLock { $0.take() }?.join()
        pgbouncer?.stop()
    }

    private func send(_ command: Command, orElse refuse: () -> Void) {
        let isTaken = shared.value.withLock { shared in
            if shared.isStopping || shared.hasEnded { return false }
            shared.commands.append(command)
            return true
        }
        if isTaken { wake.signal() } else { refuse() }
    }

    // MARK: What it saw

    /// The last sample that worked.
    package var latest: LiveSessions? { shared.value.withLock { $0.latest } }

    /// As of the last sample that worked.
    package var headroom: Int? { latest?.row.headroom }

    /// Sessions at the end of the last settle.
    package var floor: Int? { shared.value.withLock { $0.floor } }

    package var cost: Cost { shared.value.withLock { $0.cost } }
}

/// Hands a value that cannot be copied to another thread, once.
private final class HandOver: Sendable {
    private let value: Mutex<SamplerSessions?>

    init(_ sessions: consuming SamplerSessions) { value = Mutex(sessions) }

    func take() -> SamplerSessions? { value.withLock { $0.take() } }
}
