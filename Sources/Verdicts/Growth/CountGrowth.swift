import Measurements

/// Whether a count that a process holds at rest (descriptors, threads, sockets) grows with the requests.
///
/// The rule is that of sessions (``LeakTest``), with the floor in the place of identities: what grew beyond three times the most
/// requests in flight, beyond chance, in at least three doses and two waves, in every dose since, and in the last one not clearly
/// less per request than in those before. A cache or a stock of threads that fills grows less and less, and does none of this.
struct CountGrowth {
    /// Over the waves.
    let count: Int
    let requests: Int
    let waves: Int
    let from: Int
    let to: Int

    static let leastDoses = 3
    static let leastWaves = 2
    /// Counts that come by chance in a step, as with sessions.
    static let background = 0.05

    private struct Dose {
        var floor: Int
        var growth: Int
        var beyond: Int
        var requests: Int
        var isWave: Bool
    }

    /// - Parameter value: the count of the process at the end of a step; `nil`: not there, or unknown.
    /// - Returns: `nil` when nothing of the sort is shown.
    init?(_ floors: [ProcessFloors.Floor], value: (ProcessFloors.Floor) -> Int?) {
        let bound = 3 * (floors.map(\.peakInFlight).max() ?? 0)
        var evidence = EProcess()
        var sum = 0
        var doses: [Dose] = []
        for (before, floor) in zip(floors, floors.dropFirst()) where floor.kind == .rung || floor.kind == .wave {
            guard let earlier = value(before), let now = value(floor) else { continue }
            let already = max(0, sum - bound)
            sum = max(0, sum + now - earlier)
            let beyond = max(0, max(0, sum - bound) - already)
            evidence.observe(count: beyond, background: Self.background)
            // From the first that goes beyond, every dose counts: noise about a level goes there and back.
            if sum > bound || !doses.isEmpty {
                doses.append(
                    Dose(floor: now, growth: now - earlier, beyond: beyond, requests: max(floor.given, 1), isWave: floor.kind == .wave))
            }
        }
        let waves = doses.filter(\.isWave)
        guard evidence.isBeyondChance, doses.count >= Self.leastDoses, waves.count >= Self.leastWaves,
            doses.allSatisfy({ $0.beyond > 0 }), let last = doses.last, let first = waves.first,
            LeakTest.goesOn(doses.map { ($0.beyond, $0.requests) })
        else { return nil }
        let total = doses.reduce(0) { $0 + $1.beyond }
        let dosed = doses.reduce(0) { $0 + $1.requests }
        guard last.beyond * dosed * 2 >= total * last.requests else { return nil }
        count = waves.reduce(0) { $0 + $1.growth }
        requests = waves.reduce(0) { $0 + $1.requests }
        self.waves = waves.count
        from = first.floor - first.growth
        to = last.floor
    }
}
