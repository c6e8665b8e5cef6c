/// One session for each client connection.
final class ClientSessions: Behaviour {
    /// Whether the session goes with the client.
    private let closes: Bool
    private var held: [Int: Session] = [:]

    init(closes: Bool) { self.closes = closes }

    func stopped(_ plant: Plant) { held = [:] }

    func begin(_ call: Call, _ plant: Plant) -> Admission {
        if let known = held[call.connection], known.isAlive {
            call.session = known
            return .serve
        }
        guard let session = plant.open(call.worker) else { return .fail }
        held[call.connection] = session
        call.session = session
        return .serve
    }

    func closed(connection: Int, _ plant: Plant) {
        guard let session = held.removeValue(forKey: connection), closes else { return }
        // A moment later: the server has to notice.
        plant.after(Int64(plant.chance.between(1_000, 60_000))) { plant.close(session) }
    }
}
