import Measurements
import Scenarios
import Synchronization
import Verdicts

/// Follows the thresholds that end a run while it is under way: the judge's own fold over the same rows, as they are written.
///
/// Rows come on the threads of the load and of the sampler, a few each second; what has failed is found within two seconds.
final class ThresholdWatch: Sendable {
    private struct State {
        var thresholds: Thresholds
        var step = -1
        var isWave = false
        /// Samples of a step that has not begun here yet: what the judge never gets to see must not end the run.
        var ahead: [ConnectionRow] = []
        var failed: Threshold?
    }

    private let state: Mutex<State>
    private let action: @Sendable () -> Void

    /// - Parameter action: what to do at once when one fails; called once, on any thread.
    /// - Returns: `nil` when no threshold ends the run.
    init?(_ thresholds: [Threshold], directory: RunDirectory, action: @escaping @Sendable () -> Void) {
        guard thresholds.contains(where: \.abort) else { return nil }
        state = Mutex(State(thresholds: Thresholds(thresholds)))
        self.action = action
        directory.generator.observe { [weak self] row in self?.change { $0.thresholds.consume(row) } }
        directory.requests.observe { [weak self] row in self?.change { $0.thresholds.consume(row) } }
        directory.connections.observe { [weak self] row in
            self?.change { state in
                if row.step > state.step { state.ahead.append(row) } else { state.thresholds.consume(row) }
            }
        }
    }

    func begin(_ step: Step) {
        change { state in
            state.step = step.id
            state.isWave = step.kind == .wave
            for row in state.ahead { state.thresholds.consume(row) }
            state.ahead = []
        }
    }

    /// - Parameter load: from the first send to the last response.
    func end(_ step: Step, load: Duration) {
        change { $0.thresholds.close(step: step.id, kind: step.kind, load: load, floor: nil) }
    }

    /// The threshold that ends the run.
    var failed: Threshold? { state.withLock { $0.failed } }

    private func change(_ body: (inout State) -> Void) {
        let isNew = state.withLock { state in
            guard state.failed == nil else { return false }
            body(&state)
            state.failed = state.thresholds.aborting(inWave: state.isWave ? state.step : nil)
            return state.failed != nil
        }
        if isNew { action() }
    }
}
