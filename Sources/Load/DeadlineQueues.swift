import LinuxIO

/// Which slots have to be looked at, and when: one queue for each length of deadline, which are few and known before the load.
///
/// What enters a queue later is due later, so that entering, leaving and the next one take the same time however many wait. A slot
/// is in one queue at most. Nothing is allocated but by ``makeRoom(_:)``.
struct DeadlineQueues: ~Copyable {
    private struct Place {
        var deadline = MonotonicInstant(nanoseconds: 0)
        /// −1: in none.
        var queue = -1
        var next = -1
        var previous = -1
    }

    private struct Queue {
        var length: Duration
        var oldest = -1
        var newest = -1
    }

    private var places: UnsafeMutablePointer<Place>
    private var capacity = 0
    private let queues: UnsafeMutablePointer<Queue>
    private let queueCount: Int

    init(_ lengths: [Duration]) {
        queueCount = lengths.count
        queues = .allocate(capacity: max(queueCount, 1))
        for (index, length) in lengths.enumerated() { (queues + index).initialize(to: Queue(length: length)) }
        places = .allocate(capacity: 1)
    }

    deinit {
        queues.deallocate()
        places.deallocate()
    }

    /// Nothing waits.
    mutating func makeRoom(_ slots: Int) {
        guard slots > capacity else { return }
        places.deallocate()
        places = .allocate(capacity: slots)
        places.initialize(repeating: Place(), count: slots)
        capacity = slots
    }

    /// - Parameter now: not before that of the one that entered last.
    mutating func enter(_ slot: Int, _ queue: Int, now: MonotonicInstant) {
        let newest = queues[queue].newest
        places[slot] = Place(deadline: now + queues[queue].length, queue: queue, next: -1, previous: newest)
        if newest >= 0 { places[newest].next = slot } else { queues[queue].oldest = slot }
        queues[queue].newest = slot
    }

    /// Without effect on a slot that is in no queue.
    mutating func leave(_ slot: Int) {
        let place = places[slot]
        guard place.queue >= 0 else { return }
        places[slot].queue = -1
        if place.next >= 0 { places[place.next].previous = place.previous } else { queues[place.queue].newest = place.previous }
        if place.previous >= 0 { places[place.previous].next = place.next } else { queues[place.queue].oldest = place.next }
    }

    /// The earliest of all; `nil`: nothing waits.
    var next: MonotonicInstant? {
        var earliest: MonotonicInstant?
        for index in 0..<queueCount where queues[index].oldest >= 0 {
            let deadline = places[queues[index].oldest].deadline
            earliest = earliest.map { min($0, deadline) } ?? deadline
        }
        return earliest
    }

    /// A slot whose deadline has come, which stays where it is; −1: none.
    func due(_ now: MonotonicInstant) -> Int {
        for index in 0..<queueCount {
            let oldest = queues[index].oldest
            if oldest >= 0, places[oldest].deadline <= now { return oldest }
        }
        return -1
    }
}
