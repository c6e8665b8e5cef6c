import Glibc
package import LinuxIO
import Synchronization

/// Ctrl-C and its like: the first asks the run to end well, the second ends it at once.
package final class Interruption: Sendable {
    private struct State {
        var signal: Int32?
        var action: (@Sendable () -> Void)?
        var lastResort: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    package init() {}

    /// Watches SIGINT, SIGTERM and SIGHUP from now on. To be called once in a process.
    package func watchSignals() throws(SystemError) {
        try SignalWatch.install([SIGINT, SIGTERM, SIGHUP]) { [self] signal in received(signal) }
    }

    /// Takes in a signal as if it had come from outside.
    package func received(_ signal: Int32) {
        let (first, action) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
            if state.signal == nil {
                state.signal = signal
                return (true, state.action)
            }
            return (false, state.lastResort)
        }
        action?()
        if !first { _exit(signal == SIGTERM ? RunStatus.terminated.rawValue : RunStatus.interrupted.rawValue) }
    }

    package var isRequested: Bool { state.withLock { $0.signal != nil } }

    /// The exit code that the signal asks for.
    package var status: RunStatus? {
        state.withLock { $0.signal.map { $0 == SIGTERM ? .terminated : .interrupted } }
    }

    /// What to do at once when the first signal comes (called at once when it has come already); `nil` takes it back.
    func onFirst(_ action: (@Sendable () -> Void)?) {
        let now = state.withLock { state -> Bool in
            state.action = action
            return state.signal != nil
        }
        if now { action?() }
    }

    /// What to do before the program ends at the second signal: end what was started.
    func beforeEnd(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.lastResort = action }
    }

    /// Sleeps until `deadline`, or until a signal comes, in slices of 50 ms.
    ///
    /// - Returns: whether the deadline was reached.
    @discardableResult
    func sleep(until deadline: MonotonicInstant, unless ends: () -> Bool = { false }) async -> Bool {
        while true {
            if isRequested || ends() { return false }
            let left = deadline - .now
            if left <= .zero { return true }
            try? await Task.sleep(for: min(left, .milliseconds(50)))
        }
    }
}
