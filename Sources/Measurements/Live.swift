/// What the load is doing now, for the live block; replaced about five times a second.
package struct LiveLoad: Hashable, Sendable {
    /// Transfers that ended in the last second, and in the run.
    package var perSecond = 0
    package var done = 0
    /// Requests started in this step, and planned where that is known.
    package var startedInStep = 0
    package var plannedInStep: Int?
    package var inFlight = 0
    package var unexpected = 0
    package var dropped = 0
    /// Of the current step so far, microseconds.
    package var p50 = 0
    package var p99 = 0

    package init() {}
}

/// What the sampler saw last.
package struct LiveSessions: Equatable, Sendable {
    package var row: ConnectionRow
    /// When the row was taken; older than a second: the sampler is blind.
    package var time: RunTime
    /// When a session of ours last began, or changed its state or query; the moment of the sample while one is active. Unknown
    /// where privileges do not show states.
    package var lastActivity: RunTime?

    package init(row: ConnectionRow, time: RunTime, lastActivity: RunTime? = nil) {
        self.row = row
        self.time = time
        self.lastActivity = lastActivity
    }
}
