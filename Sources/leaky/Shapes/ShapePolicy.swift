import LinuxIO

/// The name of a session within the server: counts from 1 and never comes back.
typealias SessionID = Int

/// A request that wants the database.
struct ShapeRequest: Equatable, Sendable {
    let id: Int
    /// The worker thread that serves it, from 0.
    let worker: Int
    /// The client connection that it came by.
    let client: Int
    let route: Route
}

/// How a request ended.
struct Outcome: Equatable, Sendable {
    let status: Int
    /// Whether the client had gone before the response was written.
    var hungUp = false
}

/// What happens in the server, as far as sessions go.
enum ShapeEvent: Sendable {
    /// Before the first client is let in.
    case started
    case began(ShapeRequest)
    /// After the response. Comes also for a request that got no session.
    case ended(ShapeRequest, Outcome)
    case clientOpened(Int)
    case clientClosed(Int)
    /// Some time has passed.
    case ticked
    /// An ``ShapeAction/open(_:)`` has been carried out.
    case opened(SessionID)
    /// It could not be opened, or PostgreSQL ended it.
    case lost(SessionID)
    /// The query of ``ShapeAction/work(_:_:)`` has ended.
    case finished(SessionID)
}

/// What is to be done with sessions, in this order, by the thread that told of the event.
enum ShapeAction: Equatable, Sendable {
    case open(SessionID)
    case begin(SessionID)
    /// The request's query runs on this session, which is the request's own until it has ended.
    case use(SessionID)
    case close(SessionID)
    /// Run a query on a session that no request asked for.
    case touch(SessionID)
    /// Run a query for so long, on a thread of its own.
    case work(SessionID, Duration)
    /// Begin a worker process with a pool of its own.
    case hire(Int)
    /// End that process.
    case dismiss(Int)
    /// There is no session for this request now; tell of it again later. Nothing has been noted.
    case wait
}

/// How a shape holds its sessions: a state machine that says what to do and does nothing.
///
/// Time comes in as an argument and chance from a seed, so the same events give the same actions.
protocol ShapePolicy: Sendable {
    mutating func handle(_ event: ShapeEvent, at now: MonotonicInstant) -> [ShapeAction]
}

extension ShapeSettings {
    /// The state machine of the shape, in its first state.
    func makePolicy() -> any ShapePolicy {
        switch shape {
        case .threads, .closeSkipped, .perConnection, .perConnectionKept: KeptPolicy(self)
        case .pool, .filling, .overshoot, .rotation, .overflow, .insidePool: PoolPolicy(self)
        case .withoutLoad, .endOfLoad, .timed, .slowEnd: ClockPolicy(self)
        case .workerLeft, .workerReplaced: WorkerPolicy(self)
        case .clean, .perRequest, .perError, .perClass, .oneInN, .collected, .reaped, .staircase, .hangUp, .stuck: FreshPolicy(self)
        }
    }
}

/// The sessions of running requests in a shape that opens one for each.
struct RunningRequests: Sendable {
    private var sessions: [Int: SessionID] = [:]
    private(set) var lastSession: SessionID = 0

    var isEmpty: Bool { sessions.isEmpty }

    mutating func nextSession() -> SessionID {
        lastSession += 1
        return lastSession
    }

    mutating func begin(_ request: ShapeRequest) -> SessionID {
        let session = nextSession()
        sessions[request.id] = session
        return session
    }

    /// The session of the request; `nil` when it got none or lost it.
    mutating func end(_ request: ShapeRequest) -> SessionID? {
        guard let session = sessions.removeValue(forKey: request.id), session > 0 else { return nil }
        return session
    }

    /// The request goes on, without.
    mutating func lose(_ session: SessionID) {
        guard let request = sessions.first(where: { $0.value == session })?.key else { return }
        sessions[request] = 0
    }
}
