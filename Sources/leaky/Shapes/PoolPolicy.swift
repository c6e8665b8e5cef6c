import LinuxIO

/// A pool of sessions that requests take and give back.
struct PoolPolicy: ShapePolicy {
    private struct Entry {
        let session: SessionID
        let born: MonotonicInstant
        var since: MonotonicInstant
    }

    private let settings: ShapeSettings
    private var lastSession: SessionID = 0
    /// Free, the last one given back at the end.
    private var idle: [Entry] = []
    /// By request.
    private var busy: [Int: Entry] = [:]
    /// Asked for by no request, and not there yet.
    private var opening: Set<SessionID> = []
    /// `inside-pool`: taken and never given back.
    private var mislaid: Set<SessionID> = []
    private var checkouts = 0
    private var lastShed: MonotonicInstant?
    private var chance: SplitMix

    /// SQLAlchemy's default of `max_overflow`.
    static let overflow = 10
    /// `overshoot`: how many more than the one that is missing.
    static let extra = 2

    init(_ settings: ShapeSettings) {
        self.settings = settings
        chance = SplitMix(seed: settings.seed)
    }

    private var count: Int { idle.count + busy.count + opening.count + mislaid.count }

    private var most: Int {
        switch settings.shape {
        case .overflow: settings.size + Self.overflow
        case .overshoot: 5 * settings.size
        default: settings.size
        }
    }

    mutating func handle(_ event: ShapeEvent, at now: MonotonicInstant) -> [ShapeAction] {
        switch event {
        case .started:
            guard settings.shape == .pool || settings.shape == .rotation else { return [] }
            return (0..<settings.size).map { _ in openSpare() }
        case .began(let request): return checkOut(request, now)
        case .ended(let request, _): return giveBack(request, now)
        case .opened(let session):
            if opening.remove(session) != nil { idle.insert(Entry(session: session, born: now, since: now), at: 0) }
            return []
        case .lost(let session):
            lose(session)
            return []
        case .ticked: return tick(now)
        case .clientOpened, .clientClosed, .finished: return []
        }
    }

    private mutating func checkOut(_ request: ShapeRequest, _ now: MonotonicInstant) -> [ShapeAction] {
        if let entry = takeIdle() {
            guard isTooOld(entry, now) else {
                busy[request.id] = entry
                return [.use(entry.session)]
            }
            return [.close(entry.session)] + open(for: request, now)
        }
        guard count < most else { return [.wait] }
        let actions = open(for: request, now)
        guard settings.shape == .overshoot else { return actions }
        return actions + (0..<min(Self.extra, most - count)).map { _ in openSpare() }
    }

    /// The last one given back; in `filling` a slot at random, which may be an empty one.
    private mutating func takeIdle() -> Entry? {
        guard settings.shape == .filling else { return idle.popLast() }
        let free = idle.count + settings.size - count
        guard free > 0 else { return nil }
        let slot = Int.random(in: 0..<free, using: &chance)
        return slot < idle.count ? idle.remove(at: slot) : nil
    }

    private mutating func open(for request: ShapeRequest, _ now: MonotonicInstant) -> [ShapeAction] {
        lastSession += 1
        busy[request.id] = Entry(session: lastSession, born: now, since: now)
        return [.open(lastSession), .use(lastSession)]
    }

    private mutating func openSpare() -> ShapeAction {
        lastSession += 1
        opening.insert(lastSession)
        return .open(lastSession)
    }

    private mutating func giveBack(_ request: ShapeRequest, _ now: MonotonicInstant) -> [ShapeAction] {
        guard var entry = busy.removeValue(forKey: request.id) else { return [] }
        checkouts += 1
        if settings.shape == .insidePool, checkouts % settings.every == 0 {
            mislaid.insert(entry.session)
            return []
        }
        if settings.shape == .overflow, idle.count >= settings.size { return [.close(entry.session)] }
        entry.since = now
        idle.append(entry)
        return []
    }

    private mutating func tick(_ now: MonotonicInstant) -> [ShapeAction] {
        switch settings.shape {
        case .rotation:
            let old = idle.filter { isTooOld($0, now) }
            idle = idle.filter { !isTooOld($0, now) }
            return old.flatMap { [.close($0.session), openSpare()] }
        case .overshoot:
            guard count > settings.size, let oldest = idle.first, now - oldest.since >= settings.after else { return [] }
            if let lastShed, now - lastShed < settings.after { return [] }
            lastShed = now
            idle.removeFirst()
            return [.close(oldest.session)]
        default: return []
        }
    }

    /// Lifetimes differ by up to half, so that sessions of one birth do not all go at once.
    private func isTooOld(_ entry: Entry, _ now: MonotonicInstant) -> Bool {
        guard settings.shape == .rotation else { return false }
        return now - entry.born >= settings.after + settings.after * (entry.session % 8) / 16
    }

    private mutating func lose(_ session: SessionID) {
        idle.removeAll { $0.session == session }
        opening.remove(session)
        mislaid.remove(session)
        if let request = busy.first(where: { $0.value.session == session })?.key { busy[request] = nil }
    }
}
