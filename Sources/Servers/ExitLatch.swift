import Synchronization

/// The end of a process: set once, waited for by any number.
final class ExitLatch: Sendable {
    private struct State {
        var status: Termination?
        var actions: [@Sendable (Termination) -> Void] = []
    }

    private let state = Mutex(State())

    var status: Termination? { state.withLock(\.status) }

    func set(_ status: Termination) {
        let actions = state.withLock { state in
            if state.status != nil { return [@Sendable (Termination) -> Void]() }
            state.status = status
            let actions = state.actions
            state.actions = []
            return actions
        }
        for action in actions { action(status) }
    }

    /// Calls `action` when the process has ended; at once when it has already.
    func whenSet(_ action: @escaping @Sendable (Termination) -> Void) {
        let status = state.withLock { state in
            if state.status == nil { state.actions.append(action) }
            return state.status
        }
        if let status { action(status) }
    }

    func wait() async -> Termination {
        await withCheckedContinuation { continuation in
            whenSet { continuation.resume(returning: $0) }
        }
    }
}
