import Measurements

/// Counts by class, of rows that name the same few classes again and again, mostly in the same order.
struct ClassTally {
    typealias Key = StepAccumulator.ClassKey

    private struct Entry {
        let request: String
        let outcome: Outcome
        var count = 0
    }

    private var entries: [Entry] = []
    private var places: [Key: Int] = [:]
    /// Where the class of the next row is expected.
    private var next = 0

    /// - Returns: the place of the class.
    @discardableResult
    mutating func add(_ count: Int, request: String, outcome: Outcome) -> Int {
        if next >= entries.count { next = 0 }
        var place = next
        if entries.isEmpty || entries[place].outcome != outcome || entries[place].request != request {
            let key = Key(request: request, outcome: outcome.rawValue)
            if let known = places[key] {
                place = known
            } else {
                place = entries.count
                places[key] = place
                entries.append(Entry(request: request, outcome: outcome))
            }
        }
        entries[place].count += count
        next = place + 1
        return place
    }

    func key(at place: Int) -> Key { Key(request: entries[place].request, outcome: entries[place].outcome.rawValue) }

    var total: Int { entries.reduce(0) { $0 + $1.count } }

    var counts: [Key: Int] { places.mapValues { entries[$0].count } }
}
