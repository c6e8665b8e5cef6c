/// An application, and beside it something that opens sessions by a clock or when clients leave.
final class Beside: Behaviour {
    private let inner: any Behaviour
    /// The server starts.
    var onStart: (Plant) -> Void = { _ in }
    /// The clients of a load have gone, and some request was served since they last had.
    var onClientsLeft: (Plant) -> Void = { _ in }
    var onGaveUp: (Call, Plant) -> Void = { _, _ in }
    var onServed: (Call, Plant) -> Void = { _, _ in }
    private var wasUsed = false

    init(_ inner: any Behaviour) { self.inner = inner }

    func started(_ plant: Plant) {
        inner.started(plant)
        onStart(plant)
    }

    func stopped(_ plant: Plant) { inner.stopped(plant) }

    func begin(_ call: Call, _ plant: Plant) -> Admission {
        wasUsed = true
        return inner.begin(call, plant)
    }

    func end(_ call: Call, _ plant: Plant) { inner.end(call, plant) }

    func served(_ call: Call, _ plant: Plant) {
        inner.served(call, plant)
        onServed(call, plant)
    }

    func gaveUp(_ call: Call, _ plant: Plant) {
        inner.gaveUp(call, plant)
        onGaveUp(call, plant)
    }

    func closed(connection: Int, _ plant: Plant) { inner.closed(connection: connection, plant) }

    func clientsLeft(_ plant: Plant) {
        inner.clientsLeft(plant)
        if wasUsed { onClientsLeft(plant) }
        wasUsed = false
    }

    func replaced(_ old: Worker, by new: Worker, _ plant: Plant) { inner.replaced(old, by: new, plant) }
}
