import LinuxIO

@testable import leaky

/// A policy with the sessions that it asks for, opened and closed at once, on a clock that stands until it is moved.
struct PolicyDriver {
    private var policy: any ShapePolicy
    private(set) var now = MonotonicInstant(nanoseconds: 0)
    /// Alive.
    private(set) var sessions: Set<SessionID> = []
    private(set) var born = 0
    private(set) var peak = 0
    private(set) var inTransaction: Set<SessionID> = []
    private(set) var touched: Set<SessionID> = []
    /// At work after a response, until when.
    private(set) var working: [SessionID: MonotonicInstant] = [:]
    private(set) var waited = 0
    private(set) var used: [SessionID] = []
    private var lastRequest = 0
    /// A use of what is not open, a second opening, a close of what is used: none of it may happen.
    private(set) var mistakes: [String] = []
    private var inUse: [Int: SessionID] = [:]

    private let workerSize: Int

    private func workerSessions(_ number: Int) -> [SessionID] { (0..<workerSize).map { -(number * workerSize + $0) - 1 } }

    init(_ shape: Shape, _ change: (inout ShapeSettings) -> Void = { _ in }) {
        var settings = ShapeSettings(shape)
        change(&settings)
        policy = settings.makePolicy()
        workerSize = settings.size
        tell(.started)
    }

    mutating func tell(_ event: ShapeEvent) {
        carryOut(policy.handle(event, at: now), nil)
    }

    private mutating func carryOut(_ actions: [ShapeAction], _ request: Int?) {
        for action in actions {
            switch action {
            case .open(let id):
                if !sessions.insert(id).inserted { mistakes.append("opened \(id) twice") }
                born += 1
                peak = max(peak, sessions.count)
                tell(.opened(id))
            case .close(let id):
                if sessions.remove(id) == nil { mistakes.append("closed \(id), which is not open") }
                if inUse.values.contains(id) { mistakes.append("closed \(id), which is in use") }
            case .use(let id):
                if !sessions.contains(id) { mistakes.append("used \(id), which is not open") }
                if inUse.values.contains(id) { mistakes.append("\(id) is used twice") }
                if let request { inUse[request] = id }
                used.append(id)
            case .begin(let id): inTransaction.insert(id)
            case .touch(let id): touched.insert(id)
            case .work(let id, let duration): working[id] = now + duration
            // The sessions of a worker are its own; they count, and have names that the policy does not give.
            case .hire(let number): for session in workerSessions(number) { sessions.insert(session) }
            case .dismiss(let number):
                for session in workerSessions(number) where sessions.remove(session) == nil { mistakes.append("no worker \(number)") }
            case .wait: waited += 1
            }
        }
    }

    /// Begins a request; `nil` when there is no session for it.
    mutating func begin(_ route: Route = .query, worker: Int = 0, client: Int = 0) -> ShapeRequest? {
        lastRequest += 1
        let request = ShapeRequest(id: lastRequest, worker: worker, client: client, route: route)
        let waitedBefore = waited
        carryOut(policy.handle(.began(request), at: now), request.id)
        return waited == waitedBefore ? request : nil
    }

    mutating func end(_ request: ShapeRequest, hungUp: Bool = false) {
        inUse[request.id] = nil
        tell(.ended(request, Outcome(status: request.route.status, hungUp: hungUp)))
    }

    /// As many requests as said, `atOnce` of them overlapping, over as many clients that come before and go after.
    mutating func wave(_ count: Int, _ route: Route = .query, atOnce: Int = 8, hungUp: Bool = false, firstClient: Int = 0) {
        for client in 0..<atOnce { tell(.clientOpened(firstClient + client)) }
        var left = count
        while left > 0 {
            let batch = (0..<min(atOnce, left)).map { begin(route, worker: $0, client: firstClient + $0) }
            for request in batch { if let request { end(request, hungUp: hungUp) } }
            left -= batch.count
        }
        for client in 0..<atOnce { tell(.clientClosed(firstClient + client)) }
    }

    /// Lets time pass, in ticks of 20 ms.
    mutating func pass(_ duration: Duration) {
        let end = now + duration
        while now < end {
            now = now + .milliseconds(20)
            for (id, until) in working where until <= now {
                working[id] = nil
                tell(.finished(id))
            }
            tell(.ticked)
        }
    }

    /// PostgreSQL ends a session.
    mutating func lose(_ id: SessionID) {
        // Of a worker's own session nobody is told.
        guard id > 0 else { return }
        sessions.remove(id)
        tell(.lost(id))
    }
}
