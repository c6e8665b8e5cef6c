/// A pool of sessions in each worker.
final class Pool: Behaviour {
    enum Pick: Sendable {
        /// The one that came back last, or first.
        case newest, oldest
        /// Numbered places, one of them at random or in turn, opened when first taken.
        case anyPlace, inTurn
    }

    struct Options: Sendable {
        var size: Int
        /// Opened beyond `size`, and closed on return.
        var overflow = 0
        var pick = Pick.newest
        /// Opened when the worker starts.
        var atStart = 0
        /// Sessions older than this are replaced when they come back; microseconds.
        var lifetime: Int64?
        /// Sessions idle for longer are closed.
        var idleEnd: Int64?
        /// Opened when one is missing, and given back one per so long down to `size`.
        var burst: (count: Int, givesBackEvery: Int64)?
        /// Probability that a place is not given back.
        var lostPlaces = 0.0
        /// How long a request waits for a place; microseconds.
        var patience: Int64 = 1_000_000
        /// Sessions that stay in a transaction, at most, and with which probability each request leaves one.
        var stuck: (most: Int, probability: Double)?
    }

    private final class Store {
        /// Back in the pool, in the order of their return.
        var idle: [(session: Session, since: Int64)] = []
        /// Of numbered places: the session, and whether it is out.
        var places: [(session: Session?, isOut: Bool)] = []
        var taken = 0
        var waiting: [Call] = []
        var turn = 0
        var isGivingBack = false
    }

    private let options: Options
    private var stores: [Int: Store] = [:]
    private var places: [ObjectIdentifier: Int] = [:]
    private var stuckLeft = 0

    init(_ options: Options) {
        self.options = options
        stuckLeft = options.stuck?.most ?? 0
    }

    private func store(_ worker: Worker) -> Store {
        if let known = stores[worker.pid] { return known }
        let new = Store()
        new.places = Array(repeating: (nil, false), count: options.size)
        stores[worker.pid] = new
        return new
    }

    func started(_ plant: Plant) { for worker in plant.workers { fill(worker, plant) } }

    func stopped(_ plant: Plant) { stores = [:] }

    func replaced(_ old: Worker, by new: Worker, _ plant: Plant) {
        stores[old.pid] = nil
        fill(new, plant)
    }

    private func fill(_ worker: Worker, _ plant: Plant) {
        for _ in 0..<options.atStart {
            guard let session = plant.open(worker) else { return }
            session.queryStart = plant.now
            rest(session, store(worker), worker, plant)
        }
    }

    // MARK: Taking

    func begin(_ call: Call, _ plant: Plant) -> Admission {
        let store = store(call.worker)
        if take(for: call, store, plant) { return .serve }
        if plant.postgres.used >= plant.postgres.limit { return .fail }
        store.waiting.append(call)
        plant.after(options.patience) {
            guard let index = store.waiting.firstIndex(where: { $0 === call }) else { return }
            store.waiting.remove(at: index)
            plant.fail(call)
        }
        return .wait
    }

    private func take(for call: Call, _ store: Store, _ plant: Plant) -> Bool {
        switch options.pick {
        case .anyPlace, .inTurn: return takePlace(for: call, store, plant)
        case .newest, .oldest: break
        }
        while !store.idle.isEmpty {
            let found = options.pick == .newest ? store.idle.removeLast() : store.idle.removeFirst()
            guard found.session.isAlive else { continue }
            call.session = found.session
            store.taken += 1
            return true
        }
        guard store.taken < options.size + options.overflow, let session = plant.open(call.worker) else { return false }
        call.session = session
        store.taken += 1
        if let burst = options.burst {
            for _ in 1..<burst.count { if let more = plant.open(call.worker) { rest(more, store, call.worker, plant) } }
        }
        return true
    }

    private func takePlace(for call: Call, _ store: Store, _ plant: Plant) -> Bool {
        var index = store.turn
        if options.pick == .anyPlace {
            let free = store.places.indices.filter { !store.places[$0].isOut }
            guard !free.isEmpty else { return false }
            index = plant.chance.pick(free)
        } else {
            for _ in store.places where store.places[index].isOut { index = (index + 1) % store.places.count }
            guard !store.places[index].isOut else { return false }
            store.turn = (index + 1) % store.places.count
        }
        if store.places[index].session?.isAlive != true { store.places[index].session = plant.open(call.worker) }
        guard let session = store.places[index].session else { return false }
        store.places[index].isOut = true
        places[ObjectIdentifier(call)] = index
        call.session = session
        return true
    }

    // MARK: Giving back

    func end(_ call: Call, _ plant: Plant) {
        guard let session = call.session, !call.worker.hasEnded else { return }
        let store = store(call.worker)
        if plant.chance.happens(options.lostPlaces) { return }
        if let stuck = options.stuck, stuckLeft > 0, plant.chance.happens(stuck.probability) {
            stuckLeft -= 1
            session.isInTransaction = true
            return
        }
        if let index = places.removeValue(forKey: ObjectIdentifier(call)) {
            store.places[index].isOut = false
            if let lifetime = options.lifetime, plant.now - session.begun > lifetime {
                plant.close(session)
                store.places[index].session = plant.open(call.worker)
            }
        } else {
            giveBack(session, store, call.worker, plant)
        }
    }

    private func giveBack(_ session: Session, _ store: Store, _ worker: Worker, _ plant: Plant) {
        store.taken -= 1
        if let lifetime = options.lifetime, plant.now - session.begun > lifetime {
            plant.close(session)
            if let new = plant.open(worker) { rest(new, store, worker, plant) }
        } else if options.overflow > 0, store.idle.count >= options.size, store.waiting.isEmpty {
            plant.close(session)
        } else {
            rest(session, store, worker, plant)
        }
    }

    /// When the thread is free, whoever waits may go on.
    func served(_ call: Call, _ plant: Plant) {
        guard !call.worker.hasEnded else { return }
        let store = store(call.worker)
        while let next = store.waiting.first, take(for: next, store, plant) {
            store.waiting.removeFirst()
            plant.serve(next)
        }
    }

    private func rest(_ session: Session, _ store: Store, _ worker: Worker, _ plant: Plant) {
        let since = plant.now
        store.idle.append((session, since))
        if let idleEnd = options.idleEnd {
            plant.after(idleEnd) {
                guard let index = store.idle.firstIndex(where: { $0.session === session && $0.since == since }) else { return }
                store.idle.remove(at: index)
                plant.close(session)
            }
        }
        if let burst = options.burst, store.idle.count + store.taken > options.size, !store.isGivingBack {
            store.isGivingBack = true
            giveBackLater(store, every: burst.givesBackEvery, plant)
        }
    }

    private func giveBackLater(_ store: Store, every interval: Int64, _ plant: Plant) {
        plant.after(interval) { [self] in
            guard store.idle.count + store.taken > options.size else { return store.isGivingBack = false }
            if !store.idle.isEmpty { plant.close(store.idle.removeFirst().session) }
            giveBackLater(store, every: interval, plant)
        }
    }
}
