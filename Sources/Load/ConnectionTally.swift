import Histogram
import Measurements

/// What became of the client connections of a loop in a step.
///
/// One thread. What is recorded for a connection touches two histograms; for a request on one that stands, nothing.
final class ConnectionTally {
    struct Part: Sendable {
        /// Connections that the peer or the network reset, in a response or between two.
        var reset = 0
        /// Connections that the peer ended while no response was waited for.
        var closedIdle = 0
        /// Connections that we closed because they had served as many requests as they may.
        var usedUp = 0
        /// Responses of HTTP/1 though HTTP/2 was asked for.
        var olderThanAsked = 0
        fileprivate(set) var connect = Histogram<UInt32>(highestTrackableValue: Recorder.longest)
        fileprivate(set) var secure = Histogram<UInt32>(highestTrackableValue: Recorder.longest)

        fileprivate mutating func clear() {
            reset = 0
            closedIdle = 0
            usedUp = 0
            olderThanAsked = 0
            connect.reset()
            secure.reset()
        }

        mutating func add(_ other: borrowing Part) {
            reset += other.reset
            closedIdle += other.closedIdle
            usedUp += other.usedUp
            olderThanAsked += other.olderThanAsked
            connect.add(other.connect)
            secure.add(other.secure)
        }
    }

    var step = Part()

    /// - Parameter connect: microseconds from the start until the connection stood.
    /// - Parameter secure: microseconds from the start until TLS stood; 0: there was none.
    func opened(connect: Int, secure: Int) {
        step.connect.record(UInt64(min(max(connect, 0), Int(Recorder.longest))))
        if secure > 0 { step.secure.record(UInt64(min(max(secure - connect, 0), Int(Recorder.longest)))) }
    }

    func beginStep() {
        // Not a new value: the counts are used again.
        step.clear()
    }
}

extension LoadOutcome.Connections {
    init(_ part: borrowing ConnectionTally.Part) {
        reset = part.reset
        closedIdle = part.closedIdle
        usedUp = part.usedUp
        olderThanAsked = part.olderThanAsked
        connect = .init(part.connect)
        secure = .init(part.secure)
    }
}
