package import Sampling
package import Scenarios

/// What `seep watch` was asked for.
package struct WatchOptions: Sendable {
    /// The database and the filter of sessions; its requests are empty.
    package var scenario: Scenario
    /// Which processes are the application's.
    package var source = ProcessWatch.Source.none
    /// The command that makes the load, with its arguments; empty: it runs elsewhere.
    package var command: [String] = []
    /// How often the command is run, each time with a settle after it.
    package var repeats = 1
    /// The silence after the command.
    package var settle = Duration.seconds(10)
    /// The silence in the load that makes a gap; at least 1 s.
    package var gap = Duration.seconds(3)
    /// How long to watch a load that runs elsewhere; `nil`: until interrupted.
    package var limit: Duration?
    /// Sessions that each process of the application may keep (all of them together where no process is known).
    package var room: Int?
    package var run = RunOptions()

    package init(scenario: Scenario) {
        self.scenario = scenario
    }

    /// The command's name; its arguments may hold secrets, and are in no file.
    var program: String { command.first.map { String($0.split(separator: "/").last ?? "") } ?? "" }
}
