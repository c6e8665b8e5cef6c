/// What an application does with its sessions.
protocol Behaviour: AnyObject {
    func started(_ plant: Plant)
    func stopped(_ plant: Plant)
    func begin(_ call: Call, _ plant: Plant) -> Admission
    /// The response is written.
    func end(_ call: Call, _ plant: Plant)
    /// The thread is free again.
    func served(_ call: Call, _ plant: Plant)
    /// The client went before the response.
    func gaveUp(_ call: Call, _ plant: Plant)
    func closed(connection: Int, _ plant: Plant)
    /// All connections of a load are closed.
    func clientsLeft(_ plant: Plant)
    func replaced(_ old: Worker, by new: Worker, _ plant: Plant)
}

/// What becomes of a request that has a thread.
enum Admission {
    case serve
    /// The behaviour calls ``Plant/serve(_:)`` or ``Plant/fail(_:)`` later.
    case wait
    case fail
}

extension Behaviour {
    func started(_ plant: Plant) {}
    func stopped(_ plant: Plant) {}
    func begin(_ call: Call, _ plant: Plant) -> Admission { .serve }
    func end(_ call: Call, _ plant: Plant) {}
    func served(_ call: Call, _ plant: Plant) {}
    func gaveUp(_ call: Call, _ plant: Plant) {}
    func closed(connection: Int, _ plant: Plant) {}
    func clientsLeft(_ plant: Plant) {}
    func replaced(_ old: Worker, by new: Worker, _ plant: Plant) {}
}
