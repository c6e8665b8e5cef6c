/// Each thread keeps one session between requests, as Django does with `CONN_MAX_AGE`.
final class ThreadSessions: Behaviour {
    private struct Place: Hashable {
        var worker: Int
        var thread: Int
    }

    private struct Held {
        var session: Session
        var lastUsed: Int64
    }

    /// Whether the thread loses its session, which stays open.
    var forgets: (Call, Plant) -> Bool = { _, _ in false }
    /// The thread drops the session that it has and takes a new one with each request.
    var dropsFirst = false
    /// Threads idle for so long end, microseconds; `closes`: their sessions go with them.
    var idleEnd: (after: Int64, closes: Bool)?
    private var held: [Place: Held] = [:]

    func stopped(_ plant: Plant) { held = [:] }

    func begin(_ call: Call, _ plant: Plant) -> Admission {
        let place = Place(worker: call.worker.pid, thread: call.thread)
        if let known = held[place] {
            if known.session.isAlive, !dropsFirst {
                held[place]?.lastUsed = plant.now
                call.session = known.session
                return .serve
            }
            plant.close(known.session)
        }
        guard let session = plant.open(call.worker) else { return .fail }
        held[place] = Held(session: session, lastUsed: plant.now)
        call.session = session
        return .serve
    }

    func end(_ call: Call, _ plant: Plant) {
        let place = Place(worker: call.worker.pid, thread: call.thread)
        if forgets(call, plant) { held[place] = nil }
        guard let idleEnd, held[place] != nil else { return }
        let lastUsed = plant.now
        held[place]?.lastUsed = lastUsed
        plant.after(idleEnd.after) { [self] in
            guard let known = held[place], known.lastUsed == lastUsed else { return }
            held[place] = nil
            if idleEnd.closes { plant.close(known.session) }
        }
    }
}
