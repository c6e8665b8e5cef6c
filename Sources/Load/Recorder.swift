import Histogram
import LinuxIO
import Measurements

/// Counts and times what the load does, and writes it down: each second to `requests.csv`, each transfer to `transfers.csv`.
///
/// One thread. Everything is allocated when it is made: the table of classes, and for each class that can be one pair of histograms
/// for the current second. What is recorded for a request touches four histograms (two of the second, two of the step);
/// those of the run are added up from the steps.
final class Recorder {
    /// Times beyond this are counted as this: one hour, in microseconds.
    static let longest: UInt64 = 3_600_000_000

    /// What the current second saw of one request, whatever its outcome.
    private struct Starts {
        var started = 0
        var dropped = 0
        var lateMaximum = 0
    }

    private let directory: RunDirectory
    private let names: [String]
    let classes: ClassTable
    /// The last is that of all requests which have no row of their own.
    private var starts: UnsafeMutablePointer<Starts>
    /// As ``starts``; empty when nothing is ever late.
    private var lateness: [Histogram<UInt32>]
    private let namedRequests: Int
    private var step = 0
    private var secondEnd = RunTime.zero
    private var transferRows = 0
    private(set) var totals = StepTotals()
    private(set) var run = RunTotals()

    /// - Parameter hasArrivals: the scenario has an open phase, so that starts can be late.
    init(requests names: [String], directory: RunDirectory, hasArrivals: Bool) {
        self.names = names
        self.directory = directory
        classes = ClassTable(requests: names.count)
        namedRequests = min(names.count, ClassTable.limit - 1)
        starts = .allocate(capacity: namedRequests + 1)
        starts.initialize(repeating: Starts(), count: namedRequests + 1)
        // One after another: copies would share their counts, and be copied at the first record.
        lateness = (0..<(hasArrivals ? namedRequests + 1 : 0)).map { _ in
            Histogram(highestTrackableValue: Self.longest, numberOfSignificantValueDigits: .two)
        }
    }

    deinit {
        starts.deallocate()
    }

    private func name(_ request: Int?) -> String { request.map { names[$0] } ?? "other" }

    func beginStep(_ step: Int, now: MonotonicInstant) {
        self.step = step
        transferRows = 0
        totals.reset()
        classes.beginStep()
        secondEnd = Self.end(ofSecondWith: directory.clock.time(at: now))
    }

    private static func end(ofSecondWith time: RunTime) -> RunTime {
        RunTime(microseconds: (time.microseconds / 1_000_000 + 1) * 1_000_000)
    }

    /// - Parameter late: microseconds from the intended moment; `nil` where there is none (closed load, redirects).
    func started(_ request: Int, late: Int?) {
        let row = min(request, namedRequests)
        starts[row].started += 1
        guard let late, !lateness.isEmpty else { return }
        lateness[row].record(min(UInt64(max(late, 0)), Self.longest))
        starts[row].lateMaximum = max(starts[row].lateMaximum, late)
    }

    func dropped(_ request: Int) {
        starts[min(request, namedRequests)].dropped += 1
        totals.dropped += 1
    }

    /// - Parameter intended: when the request was due; `start`: when it was sent.
    func ended(
        _ request: Int, _ exchange: Exchange, unexpected: Bool, intended: MonotonicInstant, start: MonotonicInstant, end: MonotonicInstant
    ) {
        let latency = clamped(end.nanoseconds - intended.nanoseconds)
        let service = clamped(end.nanoseconds - start.nanoseconds)
        classes.record(request, exchange.outcome, unexpected: unexpected, bytes: exchange.bytes, latency: latency, service: service)
        totals.record(exchange, unexpected: unexpected, latency: latency, service: service)
        run.done += 1
        if unexpected { run.unexpected += 1 }
        transferRows += 1
        guard transferRows <= TransferRow.limitPerStep else { return }
        directory.transfers.append(
            TransferRow(
                step: step, start: directory.clock.time(at: start), end: directory.clock.time(at: end), request: names[request],
                outcome: exchange.outcome, status: exchange.status == 0 ? nil : exchange.status, connection: exchange.connection))
    }

    /// Nanoseconds to microseconds, within what the histograms hold.
    private func clamped(_ nanoseconds: Int64) -> UInt64 {
        let microseconds = UInt64(max(nanoseconds, 0) / 1000)
        if microseconds > Self.longest { totals.outOfRange += 1 }
        return min(microseconds, Self.longest)
    }

    /// Writes the rows of the second when it is over.
    func advance(to now: MonotonicInstant) {
        let time = directory.clock.time(at: now)
        guard time >= secondEnd else { return }
        writeSecond(at: secondEnd)
        secondEnd = Self.end(ofSecondWith: time)
    }

    /// Writes what is left of the step; its rows are in the files when this returns.
    func endStep(now: MonotonicInstant) {
        let time = directory.clock.time(at: now)
        writeSecond(at: min(time, secondEnd))
        if transferRows > TransferRow.limitPerStep {
            // The row has no field of its own for how many are missing: it is the connection's.
            directory.transfers.append(
                TransferRow(
                    step: step, start: time, end: time, request: "", outcome: nil, status: nil,
                    connection: transferRows - TransferRow.limitPerStep))
            directory.transfers.flush()
        }
        run.add(totals)
    }

    private func writeSecond(at time: RunTime) {
        for index in 0...namedRequests where starts[index].started > 0 || starts[index].dropped > 0 {
            var row = RequestRow(time: time, step: step, request: name(index < namedRequests ? index : nil), outcome: nil)
            row.started = starts[index].started
            row.dropped = starts[index].dropped
            if !lateness.isEmpty, lateness[index].totalCount > 0 {
                row.lateP99 = Int(lateness[index].valueAtPercentile(99))
                row.lateMax = starts[index].lateMaximum
                lateness[index].reset()
            }
            starts[index] = Starts()
            directory.requests.append(row)
        }
        classes.drainSecond { request, outcome, count, latency, service in
            var row = RequestRow(time: time, step: step, request: name(request), outcome: outcome)
            row.done = count.done
            row.unexpected = count.unexpected
            row.bytes = count.bytes
            row.latency = .init(latency)
            row.service = .init(service)
            directory.requests.append(row)
        }
        directory.requests.flush()
        directory.transfers.flush()
    }

    /// The classes seen in the step.
    func classCounts() -> [LoadOutcome.ClassCount] {
        classes.stepCounts().map { request, outcome, count in
            LoadOutcome.ClassCount(
                request: request, name: name(request), outcome: outcome, done: count.done, unexpected: count.unexpected)
        }
    }
}

extension RequestRow.Quantiles {
    init?<Count>(_ histogram: Histogram<Count>) {
        guard histogram.totalCount > 0 else { return nil }
        self.init(
            p50: Int(histogram.valueAtPercentile(50)), p95: Int(histogram.valueAtPercentile(95)),
            p99: Int(histogram.valueAtPercentile(99)), max: Int(histogram.maxRecorded))
    }
}
