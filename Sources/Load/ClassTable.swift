import Histogram
import Measurements

/// The classes that a load has seen (a request with an outcome), at most 256 of them, each with its counts and histograms.
///
/// A class gets its place when it is first seen, and keeps it for the run. When the places are used up, what comes is counted by
/// outcome only, as the request `other`. Everything is allocated when the table is made; an access is two array look-ups.
final class ClassTable {
    struct Count {
        var done = 0
        var unexpected = 0
        var bytes = 0
    }

    private struct Entry {
        /// −1: every request without a place of its own.
        var request: Int32
        var outcome: Outcome
        var second = Count()
        var step = Count()
    }

    /// With those of `other`.
    static let limit = 256
    private static let outcomes = Outcome.allCases.count
    /// Places for classes with a request's name.
    private static let named = limit - outcomes

    private let requests: Int
    private var places: UnsafeMutablePointer<Int16>
    private var entries: UnsafeMutablePointer<Entry>
    private var used = 0
    private let latency: UnsafeMutablePointer<Histogram<UInt32>>
    private let service: UnsafeMutablePointer<Histogram<UInt32>>
    private let capacity: Int
    /// The entries that the current second has touched.
    private var active: UnsafeMutablePointer<Int16>
    private var activeCount = 0

    init(requests: Int) {
        self.requests = requests
        places = .allocate(capacity: (requests + 1) * Self.outcomes)
        places.initialize(repeating: -1, count: (requests + 1) * Self.outcomes)
        capacity = min((requests + 1) * Self.outcomes, Self.limit)
        entries = .allocate(capacity: capacity)
        active = .allocate(capacity: capacity)
        active.initialize(repeating: 0, count: capacity)
        latency = .allocate(capacity: capacity)
        service = .allocate(capacity: capacity)
        for index in 0..<capacity {
            // One after another: copies would share their counts, and be copied at the first record.
            (latency + index).initialize(
                to: Histogram(highestTrackableValue: Recorder.longest, numberOfSignificantValueDigits: .two))
            (service + index).initialize(
                to: Histogram(highestTrackableValue: Recorder.longest, numberOfSignificantValueDigits: .two))
        }
    }

    deinit {
        latency.deinitialize(count: capacity)
        service.deinitialize(count: capacity)
        places.deallocate()
        entries.deallocate()
        active.deallocate()
        latency.deallocate()
        service.deallocate()
    }

    private func place(_ request: Int, _ outcome: Outcome) -> Int {
        let key = request * Self.outcomes + outcome.ordinal
        let known = Int(places[key])
        if known >= 0 { return known }
        let namedUsed = used - otherUsed
        guard namedUsed < Self.named || request == requests else { return place(requests, outcome) }
        let new = used
        (entries + new).initialize(to: Entry(request: request == requests ? -1 : Int32(request), outcome: outcome))
        places[key] = Int16(new)
        used += 1
        if request == requests { otherUsed += 1 }
        return new
    }

    private var otherUsed = 0

    /// - Parameter latency: microseconds, as `service`; not above ``Recorder/longest``.
    func record(_ request: Int, _ outcome: Outcome, unexpected: Bool, bytes: Int, latency late: UInt64, service served: UInt64) {
        let index = place(request, outcome)
        if entries[index].second.done == 0 {
            active[activeCount] = Int16(index)
            activeCount += 1
        }
        entries[index].second.done += 1
        entries[index].second.bytes += bytes
        if unexpected { entries[index].second.unexpected += 1 }
        latency[index].record(late)
        service[index].record(served)
    }

    /// Hands out what the second saw of each class, and begins the next.
    ///
    /// - Parameter body: the request's index, `nil` for `other`.
    func drainSecond(_ body: (Int?, Outcome, Count, Histogram<UInt32>, Histogram<UInt32>) -> Void) {
        for position in 0..<activeCount {
            let index = Int(active[position])
            let entry = entries[index]
            body(entry.request < 0 ? nil : Int(entry.request), entry.outcome, entry.second, latency[index], service[index])
            entries[index].step.done += entry.second.done
            entries[index].step.unexpected += entry.second.unexpected
            entries[index].step.bytes += entry.second.bytes
            entries[index].second = Count()
            latency[index].reset()
            service[index].reset()
        }
        activeCount = 0
    }

    func beginStep() {
        for index in 0..<used { entries[index].step = Count() }
    }

    /// What the step saw of each class up to the last ``drainSecond(_:)``, in the order of the scenario.
    func stepCounts() -> [(request: Int?, outcome: Outcome, count: Count)] {
        (0..<used).filter { entries[$0].step.done > 0 }
            .map { (entries[$0].request < 0 ? nil : Int(entries[$0].request), entries[$0].outcome, entries[$0].step) }
            .sorted { ($0.0 ?? Int.max, $0.1.ordinal) < ($1.0 ?? Int.max, $1.1.ordinal) }
    }
}
