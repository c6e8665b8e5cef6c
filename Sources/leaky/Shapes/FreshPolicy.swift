import LinuxIO

/// A session for each request, whose fate is decided when the request ends.
struct FreshPolicy: ShapePolicy {
    private let settings: ShapeSettings
    private var running = RunningRequests()
    private var chance: SplitMix
    /// Left behind and alive, oldest first.
    private var left: [SessionID] = []
    /// `collected`: how many are held before the collector comes, drawn anew each time.
    private var threshold = 0
    private var lastEnd: MonotonicInstant?
    /// `staircase`: the request that met the application after a silence.
    private var step: Int?
    /// `stuck`: the request whose transaction stays open.
    private var stuck: Int?

    /// A collector leaves what is still referenced from somewhere.
    static let survivors = 4

    init(_ settings: ShapeSettings) {
        self.settings = settings
        chance = SplitMix(seed: settings.seed)
        threshold = drawThreshold()
    }

    mutating func handle(_ event: ShapeEvent, at now: MonotonicInstant) -> [ShapeAction] {
        switch event {
        case .began(let request): return begin(request, now)
        case .ended(let request, let outcome):
            let session = running.end(request)
            lastEnd = now
            guard let session else { return [] }
            return leaves(request, outcome) ? leave(session) : [.close(session)]
        case .lost(let session):
            running.lose(session)
            left.removeAll { $0 == session }
            return []
        case .started, .clientOpened, .clientClosed, .ticked, .opened, .finished: return []
        }
    }

    private mutating func begin(_ request: ShapeRequest, _ now: MonotonicInstant) -> [ShapeAction] {
        if settings.shape == .staircase, running.isEmpty, let lastEnd, now - lastEnd >= settings.after { step = request.id }
        let session = running.begin(request)
        if settings.shape == .stuck, stuck == nil {
            stuck = request.id
            return [.open(session), .begin(session), .use(session)]
        }
        return [.open(session), .use(session)]
    }

    private mutating func leaves(_ request: ShapeRequest, _ outcome: Outcome) -> Bool {
        switch settings.shape {
        case .perRequest, .collected, .reaped: true
        case .perError: request.route == .error
        case .perClass: request.route == .leak
        case .oneInN: Int.random(in: 0..<settings.every, using: &chance) == 0
        case .staircase: step == request.id
        case .hangUp: outcome.hungUp
        case .stuck: stuck == request.id
        default: false
        }
    }

    private mutating func leave(_ session: SessionID) -> [ShapeAction] {
        left.append(session)
        guard settings.shape == .collected, left.count >= threshold else { return [] }
        let collected = left.dropLast(Self.survivors)
        left.removeFirst(collected.count)
        threshold = drawThreshold()
        return collected.map { .close($0) }
    }

    /// Within a quarter of the size, for a collector comes by its own count of objects, not by ours of sessions.
    private mutating func drawThreshold() -> Int {
        guard settings.size > 0 else { return .max }
        let quarter = settings.size / 4
        return max(Self.survivors + 1, settings.size - quarter + Int.random(in: 0...(2 * quarter), using: &chance))
    }
}
