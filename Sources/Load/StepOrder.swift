import Glibc
import LinuxIO
import Measurements
import Synchronization

/// A step on its way through the threads that carry it out, and back.
final class StepOrder: Sendable {
    let plan: StepPlan
    let reply: CheckedContinuation<LoadReply, Never>
    private let missing: Atomic<Int>
    /// Nanoseconds; 0: not everybody is there; −1: somebody cannot begin.
    private let begin = Atomic<Int64>(0)

    init(_ plan: StepPlan, reply: CheckedContinuation<LoadReply, Never>) {
        self.plan = plan
        self.reply = reply
        missing = Atomic(plan.threads)
    }

    /// A thread is ready; waits for the others, so that the arrivals of all count from the same moment.
    ///
    /// - Returns: that moment; `nil` when one of them cannot begin, and so nothing is sent.
    func waitForOthers() -> MonotonicInstant? {
        if missing.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
            _ = begin.compareExchange(expected: 0, desired: MonotonicInstant.now.nanoseconds, ordering: .acquiringAndReleasing)
        }
        while true {
            let nanoseconds = begin.load(ordering: .acquiring)
            if nanoseconds != 0 { return nanoseconds < 0 ? nil : MonotonicInstant(nanoseconds: nanoseconds) }
            usleep(50)
        }
    }

    /// A thread cannot begin.
    func cannotBegin() { begin.store(-1, ordering: .releasing) }
}

/// How a step was answered.
enum LoadReply: Sendable {
    case ended(LoadOutcome)
    case failed(LoadError)
}

/// What one thread says of a step that it has carried out.
struct LoopReport: Sendable {
    var start = RunTime.zero
    var loadEnd = RunTime.zero
    var given = 0
    var concurrency = 0
    var peakInFlight = 0
    /// As ``LoadOutcome/arrivalPlan`` and ``LoadOutcome/arrivalSpan``.
    var arrivalPlan = Duration.zero
    var arrivalSpan = Duration.zero
    var stopped: LoadOutcome.Stop?
    var connections = ConnectionTally.Part()
    var failures: [LoadOutcome.Failure] = []
    var failedChecks: [FailedCheck] = []
    var failure: LoadError?
}
