import LinuxIO
package import Measurements
import Postgres
import Synchronization

/// Reads PgBouncer's console on a thread of its own, so that the sampling of PostgreSQL never waits for it.
///
/// May be used from any thread. One connection is opened before any load and kept, for a PgBouncer that is full takes no other.
package final class PgBouncerWatch: Sendable {
    package let facts: PgBouncerFacts
    /// The port that clients of PgBouncer connect to.
    package let port: Int

    /// What the thread and its users both hold.
    private final class Shared: Sendable {
        struct State {
            var reading: PgBouncerReading?
            var serial = 0
            var failure: String?
            var waiting: [(since: MonotonicInstant, deadline: MonotonicInstant, reply: CheckedContinuation<Void, Never>)] = []
            var isStopping = false
            var hasEnded = false
        }

        let value = Mutex(State())
    }

    private let wake: EventFD
    private let shared = Shared()
    private let thread = Mutex<KernelThread?>(nil)

    /// How long ``fresh()`` waits for an answer.
    private static let patience = Duration.seconds(2)

    /// Opens the console and begins to read it.
    ///
    /// - Parameters:
    ///   - url: of the console, its database `pgbouncer`. Holds a password: never printed.
    ///   - every: the interval of readings; longer where they cost much.
    package init(url: String, every: Duration, timeout: Duration = .seconds(10)) throws(SamplingError) {
        var place = "PgBouncer's console"
        do throws(PostgresError) {
            let info = try ConnectionInfo(parsing: url)
            place = "PgBouncer's console \(info)"
            port = info.port
            var console = try PgBouncerConsole(url: url, timeout: timeout)
            facts = try console.facts()
            let handOver = ConsoleHandOver(console)
            let wake = try Self.system { () throws(SystemError) in try EventFD() }
            self.wake = wake
            let started = try Self.system { [shared] () throws(SystemError) in
                try KernelThread(name: "seep-pgbouncer") {
                    guard let console = handOver.take() else { return }
                    var loop = Loop(url: url, console: console, shared: shared, every: every)
                    loop.run(wake: wake)
                }
            }
            thread.withLock { $0 = started }
        } catch {
            throw SamplingError(console: error, at: place)
        }
    }

    private static func system<Value>(_ body: () throws(SystemError) -> Value) throws(PostgresError) -> Value {
        do throws(SystemError) {
            return try body()
        } catch {
            throw PostgresError(.connectionFailed, operation: "read the console", message: error.description)
        }
    }

    deinit {
        shared.value.withLock { $0.isStopping = true }
        wake.signal()
    }

    /// Ends the thread and closes the console.
    package func stop() {
        shared.value.withLock { $0.isStopping = true }
        wake.signal()
        thread.withLock { $0.take() }?.join()
    }

    /// The last reading with its number, and what went wrong since.
    var latest: (reading: PgBouncerReading?, serial: Int, failure: String?) {
        shared.value.withLock { ($0.reading, $0.serial, $0.failure) }
    }

    /// Waits for a reading that began after the call, two seconds at most.
    func fresh() async {
        await withCheckedContinuation { reply in
            let now = MonotonicInstant.now
            let isTaken = shared.value.withLock { state in
                if state.isStopping || state.hasEnded { return false }
                state.waiting.append((now, now + Self.patience, reply))
                return true
            }
            if isTaken { wake.signal() } else { reply.resume() }
        }
    }

    // MARK: The thread

    private struct Loop: ~Copyable {
        let url: String
        var console: PgBouncerConsole?
        let shared: Shared
        let asked: Duration
        var schedule: SampleSchedule
        var cost = SampleCost()
        var connecting = Reconnection()

        private static let connectPatience = Duration.seconds(1)

        init(url: String, console: consuming PgBouncerConsole, shared: Shared, every: Duration) {
            self.url = url
            self.console = consume console
            self.shared = shared
            asked = every
            schedule = SampleSchedule(interval: every, from: .now)
        }

        mutating func run(wake: EventFD) {
            do {
                try loop(wake)
            } catch {
                shared.value.withLock { $0.failure = error.description }
            }
            let waiting = shared.value.withLock { state in
                state.hasEnded = true
                defer { state.waiting = [] }
                return state.waiting
            }
            for one in waiting { one.reply.resume() }
        }

        private mutating func loop(_ wake: EventFD) throws(SystemError) {
            let timer = try TimerFD()
            let epoll = try Epoll(capacity: 2)
            try epoll.set(timer.raw, tag: 0, read: true, write: false)
            try epoll.set(wake.raw, tag: 1, read: true, write: false)
            while true {
                let isAwaited = shared.value.withLock { !$0.waiting.isEmpty }
                timer.arm(at: isAwaited ? min(schedule.next, .now + .milliseconds(20)) : schedule.next)
                try epoll.wait(timeoutMilliseconds: -1) { _ in }
                timer.drain()
                wake.drain()
                let (isStopping, isAsked) = shared.value.withLock { ($0.isStopping, !$0.waiting.isEmpty) }
                if isStopping { return }
                if isAsked || schedule.isDue(at: .now) { read() }
                _ = schedule.advance(to: .now)
                answer()
            }
        }

        private mutating func read() {
            do throws(PostgresError) {
                var open = try opened()
                do throws(PostgresError) {
                    let reading = try open.read()
                    if !open.isBroken { console = consume open }
                    cost.add(microseconds: Int((reading.received - reading.asked).nanosecondsRounded / 1000))
                    if let better = cost.betterInterval(than: schedule.interval, asked: asked) { schedule.change(interval: better) }
                    shared.value.withLock { state in
                        state.reading = reading
                        state.serial += 1
                        state.failure = nil
                    }
                } catch {
                    if !open.isBroken { console = consume open }
                    throw error
                }
            } catch {
                shared.value.withLock { $0.failure = error.message }
            }
        }

        private mutating func opened() throws(PostgresError) -> PgBouncerConsole {
            if let open = console.take() { return open }
            guard connecting.isDue(at: .now) else {
                let before = shared.value.withLock { $0.failure }
                throw PostgresError(.connectionFailed, operation: "connect", message: before ?? "no session with the console")
            }
            do throws(PostgresError) {
                let new = try PgBouncerConsole(url: url, timeout: Self.connectPatience)
                connecting.succeeded()
                return new
            } catch {
                connecting.failed(at: .now)
                throw error
            }
        }

        /// Lets those go who wait for a reading that is there now, or have waited long enough.
        private func answer() {
            let now = MonotonicInstant.now
            let answered = shared.value.withLock { state in
                let asked = state.failure == nil ? state.reading?.asked : nil
                let isAnswered = { (since: MonotonicInstant, deadline: MonotonicInstant) in
                    asked.map { $0 >= since } == true || now >= deadline
                }
                let done = state.waiting.filter { isAnswered($0.since, $0.deadline) }
                state.waiting.removeAll { isAnswered($0.since, $0.deadline) }
                return done
            }
            for one in answered { one.reply.resume() }
        }
    }
}

/// Hands a value that cannot be copied to another thread, once.
private final class ConsoleHandOver: Sendable {
    private let value: Mutex<PgBouncerConsole?>

    init(_ console: consuming PgBouncerConsole) { value = Mutex(console) }

    func take() -> PgBouncerConsole? { value.withLock { $0.take() } }
}
