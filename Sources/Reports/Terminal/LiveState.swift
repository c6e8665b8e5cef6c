package import Measurements

/// What a run is doing at one moment, for the live block and the plain lines.
package struct LiveState: Sendable {
    /// The server with its matrix values; else the target.
    package var cell: String
    package var step: Step
    /// How many steps the run will have, as far as it is known.
    package var expectedSteps: Int?
    /// The load is over and its settle goes on.
    package var isSettling = false
    package var now: RunTime
    package var remaining: Duration?
    package var load = LiveLoad()
    package var sessions: LiveSessions?
    package var limit: Int?
    package var budget: Int?
    /// The number of sessions at which the guard rail stops the load.
    package var guardMark: Int?
    /// Sessions at the ends of the settles so far.
    package var floors: [Int] = []
    /// The newest last.
    package var notes: [String] = []

    package init(cell: String, step: Step, now: RunTime) {
        self.cell = cell
        self.step = step
        self.now = now
    }

    /// The sampler has seen nothing for more than a second.
    var isBlind: Bool { sessions.map { now - $0.time > .seconds(1) || $0.row.isGap } ?? true }
}
