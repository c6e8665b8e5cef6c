/// The exit codes of Seep: an interface for scripts and CI.
package enum RunStatus: Int32, Sendable, Hashable {
    /// All as wanted.
    case asWanted = 0
    /// A verdict, threshold or baseline failed.
    case failed = 1
    /// Wrong command line or scenario.
    case usage = 2
    case inconclusive = 3
    /// The target, the database or a server could not be used.
    case unusable = 4
    /// A fault of Seep's own.
    case fault = 70
    case interrupted = 130
    case terminated = 143

    /// What `git bisect run` takes for it: 125 where the commit cannot be told good or bad, and is skipped; 128 ends the bisection, as no
    /// other commit would be judged with a scenario that is wrong.
    package var forBisect: Int32 {
        switch self {
        case .inconclusive, .unusable, .fault: 125
        case .usage: 128
        case .asWanted, .failed, .interrupted, .terminated: rawValue
        }
    }

    /// Of several cells: an interruption, else the first of 70, 1, 4, 3, 0 that occurred.
    package static func combined(_ statuses: [RunStatus]) -> RunStatus {
        for status in [interrupted, terminated, fault, usage, failed, unusable, inconclusive] where statuses.contains(status) {
            return status
        }
        return .asWanted
    }
}

/// Something that keeps a run from going on: what, and what to do, in words for a person.
package struct RunFailure: Error, CustomStringConvertible, Sendable {
    package let status: RunStatus
    package let description: String

    package init(_ status: RunStatus, _ description: String) {
        self.status = status
        self.description = description
    }
}
