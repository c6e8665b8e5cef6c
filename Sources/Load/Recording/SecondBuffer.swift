import Glibc
import LinuxIO
import Measurements

/// What one load thread recorded since it last handed over: about a second's worth.
///
/// Two for each thread: it fills one while the writer drains the other. Made before the load, and nothing is allocated after; memory
/// is taken where it is written to. Belongs to one thread at a time, and goes from one to the other under the writer's lock.
struct SecondBuffer: ~Copyable {
    struct ClassCount {
        var key = ClassTable.Key(request: -1, outcome: .success)
        var done = 0
        var unexpected = 0
        var bytes = 0
    }

    struct StartCount {
        var request = -1
        var started = 0
        var dropped = 0
        var lateMaximum = 0
    }

    /// One exchange, for `transfers.csv`.
    struct Transfer {
        var start: MonotonicInstant
        var end: MonotonicInstant
        var request: Int32
        var connection: Int32
        /// 0: no response.
        var status: Int16
        var outcome: Outcome
    }

    /// The histograms of the loop itself.
    enum LoopTimes {
        static let wake = 0
        static let pass = 1
        static let late = 2
        static let service = 3
        static let count = 4
    }

    private static let transferLimit = TransferRow.limitPerStep

    private let classes: UnsafeMutablePointer<ClassCount>
    private let activeClasses: UnsafeMutablePointer<Int16>
    private(set) var classCount = 0
    private let starts: UnsafeMutablePointer<StartCount>
    private let activeStarts: UnsafeMutablePointer<Int16>
    private(set) var startCount = 0
    private let transfers: UnsafeMutablePointer<Transfer>
    private(set) var transferCount = 0
    var latency: HistogramBank
    var service: HistogramBank
    /// By the place of the start; empty where no start can be late.
    var lateness: HistogramBank
    var loop: HistogramBank
    private let hasArrivals: Bool

    /// When it began and when it was handed over.
    var begin = RunTime.zero
    var end = RunTime.zero
    var cpuNanoseconds: Int64 = 0
    var opened = 0
    var inFlight = 0

    init(hasArrivals: Bool) {
        self.hasArrivals = hasArrivals
        classes = .allocate(capacity: ClassTable.limit)
        classes.initialize(repeating: ClassCount(), count: ClassTable.limit)
        activeClasses = .allocate(capacity: ClassTable.limit)
        activeClasses.initialize(repeating: 0, count: ClassTable.limit)
        starts = .allocate(capacity: StartTable.limit)
        starts.initialize(repeating: StartCount(), count: StartTable.limit)
        activeStarts = .allocate(capacity: StartTable.limit)
        activeStarts.initialize(repeating: 0, count: StartTable.limit)
        transfers = .allocate(capacity: Self.transferLimit)
        latency = HistogramBank(capacity: ClassTable.limit)
        service = HistogramBank(capacity: ClassTable.limit)
        lateness = HistogramBank(capacity: hasArrivals ? StartTable.limit : 0)
        loop = HistogramBank(capacity: LoopTimes.count)
    }

    deinit {
        classes.deallocate()
        activeClasses.deallocate()
        starts.deallocate()
        activeStarts.deallocate()
        transfers.deallocate()
    }

    // MARK: By the load's thread

    /// - Parameter late: microseconds from the intended moment; −1 where there is none.
    @inline(__always)
    mutating func started(_ place: Int, request: Int, late: Int) {
        touch(place, request)
        starts[place].started += 1
        guard late >= 0, hasArrivals else { return }
        let time = min(UInt64(late), HistogramBank.longest)
        lateness.record(time, in: place)
        loop.record(time, in: LoopTimes.late)
        if late > starts[place].lateMaximum { starts[place].lateMaximum = late }
    }

    mutating func dropped(_ place: Int, request: Int) {
        touch(place, request)
        starts[place].dropped += 1
    }

    @inline(__always)
    private mutating func touch(_ place: Int, _ request: Int) {
        guard starts[place].started == 0, starts[place].dropped == 0 else { return }
        starts[place].request = request
        activeStarts[startCount] = Int16(place)
        startCount += 1
    }

    /// - Parameters:
    ///   - latencyTime: microseconds, as `serviceTime`; at most ``HistogramBank/longest``.
    @inline(__always)
    mutating func ended(_ place: Int, _ key: ClassTable.Key, unexpected: Bool, bytes: Int, latencyTime: UInt64, serviceTime: UInt64) {
        if classes[place].done == 0 {
            classes[place].key = key
            activeClasses[classCount] = Int16(place)
            classCount += 1
        }
        classes[place].done += 1
        classes[place].bytes += bytes
        if unexpected { classes[place].unexpected += 1 }
        latency.record(latencyTime, in: place)
        service.record(serviceTime, in: place)
    }

    /// There is room for as many as a step may have rows; the caller counts.
    @inline(__always)
    mutating func append(_ transfer: Transfer) {
        (transfers + transferCount).initialize(to: transfer)
        transferCount += 1
    }

    // MARK: By the writer

    var recordedTransfers: UnsafeBufferPointer<Transfer> { UnsafeBufferPointer(start: transfers, count: transferCount) }

    func classCount(at position: Int) -> (place: Int, count: ClassCount) {
        let place = Int(activeClasses[position])
        return (place, classes[place])
    }

    func startCount(at position: Int) -> (place: Int, count: StartCount) {
        let place = Int(activeStarts[position])
        return (place, starts[place])
    }

    /// Makes it empty for the next second.
    mutating func clear() {
        for position in 0..<classCount {
            let place = Int(activeClasses[position])
            classes[place] = ClassCount()
            latency.clear(place)
            service.clear(place)
        }
        for position in 0..<startCount {
            let place = Int(activeStarts[position])
            starts[place] = StartCount()
            if hasArrivals { lateness.clear(place) }
        }
        for number in 0..<LoopTimes.count { loop.clear(number) }
        classCount = 0
        startCount = 0
        transferCount = 0
        cpuNanoseconds = 0
        opened = 0
        inFlight = 0
    }
}
