package import Measurements
package import Scenarios

/// What a load engine is made from.
package struct LoadSettings: Sendable {
    package var scenario: Scenario
    /// The target with its placeholders filled in; no slash at the end.
    package var targetBase: String
    package var directory: RunDirectory
    /// Sent as `User-Agent` unless a header of the scenario says otherwise.
    package var userAgent = "seep/1"
    /// A file of certificates of authorities (PEM) in place of the system's, where the scenario names none.
    package var authorities: String?
    /// The Unix socket that every connection to the target goes to, its placeholders filled in; `nil`: by name and port.
    package var socket: String?
    /// The requests of a dose of so many, as indices into the scenario's, in order.
    package var dealer: @Sendable (Int) -> [Int]
    /// Whether a redirect to this host may be followed. Called on the load's thread, once for each redirect.
    package var mayFollow: @Sendable (String) -> Bool
    /// When the arrivals of an open phase are due.
    ///
    /// Called once for each open phase of a step.
    package var pacing: @Sendable (LoadPhase) -> Schedule = Schedule.standard
    /// Load threads, at least 1; a step uses at most as many as it has requests in flight.
    package var threads = 1

    /// Draws values, rows and think times: the same seed, the same of them.
    package var seed: UInt64 = 1

    package init(
        scenario: Scenario, targetBase: String, directory: RunDirectory, dealer: @escaping @Sendable (Int) -> [Int],
        mayFollow: @escaping @Sendable (String) -> Bool
    ) {
        self.scenario = scenario
        self.targetBase = targetBase
        self.directory = directory
        self.dealer = dealer
        self.mayFollow = mayFollow
    }
}
