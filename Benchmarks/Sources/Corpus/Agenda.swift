/// What is to happen, by time; of equal times, in the order in which it was put down. A binary heap.
struct Agenda {
    typealias Action = () -> Void

    private struct Entry {
        var time: Int64
        var order: Int
        var action: Action

        static func < (left: Entry, right: Entry) -> Bool { (left.time, left.order) < (right.time, right.order) }
    }

    private var heap: [Entry] = []
    private var count = 0

    /// Microseconds; `nil`: nothing is to happen.
    var next: Int64? { heap.first?.time }

    mutating func add(at time: Int64, _ action: @escaping Action) {
        heap.append(Entry(time: time, order: count, action: action))
        count += 1
        var child = heap.count - 1
        while child > 0, heap[child] < heap[(child - 1) / 2] {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func take() -> Action? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first.action }
        heap[0] = last
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { break }
            let child = left + 1 < heap.count && heap[left + 1] < heap[left] ? left + 1 : left
            guard heap[child] < heap[parent] else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return first.action
    }
}
