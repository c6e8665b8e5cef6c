import LinuxIO
import Measurements

/// Adds up what the load threads recorded in a second, and writes its rows; and each ten seconds the lines of `latency.hlog`.
///
/// The writer's thread alone.
final class RowMerger {
    typealias Buffer = UnsafeMutablePointer<SecondBuffer>

    /// Of the step.
    private struct Class {
        var done = 0
        var unexpected = 0
        var isInInterval = false
    }

    /// Where a thread has figures of a place.
    private struct Source {
        var place: Int
        var buffer: Buffer
        /// The place there, and its position among those of the second.
        var from: Int
        var position: Int
    }

    /// The histograms that the threads' are added up in, one place at a time.
    private enum Sum {
        static let latency = 0
        static let service = 1
        static let lateness = 2
        static let count = 3
    }

    private let names: [String]
    private let directory: RunDirectory
    private var classTable: ClassTable
    private var startTable: StartTable
    private var classes = Array(repeating: Class(), count: ClassTable.limit)
    private var classSources: [Source] = []
    private var startSources: [Source] = []
    private let sum = HistogramBank(capacity: Sum.count)
    private let intervalLatency = HistogramBank(capacity: ClassTable.limit)
    private let intervalService = HistogramBank(capacity: ClassTable.limit)
    private var intervalStart = RunTime.zero
    private var secondEnd = RunTime.zero
    private var transferRows = 0
    private var order: StepOrder?
    private var reports: [Int: LoopReport] = [:]
    private var run = RunTotals()
    private var runConnections = ConnectionTally.Part()

    init(names: [String], directory: RunDirectory) {
        self.names = names
        self.directory = directory
        classTable = ClassTable(requests: names.count)
        startTable = StartTable(requests: names.count)
    }

    private var step: Int { order?.plan.step.id ?? 0 }

    private func name(_ request: Int) -> String { request < 0 ? "other" : names[request] }

    /// The step that what is taken from now on belongs to; without effect where it has begun.
    func begin(_ order: StepOrder) {
        guard self.order !== order else { return }
        self.order = order
        reports = [:]
        transferRows = 0
        intervalStart = RunTime(microseconds: .max)
        for place in classes.indices {
            classes[place].done = 0
            classes[place].unexpected = 0
        }
    }

    // MARK: A second

    /// Writes the rows of a second: what the threads recorded in it, added up.
    func writeSecond(_ taken: [(loop: Int, buffer: Buffer)]) {
        for (loop, buffer) in taken {
            intervalStart = min(intervalStart, buffer.pointee.begin)
            secondEnd = max(secondEnd, buffer.pointee.end)
            gather(buffer, of: loop)
        }
        directory.generator.flush()
        Self.forEachPlace(&startSources, writeStart)
        Self.forEachPlace(&classSources, writeClass)
        directory.requests.flush()
        writeTransfers(taken.map { $0.buffer.pointee.recordedTransfers })
        directory.transfers.flush()
        let tenSeconds = Int64(LatencyLog.interval / .microseconds(1))
        if secondEnd.microseconds % tenSeconds == 0 { writeInterval() }
    }

    /// Notes where the figures of a thread belong, and writes the row of the thread.
    private func gather(_ buffer: Buffer, of loop: Int) {
        var done = 0, started = 0
        for position in 0..<buffer.pointee.classCount {
            let (from, count) = buffer.pointee.classCount(at: position)
            classSources.append(
                Source(place: classTable.place(Int(count.key.request), count.key.outcome), buffer: buffer, from: from, position: position))
            if count.key.outcome != .hungUp { buffer.pointee.loop.add(buffer.pointee.service, from, to: SecondBuffer.LoopTimes.service) }
            done += count.done
        }
        for position in 0..<buffer.pointee.startCount {
            let (from, count) = buffer.pointee.startCount(at: position)
            startSources.append(Source(place: startTable.place(count.request), buffer: buffer, from: from, position: position))
            started += count.started
        }
        directory.generator.append(row(buffer, loop, started: started, done: done))
    }

    /// Hands out the sources of each place together, and forgets them.
    private static func forEachPlace(_ sources: inout [Source], _ body: (Int, ArraySlice<Source>) -> Void) {
        sources.sort { $0.place < $1.place }
        var rest = sources[...]
        while let place = rest.first?.place {
            let end = rest.firstIndex { $0.place != place } ?? rest.endIndex
            body(place, rest[..<end])
            rest = rest[end...]
        }
        sources.removeAll(keepingCapacity: true)
    }

    private func row(_ buffer: Buffer, _ loop: Int, started: Int, done: Int) -> GeneratorRow {
        typealias Times = SecondBuffer.LoopTimes
        var row = GeneratorRow(
            time: buffer.pointee.end, step: step, thread: loop,
            load: RunTime(microseconds: max(0, buffer.pointee.end.microseconds - buffer.pointee.begin.microseconds)),
            cpu: RunTime(microseconds: buffer.pointee.cpuNanoseconds / 1000))
        func tail(_ number: Int) -> (Int?, Int?) {
            guard buffer.pointee.loop.total(of: number) > 0 else { return (nil, nil) }
            return (buffer.pointee.loop.value(atPercentile: 99, of: number), Int(buffer.pointee.loop.largest(of: number)))
        }
        (row.wakeP99, row.wakeMax) = tail(Times.wake)
        (row.passP99, row.passMax) = tail(Times.pass)
        (row.lateP99, row.lateMax) = tail(Times.late)
        if buffer.pointee.loop.total(of: Times.service) > 0 {
            row.serviceP50 = buffer.pointee.loop.value(atPercentile: 50, of: Times.service)
        }
        row.started = started
        row.done = done
        row.inFlight = buffer.pointee.inFlight
        row.opened = buffer.pointee.opened
        return row
    }

    private func writeStart(_ place: Int, _ sources: ArraySlice<Source>) {
        var row = RequestRow(time: secondEnd, step: step, request: name(startTable.request(of: place)), outcome: nil)
        var lateMaximum = 0
        for source in sources {
            let count = source.buffer.pointee.startCount(at: source.position).count
            row.started += count.started
            row.dropped += count.dropped
            lateMaximum = max(lateMaximum, count.lateMaximum)
            if source.buffer.pointee.lateness.capacity > 0 { sum.add(source.buffer.pointee.lateness, source.from, to: Sum.lateness) }
        }
        if sum.total(of: Sum.lateness) > 0 {
            row.lateP99 = sum.value(atPercentile: 99, of: Sum.lateness)
            row.lateMax = lateMaximum
            sum.clear(Sum.lateness)
        }
        directory.requests.append(row)
    }

    private func writeClass(_ place: Int, _ sources: ArraySlice<Source>) {
        let key = classTable.key(of: place)
        var row = RequestRow(time: secondEnd, step: step, request: name(Int(key.request)), outcome: key.outcome)
        for source in sources {
            let count = source.buffer.pointee.classCount(at: source.position).count
            row.done += count.done
            row.unexpected += count.unexpected
            row.bytes += count.bytes
            sum.add(source.buffer.pointee.latency, source.from, to: Sum.latency)
            sum.add(source.buffer.pointee.service, source.from, to: Sum.service)
        }
        row.latency = sum.quantiles(of: Sum.latency)
        row.service = sum.quantiles(of: Sum.service)
        directory.requests.append(row)
        intervalLatency.add(sum, Sum.latency, to: place)
        intervalService.add(sum, Sum.service, to: place)
        classes[place].isInInterval = true
        classes[place].done += row.done
        classes[place].unexpected += row.unexpected
        sum.clear(Sum.latency)
        sum.clear(Sum.service)
    }

    /// In the order of their ends; those of one thread come so.
    private func writeTransfers(_ threads: [UnsafeBufferPointer<SecondBuffer.Transfer>]) {
        let clock = directory.clock
        var rest = threads.map { $0[...] }
        while transferRows < TransferRow.limitPerStep {
            var first: Int?
            for index in rest.indices {
                guard let end = rest[index].first?.end else { continue }
                if let known = first.flatMap({ rest[$0].first?.end }), known <= end { continue }
                first = index
            }
            guard let first, let transfer = rest[first].popFirst() else { return }
            transferRows += 1
            directory.transfers.append(
                TransferRow(
                    step: step, start: clock.time(at: transfer.start), end: clock.time(at: transfer.end),
                    request: names[Int(transfer.request)],
                    outcome: transfer.outcome, status: transfer.status == 0 ? nil : Int(transfer.status),
                    connection: Int(transfer.connection)
                ))
        }
    }

    private func writeInterval() {
        for place in classes.indices where classes[place].isInInterval {
            let key = classTable.key(of: place)
            let request = name(Int(key.request))
            directory.latency.append(
                LatencyLogTag(kind: .latency, request: request, outcome: key.outcome), from: intervalStart, to: secondEnd, intervalLatency,
                place)
            directory.latency.append(
                LatencyLogTag(kind: .service, request: request, outcome: key.outcome), from: intervalStart, to: secondEnd, intervalService,
                place)
            intervalLatency.clear(place)
            intervalService.clear(place)
            classes[place].isInInterval = false
        }
        directory.latency.flush()
        intervalStart = secondEnd
    }

    // MARK: The end of a step

    func ended(_ loop: Int, _ report: LoopReport) { reports[loop] = report }

    func hasEnded(_ loop: Int) -> Bool { reports[loop] != nil }

    var endedCount: Int { reports.count }

    /// Writes what is left of the step; its rows are in the files when this returns.
    func endStep(_ totals: StepTotals) -> LoadReply {
        writeInterval()
        if totals.transfers > transferRows {
            // The row has no field of its own for how many are missing: it is the connection's.
            directory.transfers.append(
                TransferRow(
                    step: step, start: secondEnd, end: secondEnd, request: "", outcome: nil, status: nil,
                    connection: totals.transfers - transferRows))
            directory.transfers.flush()
        }
        run.add(totals)
        let outcome = outcome(totals)
        let failure = reports.values.compactMap(\.failure).first
        order = nil
        reports = [:]
        return failure.map(LoadReply.failed) ?? .ended(outcome)
    }

    private func outcome(_ totals: StepTotals) -> LoadOutcome {
        let reports = reports.values
        var outcome = LoadOutcome()
        outcome.start = reports.map(\.start).min() ?? .zero
        outcome.loadEnd = reports.map(\.loadEnd).max() ?? .zero
        outcome.given = reports.reduce(0) { $0 + $1.given }
        outcome.concurrency = reports.reduce(0) { $0 + $1.concurrency }
        outcome.peakInFlight = reports.reduce(0) { $0 + $1.peakInFlight }
        outcome.arrivalPlan = reports.map(\.arrivalPlan).max() ?? .zero
        outcome.arrivalSpan = reports.map(\.arrivalSpan).max() ?? .zero
        let stops = reports.compactMap(\.stopped)
        outcome.stoppedBy = stops.contains(.guardRail) ? .guardRail : stops.first ?? .completed
        outcome.transfers = totals.transfers
        outcome.opened = totals.opened
        outcome.reused = totals.reused
        outcome.retried = totals.retried
        outcome.dropped = totals.dropped
        outcome.unexpected = totals.unexpected
        outcome.bytes = totals.bytes
        outcome.outOfRange = totals.outOfRange
        outcome.localFailures = totals.localFailures
        var connections = ConnectionTally.Part()
        for report in reports { connections.add(report.connections) }
        runConnections.add(connections)
        outcome.connections = .init(connections)
        outcome.runConnections = .init(runConnections)
        outcome.failures = failures(reports)
        outcome.failedChecks = reports.reduce([]) { FailedCheck.sum($0, $1.failedChecks) }
        outcome.times = totals.times
        outcome.runTimes = run.times
        outcome.classes = classCounts()
        outcome.inOther = outcome.classes.reduce(0) { $0 + ($1.request == nil ? $1.done : 0) }
        return outcome
    }

    /// Those of all threads, a class once.
    private func failures(_ reports: some Sequence<LoopReport>) -> [LoadOutcome.Failure] {
        var all: [LoadOutcome.Failure] = []
        for failure in reports.flatMap(\.failures) {
            if let known = all.firstIndex(where: { $0.request == failure.request && $0.outcome == failure.outcome }) {
                all[known].count += failure.count
            } else {
                all.append(failure)
            }
        }
        return all
    }

    /// The classes seen in the step, in the order of the scenario.
    private func classCounts() -> [LoadOutcome.ClassCount] {
        classes.indices.filter { classes[$0].done > 0 }
            .map { place in
                let key = classTable.key(of: place)
                return LoadOutcome.ClassCount(
                    request: key.request < 0 ? nil : Int(key.request), name: name(Int(key.request)), outcome: key.outcome,
                    done: classes[place].done, unexpected: classes[place].unexpected)
            }
            .sorted { ($0.request ?? Int.max, $0.outcome.ordinal) < ($1.request ?? Int.max, $1.outcome.ordinal) }
    }
}
