/// A session for each request, closed after the response; some are forgotten.
final class FreshSessions: Behaviour {
    /// Sessions that a request forgets.
    var forgets: (Call, Plant) -> Int = { _, _ in 0 }
    /// Sessions that were forgotten, oldest first.
    private(set) var forgotten: [Session] = []
    /// Called with what is forgotten.
    var forgot: (FreshSessions, Plant) -> Void = { _, _ in }
    /// What becomes of a session that was not forgotten; by default it is closed.
    var release: (Session, Plant) -> Void = { session, plant in plant.close(session) }

    func stopped(_ plant: Plant) { forgotten = [] }

    func begin(_ call: Call, _ plant: Plant) -> Admission {
        guard let session = plant.open(call.worker) else { return .fail }
        call.session = session
        return .serve
    }

    func end(_ call: Call, _ plant: Plant) {
        guard let session = call.session else { return }
        let count = forgets(call, plant)
        guard count > 0 else { return release(session, plant) }
        forgotten.append(session)
        for _ in 1..<max(1, count) {
            guard let another = plant.open(call.worker) else { break }
            plant.use(another, for: call)
            forgotten.append(another)
        }
        forgot(self, plant)
    }

    /// Closes all of the forgotten but the newest so many.
    func collect(keeping kept: Int, _ plant: Plant) {
        let count = max(0, forgotten.count - kept)
        for session in forgotten.prefix(count) { plant.close(session) }
        forgotten.removeFirst(count)
    }
}
