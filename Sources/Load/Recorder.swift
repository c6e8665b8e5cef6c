import LinuxIO
import Measurements

/// Counts and times what one load thread does; hands over each second to the writer.
///
/// One thread. Everything is allocated when it is made. What is recorded for a request touches four histograms (two of the second, of
/// its class; two of the step, of three digits).
final class Recorder {
    /// Times beyond this are counted as this: one hour, in microseconds.
    static let longest = HistogramBank.longest

    private let writer: LoadWriter
    private let loop: Int
    private let clock: RunClock
    private var classes: ClassTable
    private var starts: StartTable
    private var buffer: LoadWriter.Buffer
    private var secondEnd = RunTime.zero
    private var transfers = 0
    private var cpuBegin: Int64 = 0
    private var order: StepOrder?
    private(set) var totals = StepTotals()
    /// Of the run so far.
    private(set) var done = 0
    private(set) var unexpected = 0

    /// - Parameter requests: how many requests the scenario has.
    init(requests: Int, clock: RunClock, writer: LoadWriter, loop: Int) {
        self.writer = writer
        self.loop = loop
        self.clock = clock
        classes = ClassTable(requests: requests)
        starts = StartTable(requests: requests)
        buffer = writer.firstBuffer(of: loop)
    }

    func beginStep(_ order: StepOrder, now: MonotonicInstant) {
        self.order = order
        transfers = 0
        totals.reset()
        let time = clock.time(at: now)
        buffer.pointer.pointee.begin = time
        secondEnd = Self.end(ofSecondWith: time)
        cpuBegin = ThreadClock.nanoseconds
    }

    private static func end(ofSecondWith time: RunTime) -> RunTime {
        RunTime(microseconds: (time.microseconds / 1_000_000 + 1) * 1_000_000)
    }

    /// - Parameter late: microseconds from the intended moment; `nil` where there is none (closed load, redirects).
    func started(_ request: Int, late: Int?) {
        if let late {
            totals.late(late)
            buffer.pointer.pointee.started(starts.place(request), request: request, late: max(late, 0))
        } else {
            buffer.pointer.pointee.started(starts.place(request), request: request, late: -1)
        }
    }

    func dropped(_ request: Int) {
        buffer.pointer.pointee.dropped(starts.place(request), request: request)
        totals.dropped += 1
    }

    /// - Parameter intended: when the request was due; `start`: when it was sent.
    func ended(
        _ request: Int, _ exchange: Exchange, unexpected: Bool, intended: MonotonicInstant, start: MonotonicInstant, end: MonotonicInstant
    ) {
        let latency = clamped(end.nanoseconds - intended.nanoseconds)
        let service = clamped(end.nanoseconds - start.nanoseconds)
        let place = classes.place(request, exchange.outcome)
        buffer.pointer.pointee.ended(
            place, classes.key(of: place), unexpected: unexpected, bytes: exchange.bytes, latencyTime: latency, serviceTime: service)
        buffer.pointer.pointee.opened += exchange.opened
        totals.record(exchange, unexpected: unexpected, latency: latency, service: service)
        done += 1
        if unexpected { self.unexpected += 1 }
        transfers += 1
        guard transfers <= TransferRow.limitPerStep else { return }
        buffer.pointer.pointee.append(
            SecondBuffer.Transfer(
                start: start, end: end, request: Int32(truncatingIfNeeded: request),
                connection: Int32(truncatingIfNeeded: exchange.connection), status: Int16(truncatingIfNeeded: exchange.status),
                outcome: exchange.outcome))
    }

    /// Nanoseconds to microseconds, within what the histograms hold.
    private func clamped(_ nanoseconds: Int64) -> UInt64 {
        let microseconds = UInt64(max(nanoseconds, 0) / 1000)
        if microseconds > Self.longest { totals.outOfRange += 1 }
        return min(microseconds, Self.longest)
    }

    // MARK: The loop itself

    /// The loop saw its timer this long after the moment for which it was set.
    func woke(after nanoseconds: Int64) {
        buffer.pointer.pointee.loop.record(Self.microseconds(nanoseconds), in: SecondBuffer.LoopTimes.wake)
    }

    /// The loop was this long away from waiting for events.
    func passed(in nanoseconds: Int64) {
        buffer.pointer.pointee.loop.record(Self.microseconds(nanoseconds), in: SecondBuffer.LoopTimes.pass)
    }

    private static func microseconds(_ nanoseconds: Int64) -> UInt64 { min(UInt64(max(nanoseconds, 0) / 1000), longest) }

    // MARK: Handing over

    /// Hands over the second when it is over; where the writer is not ready for it, with the next.
    func advance(to now: MonotonicInstant, inFlight: Int) {
        let time = clock.time(at: now)
        guard time >= secondEnd, let order else { return }
        seal(at: secondEnd, inFlight: inFlight)
        if let next = writer.exchange(buffer, of: loop, in: order) {
            buffer = next
            buffer.pointer.pointee.begin = secondEnd
        }
        secondEnd = Self.end(ofSecondWith: time)
    }

    private func seal(at end: RunTime, inFlight: Int) {
        let cpu = ThreadClock.nanoseconds
        buffer.pointer.pointee.cpuNanoseconds += cpu - cpuBegin
        cpuBegin = cpu
        buffer.pointer.pointee.end = end
        buffer.pointer.pointee.inFlight = inFlight
    }

    /// Hands over what is left of the step, with its totals. Waits for the writer where it is behind.
    func endStep(now: MonotonicInstant, report: LoopReport) {
        guard let order else { return }
        seal(at: min(clock.time(at: now), secondEnd), inFlight: 0)
        buffer = writer.end(buffer, of: loop, in: order, report: report, totals: totals)
        self.order = nil
    }
}
