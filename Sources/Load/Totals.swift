import Histogram
import Measurements

/// What a step added up to.
struct StepTotals {
    var transfers = 0
    var opened = 0
    var reused = 0
    var retried = 0
    var dropped = 0
    var unexpected = 0
    var bytes = 0
    var outOfRange = 0
    var localFailures = 0
    private(set) var latency = Histogram<UInt64>(highestTrackableValue: Recorder.longest)
    private(set) var service = Histogram<UInt64>(highestTrackableValue: Recorder.longest)
    private(set) var lateness = Histogram<UInt64>(highestTrackableValue: Recorder.longest)

    mutating func reset() {
        // Not a new value: the counts are used again.
        latency.reset()
        service.reset()
        if lateness.totalCount > 0 { lateness.reset() }
        transfers = 0
        opened = 0
        reused = 0
        retried = 0
        dropped = 0
        unexpected = 0
        bytes = 0
        outOfRange = 0
        localFailures = 0
    }

    mutating func record(_ exchange: Exchange, unexpected: Bool, latency: UInt64, service: UInt64) {
        transfers += 1
        opened += exchange.opened
        retried += exchange.retried
        bytes += exchange.bytes
        if exchange.reused { reused += 1 }
        if exchange.failedLocally { localFailures += 1 }
        if unexpected { self.unexpected += 1 }
        self.latency.record(latency)
        self.service.record(service)
    }

    /// - Parameter microseconds: from the intended moment to the start.
    mutating func late(_ microseconds: Int) {
        lateness.record(min(UInt64(max(microseconds, 0)), Recorder.longest))
    }

    mutating func add(_ other: StepTotals) {
        transfers += other.transfers
        opened += other.opened
        reused += other.reused
        retried += other.retried
        dropped += other.dropped
        unexpected += other.unexpected
        bytes += other.bytes
        outOfRange += other.outOfRange
        localFailures += other.localFailures
        latency.add(other.latency)
        service.add(other.service)
        if other.lateness.totalCount > 0 { lateness.add(other.lateness) }
    }

    var times: LoadOutcome.Times { .init(latency: .init(latency), service: .init(service), late: .init(lateness)) }

    /// Latency, microseconds.
    var medianAndTail: (p50: Int, p99: Int) {
        (Int(latency.valueAtPercentile(50)), Int(latency.valueAtPercentile(99)))
    }
}

/// What the run has added up to; its histograms up to the last step that has ended.
struct RunTotals {
    private var latency = Histogram<UInt64>(highestTrackableValue: Recorder.longest)
    private var service = Histogram<UInt64>(highestTrackableValue: Recorder.longest)
    private var lateness = Histogram<UInt64>(highestTrackableValue: Recorder.longest)

    mutating func add(_ step: StepTotals) {
        latency.add(step.latency)
        service.add(step.service)
        lateness.add(step.lateness)
    }

    var times: LoadOutcome.Times { .init(latency: .init(latency), service: .init(service), late: .init(lateness)) }
}

extension RequestRow.Quantiles {
    init?<Count>(_ histogram: Histogram<Count>) {
        guard histogram.totalCount > 0 else { return nil }
        self.init(
            p50: Int(histogram.valueAtPercentile(50)), p95: Int(histogram.valueAtPercentile(95)),
            p99: Int(histogram.valueAtPercentile(99)), max: Int(histogram.maxRecorded))
    }
}
