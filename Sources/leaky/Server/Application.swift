import LinuxIO
import Postgres
import Synchronization

/// The application behind the HTTP server: carries out what the shape's policy says, on real sessions.
///
/// Any thread may tell it of an event; the actions that follow are carried out by that thread, outside the lock.
final class Application: Sendable {
    private let settings: ShapeSettings
    private let source: SessionSource
    private let policy: Monitor<any ShapePolicy>
    private let sessions = Mutex<[SessionID: Session]>([:])
    private let workers = HiredWorkers()
    private let said = Mutex<MonotonicInstant?>(nil)

    /// A request's session, or why it has none.
    enum Checkout {
        case session(SessionID, Session)
        case none(String)
    }

    init(_ settings: ShapeSettings, source: SessionSource) {
        self.settings = settings
        self.source = source
        policy = Monitor(settings.makePolicy())
    }

    /// Sessions that are open, as far as the server knows.
    var sessionCount: Int { sessions.withLock { $0.count } }

    /// Tells the policy of an event and does what it says. Failures are printed: no request is there to be told.
    func tell(_ event: ShapeEvent) {
        let actions = policy.change { $0.handle(event, at: .now) }
        if case .failed(let error) = carryOut(actions) { complain("no session: \(error)") }
    }

    /// The start; a failure is for the caller, for nothing works yet.
    func start() throws(PostgresError) {
        if case .failed(let error) = carryOut(policy.change { $0.handle(.started, at: .now) }) { throw error }
    }

    /// Gets the session for a request, waiting for one where the shape has a pool.
    ///
    /// - Parameter isWanted: whether the client is still there; asked while waiting.
    func checkOut(_ request: ShapeRequest, isWanted: () -> Bool) -> Checkout {
        let hangs = settings.whenExhausted == .hang && settings.shape == .insidePool
        let patience = hangs ? Duration.seconds(3600) : settings.shape == .insidePool ? settings.after : .seconds(5)
        let deadline = MonotonicInstant.now + patience
        while true {
            let slice = min(deadline, .now + .milliseconds(100))
            let actions = policy.wait(until: slice) { policy -> [ShapeAction]? in
                let actions = policy.handle(.began(request), at: .now)
                return actions == [.wait] ? nil : actions
            }
            guard let actions else {
                guard MonotonicInstant.now < deadline else {
                    return .none("the pool of \(settings.size) sessions is exhausted: none came free in \(patience.seconds) s")
                }
                guard isWanted() else { return .none("the client has gone") }
                continue
            }
            switch carryOut(actions) {
            case .session(let id, let session): return .session(id, session)
            case .failed(let error): return .none("no session: \(error)")
            case .done: return .none("the shape gave the request no session")
            }
        }
    }

    /// What came of a list of actions.
    private enum Performed {
        case done
        case session(SessionID, Session)
        case failed(PostgresError)
    }

    private func carryOut(_ actions: [ShapeAction]) -> Performed {
        var failures: [SessionID: PostgresError] = [:]
        var used: SessionID?
        for action in actions {
            do throws(PostgresError) {
                switch action {
                case .open(let id):
                    let session = try source.open()
                    sessions.withLock { $0[id] = session }
                    tell(.opened(id))
                case .begin(let id): try session(id)?.run("BEGIN")
                case .touch(let id): try session(id)?.run("SELECT 1 AS background")
                case .use(let id): used = id
                case .close(let id): _ = sessions.withLock { $0.removeValue(forKey: id) }
                case .work(let id, let duration): work(id, duration)
                case .hire(let number): hire(number)
                case .dismiss(let number): workers.dismiss(number)
                case .wait: break
                }
            } catch {
                guard case .open(let id) = action else {
                    complain("\(error)")
                    continue
                }
                failures[id] = error
                tell(.lost(id))
            }
        }
        if let used {
            if let session = session(used) { return .session(used, session) }
            let lost = PostgresError(.connectionLost, operation: "use a session", message: "PostgreSQL had ended it")
            return .failed(failures[used] ?? lost)
        }
        return failures.values.first.map { .failed($0) } ?? .done
    }

    private func session(_ id: SessionID) -> Session? { sessions.withLock { $0[id] } }

    /// A query that goes on after its response, on a thread of its own; the policy bounds how many there are.
    private func work(_ id: SessionID, _ duration: Duration) {
        guard let session = session(id) else { return }
        let seconds = String(duration.seconds)
        do throws(SystemError) {
            _ = try KernelThread(name: "leaky-slow") { [weak self] in
                try? session.run("SELECT pg_sleep($1::float8) AS slow_end", [seconds], timeout: duration + .seconds(30))
                self?.tell(.finished(id))
            }
        } catch {
            complain("\(error)")
            tell(.finished(id))
        }
    }

    private func hire(_ number: Int) {
        do throws(SystemError) {
            try workers.hire(number, database: source.conninfo, size: settings.size)
        } catch {
            complain("no worker: \(error)")
        }
    }

    /// Forgets a session that failed; the policy opens another when it needs one.
    func lose(_ id: SessionID) {
        _ = sessions.withLock { $0.removeValue(forKey: id) }
        tell(.lost(id))
    }

    /// Forgets the sessions that PostgreSQL has ended, so that their descriptors do not pile up.
    func bury() {
        let all = sessions.withLock { Array($0) }
        for (id, session) in all where session.hasEnded { lose(id) }
    }

    /// Closes everything; for tests, which end a server without ending the process.
    func closeAll() {
        workers.dismissAll()
        let all = sessions.withLock { sessions in
            defer { sessions = [:] }
            return Array(sessions.values)
        }
        // Released here, outside the lock: each closes its session.
        _ = all
    }

    /// One line on stderr, at most one a second: a full database would fill the log.
    private func complain(_ line: String) {
        let now = MonotonicInstant.now
        let isDue = said.withLock { said in
            if let last = said, now - last < .seconds(1) { return false }
            said = now
            return true
        }
        if isDue { printError("leaky: \(line)") }
    }
}
