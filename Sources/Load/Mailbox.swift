import LinuxIO
import Measurements
import Synchronization

/// What crosses between one load thread and those who give it orders.
final class Mailbox: Sendable {
    private struct State {
        var orders: [StepOrder] = []
        /// A step is under way, or waits to be.
        var open = 0
        var stop: LoadOutcome.Stop?
        var finishing = false
        var live = LiveLoad()
    }

    private let state = Mutex(State())
    /// Something was put in.
    let signal: EventFD

    init() throws(SystemError) {
        signal = try EventFD()
    }

    /// Whether the order was taken; not after ``finish()``.
    func put(_ order: StepOrder) -> Bool {
        let taken = state.withLock { state in
            guard !state.finishing else { return false }
            state.orders.append(order)
            state.open += 1
            return true
        }
        if taken { signal.signal() }
        return taken
    }

    func takeOrder() -> StepOrder? {
        state.withLock { $0.orders.isEmpty ? nil : $0.orders.removeFirst() }
    }

    /// The order that was taken is carried out; a stop that was meant for it is over.
    func carriedOut() {
        state.withLock { state in
            state.open -= 1
            if state.open == 0 { state.stop = nil }
        }
    }

    /// Has no effect when no step is under way.
    func stop(_ reason: LoadOutcome.Stop) {
        let needed = state.withLock { state in
            guard state.open > 0, state.stop == nil else { return false }
            state.stop = reason
            return true
        }
        if needed { signal.signal() }
    }

    var stopAsked: LoadOutcome.Stop? { state.withLock { $0.stop } }

    /// Whether this was the first call.
    func finish() -> Bool {
        let first = state.withLock { state in
            defer {
                state.finishing = true
                if state.open > 0, state.stop == nil { state.stop = .interrupted }
            }
            return !state.finishing
        }
        signal.signal()
        return first
    }

    var isFinishing: Bool { state.withLock { $0.finishing && $0.orders.isEmpty } }

    var live: LiveLoad {
        get { state.withLock { $0.live } }
        set { state.withLock { $0.live = newValue } }
    }
}
