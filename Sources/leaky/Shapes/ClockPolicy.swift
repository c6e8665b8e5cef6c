import LinuxIO

/// A session for each request, and a clock that opens or closes some beside or after the requests.
struct ClockPolicy: ShapePolicy {
    private let settings: ShapeSettings
    private var running = RunningRequests()
    /// `timed`: put away, oldest first.
    private var resting: [(session: SessionID, since: MonotonicInstant)] = []
    /// `slow-end`: at work after their response.
    private var working: Set<SessionID> = []
    /// `without-load`: when the next is due.
    private var due: MonotonicInstant?
    /// `end-of-load`: clients there are, whether one of them used the database, and since when there are none.
    private var clients = 0
    private var wasUsed = false
    private var emptySince: MonotonicInstant?

    /// At most so many sessions go on after their response.
    static let workers = 4

    init(_ settings: ShapeSettings) {
        self.settings = settings
    }

    mutating func handle(_ event: ShapeEvent, at now: MonotonicInstant) -> [ShapeAction] {
        switch event {
        case .started: due = now + settings.after
        case .began(let request):
            wasUsed = true
            let session = running.begin(request)
            return [.open(session), .use(session)]
        case .ended(let request, _):
            guard let session = running.end(request) else { break }
            return end(session, now)
        case .clientOpened:
            clients += 1
            emptySince = nil
        case .clientClosed:
            clients -= 1
            if clients == 0 { emptySince = now }
        case .ticked: return tick(now)
        case .lost(let session):
            running.lose(session)
            working.remove(session)
            resting.removeAll { $0.session == session }
        case .finished(let session):
            if working.remove(session) != nil { return [.close(session)] }
        case .opened: break
        }
        return []
    }

    private mutating func end(_ session: SessionID, _ now: MonotonicInstant) -> [ShapeAction] {
        switch settings.shape {
        case .timed:
            resting.append((session, now))
            return []
        case .slowEnd where working.count < Self.workers:
            working.insert(session)
            return [.work(session, settings.after)]
        default: return [.close(session)]
        }
    }

    private mutating func tick(_ now: MonotonicInstant) -> [ShapeAction] {
        switch settings.shape {
        case .timed:
            let ripe = resting.prefix { now - $0.since >= settings.after }
            resting.removeFirst(ripe.count)
            return ripe.map { .close($0.session) }
        case .withoutLoad:
            guard let due, now >= due else { return [] }
            self.due = now + settings.after
            return leaveOne()
        case .endOfLoad:
            guard wasUsed, let emptySince, now - emptySince >= settings.after else { return [] }
            wasUsed = false
            return leaveOne()
        default: return []
        }
    }

    private mutating func leaveOne() -> [ShapeAction] {
        let session = running.nextSession()
        return [.open(session), .touch(session)]
    }
}
