package import Scenarios

/// What the command line asks of a run, beside the scenario.
package struct RunOptions: Sendable {
    /// Names of servers, `*` and `?` allowed; empty: all.
    package var servers: [String] = []
    /// Values of the matrix.
    package var only: [CellPlan.Only] = []
    /// Runs of each configuration, in the place of the scenario's `repeat`.
    package var repeats: Int?
    /// Goes on with the newest run of the scenario.
    package var resume = false
    /// A recorded run to compare with; exit code 1 where this one is worse.
    package var baseline: String?
    package var quick = false
    /// Each class alone.
    package var isolate = false
    /// The folder that results go to.
    package var results = "results"
    /// Deals requests; the same seed deals the same.
    package var seed: UInt64 = 1
    /// Threads that send, 1 to ``mostThreads``.
    package var threads = 1
    package static let mostThreads = 64
    /// Plain lines even on a terminal.
    package var plain = false
    /// Only the verdict.
    package var quiet = false
    /// The content of verdict.json on standard output, and nothing else there.
    package var json = false
    /// What the command was called with, for `run.json`.
    package var version = ""

    package init() {}
}
