import LinuxIO
import Measurements

/// Adds up what the load threads recorded in a second, and writes its rows; and each ten seconds the lines of `latency.hlog`.
///
/// The writer's thread alone.
final class RowMerger {
    private struct Class {
        var second = SecondBuffer.ClassCount()
        var step = SecondBuffer.ClassCount()
        var isInInterval = false
    }

    private let names: [String]
    private let directory: RunDirectory
    private var classTable: ClassTable
    private var startTable: StartTable
    private var classes = Array(repeating: Class(), count: ClassTable.limit)
    private var starts = Array(repeating: SecondBuffer.StartCount(), count: StartTable.limit)
    private var latency = HistogramBank(capacity: ClassTable.limit)
    private var service = HistogramBank(capacity: ClassTable.limit)
    private var lateness = HistogramBank(capacity: StartTable.limit)
    private var intervalLatency = HistogramBank(capacity: ClassTable.limit)
    private var intervalService = HistogramBank(capacity: ClassTable.limit)
    private var intervalStart = RunTime.zero
    private var secondEnd = RunTime.zero
    private var transfers: [SecondBuffer.Transfer] = []
    private var transferCount = 0
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
        transferCount = 0
        intervalStart = RunTime(microseconds: .max)
        for place in classes.indices { classes[place].step = SecondBuffer.ClassCount() }
    }

    // MARK: A second

    /// Adds what a thread recorded, and writes the row of the thread.
    func take(_ buffer: UnsafeMutablePointer<SecondBuffer>, of loop: Int) {
        intervalStart = min(intervalStart, buffer.pointee.begin)
        secondEnd = max(secondEnd, buffer.pointee.end)
        var done = 0, started = 0
        for position in 0..<buffer.pointee.classCount {
            let (from, count) = buffer.pointee.classCount(at: position)
            let place = classTable.place(Int(count.key.request), count.key.outcome)
            classes[place].second.done += count.done
            classes[place].second.unexpected += count.unexpected
            classes[place].second.bytes += count.bytes
            latency.add(buffer.pointee.latency, from, to: place)
            service.add(buffer.pointee.service, from, to: place)
            if count.key.outcome != .hungUp { buffer.pointee.loop.add(buffer.pointee.service, from, to: SecondBuffer.LoopTimes.service) }
            done += count.done
        }
        for position in 0..<buffer.pointee.startCount {
            let (from, count) = buffer.pointee.startCount(at: position)
            let place = startTable.place(count.request)
            starts[place].started += count.started
            starts[place].dropped += count.dropped
            starts[place].lateMaximum = max(starts[place].lateMaximum, count.lateMaximum)
            if buffer.pointee.lateness.capacity > 0 { lateness.add(buffer.pointee.lateness, from, to: place) }
            started += count.started
        }
        transfers += buffer.pointee.recordedTransfers
        directory.generator.append(row(buffer, loop, started: started, done: done))
    }

    private func row(_ buffer: UnsafeMutablePointer<SecondBuffer>, _ loop: Int, started: Int, done: Int) -> GeneratorRow {
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

    /// Writes the rows of the second that was taken.
    func writeSecond() {
        for place in starts.indices where starts[place].started > 0 || starts[place].dropped > 0 {
            var row = RequestRow(time: secondEnd, step: step, request: name(startTable.request(of: place)), outcome: nil)
            row.started = starts[place].started
            row.dropped = starts[place].dropped
            if lateness.total(of: place) > 0 {
                row.lateP99 = lateness.value(atPercentile: 99, of: place)
                row.lateMax = starts[place].lateMaximum
                lateness.clear(place)
            }
            starts[place] = SecondBuffer.StartCount()
            directory.requests.append(row)
        }
        for place in classes.indices where classes[place].second.done > 0 { writeClass(place) }
        writeTransfers()
        directory.generator.flush()
        directory.requests.flush()
        directory.transfers.flush()
        let tenSeconds = Int64(LatencyLog.interval / .microseconds(1))
        if secondEnd.microseconds % tenSeconds == 0 { writeInterval() }
    }

    private func writeClass(_ place: Int) {
        let key = classTable.key(of: place)
        let count = classes[place].second
        var row = RequestRow(time: secondEnd, step: step, request: name(Int(key.request)), outcome: key.outcome)
        row.done = count.done
        row.unexpected = count.unexpected
        row.bytes = count.bytes
        row.latency = latency.quantiles(of: place)
        row.service = service.quantiles(of: place)
        directory.requests.append(row)
        intervalLatency.add(latency, place, to: place)
        intervalService.add(service, place, to: place)
        classes[place].isInInterval = true
        classes[place].step.done += count.done
        classes[place].step.unexpected += count.unexpected
        classes[place].step.bytes += count.bytes
        classes[place].second = SecondBuffer.ClassCount()
        latency.clear(place)
        service.clear(place)
    }

    /// In the order of their ends; those of one thread come so.
    private func writeTransfers() {
        if (order?.plan.threads ?? 1) > 1 { transfers.sort { $0.end < $1.end } }
        let clock = directory.clock
        for transfer in transfers {
            guard transferRows < TransferRow.limitPerStep else { break }
            transferRows += 1
            directory.transfers.append(
                TransferRow(
                    step: step, start: clock.time(at: transfer.start), end: clock.time(at: transfer.end),
                    request: names[Int(transfer.request)],
                    outcome: transfer.outcome, status: transfer.status == 0 ? nil : Int(transfer.status),
                    connection: Int(transfer.connection)
                ))
        }
        transfers.removeAll(keepingCapacity: true)
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
        classes.indices.filter { classes[$0].step.done > 0 }
            .map { place in
                let key = classTable.key(of: place)
                return LoadOutcome.ClassCount(
                    request: key.request < 0 ? nil : Int(key.request), name: name(Int(key.request)), outcome: key.outcome,
                    done: classes[place].step.done, unexpected: classes[place].step.unexpected)
            }
            .sorted { ($0.request ?? Int.max, $0.outcome.ordinal) < ($1.request ?? Int.max, $1.outcome.ordinal) }
    }
}
