import Scenarios
import Synchronization

/// How many rows of each set have been dealt, by all load threads together.
final class DataPlaces: Sendable {
    private final class Count: Sendable {
        let dealt = Atomic(0)
    }

    private let counts: [Count]

    init(sets: Int) {
        counts = (0..<sets).map { _ in Count() }
    }

    func dealt(_ set: Int) -> Int { counts[set].dealt.load(ordering: .relaxed) }

    /// The next place of a set, from 0; nobody else gets it.
    func take(_ set: Int) -> Int { counts[set].dealt.add(1, ordering: .relaxed).oldValue }
}

/// Which row of its data each request gets. The picks go on over all steps of a run.
///
/// | pick | the row at place p of n rows |
/// |---|---|
/// | in-order | p mod n |
/// | shuffled | of round ⌊p / n⌋ the place p mod n of a permutation drawn from the seed and the round |
/// | once | p, none from n on |
///
/// Places are those of ``DataPlaces``, so that several threads together take each row as often as one would, whichever of them sends
/// the requests that need it.
struct DataPicks {
    private let sets: [DataSet]
    private let places: DataPlaces
    private let seed: UInt64
    /// Of a shuffled set: the permutation, and of which round it is.
    private var orders: [[Int32]]
    private var rounds: [Int]

    init(_ sets: [DataSet], places: DataPlaces, seed: UInt64) {
        self.sets = sets
        self.places = places
        self.seed = seed
        orders = sets.map { $0.pick == .shuffled ? Array(0..<Int32($0.rowCount)) : [] }
        rounds = Array(repeating: -1, count: sets.count)
    }

    var setCount: Int { sets.count }

    /// Whether the set has no row left.
    func isExhausted(_ set: Int) -> Bool {
        sets[set].pick == .once && places.dealt(set) >= sets[set].rowCount
    }

    /// The next row; `nil`: none is left, as another thread may have taken the last just now.
    mutating func next(_ set: Int) -> Int? {
        let place = places.take(set)
        let rows = sets[set].rowCount
        if sets[set].pick == .once, place >= rows { return nil }
        guard sets[set].pick == .shuffled else { return place % rows }
        let round = place / rows
        if rounds[set] != round { shuffle(set, round: round) }
        return Int(orders[set][place % rows])
    }

    /// Begins from the rows' own order, so that a round does not depend on those before it.
    private mutating func shuffle(_ set: Int, round: Int) {
        for row in orders[set].indices { orders[set][row] = Int32(row) }
        var seeds = SplitMix64(seed: seed &+ UInt64(set))
        var generator = SplitMix64(seed: seeds.next() ^ UInt64(round))
        generator.shuffle(&orders[set])
        rounds[set] = round
    }

    /// The bytes of a value.
    func withValue(set: Int, row: Int, column: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        let range = sets[set].rows.range(of: row * sets[set].columns.count + column)
        sets[set].rows.bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
}
