import LinuxIO
import Scenarios

/// How a request behaves on the wire beside what it asks for: how long it waits, when it leaves, how slowly it reads.
///
/// Worked out before the load, one for each request of the scenario; every exchange of a request has the same, those that its
/// redirects lead to as well.
struct Manners {
    /// When the transports leave, in one number for each moment.
    enum Moment {
        case never
        /// When more of the body is there than so many bytes, or just these and the response goes on; 0: after the header.
        case body(Int)
        case time(Duration)
        case sent
    }

    /// The request's index in the scenario.
    let request: Int
    let timeout: Duration
    let moment: Moment
    let how: RequestSpec.HangUp.How
    /// Bytes per second; 0: as it comes.
    let readRate: Int
    /// It neither leaves early nor reads slowly.
    let isPlain: Bool
    /// Where its deadline stands: that of the time-out, or of leaving when that is sooner.
    var queue = 0
    /// Where the time-out stands once the client has half closed at a moment in time.
    var secondQueue = 0

    init(_ spec: RequestSpec, index: Int, http: HTTPSettings) {
        request = index
        timeout = .milliseconds(max(Int((spec.timeout ?? http.timeout).nanosecondsRounded / 1_000_000), 1))
        how = spec.hangUp?.how ?? .close
        readRate = spec.readRate ?? 0
        switch spec.hangUp?.moment {
        case nil: moment = .never
        case .headers: moment = .body(0)
        case .bytes(let count): moment = .body(count)
        case .time(let duration): moment = .time(duration)
        case .beforeResponse: moment = .sent
        }
        isPlain = spec.hangUp == nil && readRate == 0
    }

    /// The client leaves at a moment in time, before the time-out.
    var leavesByTime: Bool {
        if case .time(let duration) = moment { return duration < timeout }
        return false
    }

    /// The connection may be left with its side of ours ended.
    var mayHalfClose: Bool {
        if case .never = moment { return false }
        return how == .halfClose
    }

    /// How long the first deadline is, and the second.
    var deadlines: (first: Duration, second: Duration) {
        guard case .time(let duration) = moment, duration < timeout else { return (timeout, timeout) }
        return (duration, timeout - duration)
    }

    var timeoutMilliseconds: Int { Int(timeout.nanosecondsRounded / 1_000_000) }

    /// Bytes of a slow reader's receive buffer: a quarter of a second's, so that what is not read is not received either. The
    /// system doubles it.
    var socketBuffer: Int { readRate == 0 ? 0 : min(max(readRate / 4, 2048), 1 << 18) }
}

/// The manners of every request of a scenario, at stable addresses.
final class MannersTable {
    private let all: UnsafeMutablePointer<Manners>
    let count: Int
    /// How long the deadlines are that there can be, each once.
    let deadlines: [Duration]
    /// The longest of the time-outs, milliseconds.
    let longestTimeout: Int

    init(_ specs: [RequestSpec], http: HTTPSettings) {
        count = specs.count
        all = .allocate(capacity: max(count, 1))
        var found: [Duration] = []
        func queue(_ length: Duration) -> Int {
            if let known = found.firstIndex(of: length) { return known }
            found.append(length)
            return found.count - 1
        }
        var longest = 1
        for (index, spec) in specs.enumerated() {
            var manners = Manners(spec, index: index, http: http)
            manners.queue = queue(manners.deadlines.first)
            manners.secondQueue = queue(manners.deadlines.second)
            longest = max(longest, manners.timeoutMilliseconds)
            (all + index).initialize(to: manners)
        }
        deadlines = found
        longestTimeout = longest
    }

    deinit {
        all.deallocate()
    }

    subscript(index: Int) -> UnsafePointer<Manners> { UnsafePointer(all + index) }
}
