import Scenarios

/// A flow as the loop goes through it: its parts by their indices in the table of requests.
struct FlowPlan {
    enum Item {
        case request(Int)
        /// Nanoseconds, drawn evenly, both included.
        case think(from: Int, to: Int)
    }

    /// `before`, then the steps.
    let items: [Item]
    /// How many of the items are `before`.
    let beforeCount: Int
    /// Data sets that the parts take values from: of all of them, and without `before`.
    let sets: [Int]
    let setsOfSteps: [Int]
}

/// Flights that wait for a moment, the earliest first: a binary heap whose room is made before the load.
struct ParkedFlights {
    private struct Place {
        var until: Int64
        var slot: Int
    }

    private var heap: [Place] = []

    mutating func reserve(_ count: Int) { heap.reserveCapacity(count) }

    /// When the first is to go on, on the monotonic clock, nanoseconds; `nil`: none waits.
    var first: Int64? { heap.first?.until }

    mutating func removeAll() { heap.removeAll(keepingCapacity: true) }

    mutating func park(_ slot: Int, until: Int64) {
        heap.append(Place(until: until, slot: slot))
        var index = heap.count - 1
        while index > 0, heap[index].until < heap[(index - 1) / 2].until {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    /// Takes out the first whose moment has come.
    mutating func next(now: Int64) -> Int? {
        guard let top = heap.first, top.until <= now else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return top.slot }
        heap[0] = last
        var index = 0
        while true {
            let left = index * 2 + 1
            guard left < heap.count else { break }
            let child = left + 1 < heap.count && heap[left + 1].until < heap[left].until ? left + 1 : left
            guard heap[child].until < heap[index].until else { break }
            heap.swapAt(index, child)
            index = child
        }
        return top.slot
    }
}
