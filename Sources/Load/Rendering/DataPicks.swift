import Scenarios

/// Which part of a run one of several load threads sends.
package struct LoadShare: Hashable, Sendable {
    /// From 0, below ``stride``.
    package let offset: Int
    /// How many threads there are.
    package let stride: Int

    package static let whole = LoadShare(offset: 0, stride: 1)

    package init(offset: Int, stride: Int) {
        precondition(stride >= 1 && (0..<stride).contains(offset), "a share is one of so many")
        self.offset = offset
        self.stride = stride
    }

    /// The number in the run, from 0, of this thread's `count`-th.
    func number(_ count: Int) -> Int { offset + count * stride }
}

/// Which row of its data each request gets. The picks go on over all steps of a run.
///
/// | pick | the row at place p of n rows |
/// |---|---|
/// | in-order | p mod n |
/// | shuffled | of round ⌊p / n⌋ the place p mod n of a permutation drawn from the seed and the round |
/// | once | p, none from n on |
///
/// Places are dealt by ``LoadShare``, so that several threads together take each row as often as one would.
struct DataPicks {
    private let sets: [DataSet]
    private let share: LoadShare
    private let seed: UInt64
    /// Rows picked so far, by set.
    private var counts: [Int]
    /// Of a shuffled set: the permutation, and of which round it is.
    private var orders: [[Int32]]
    private var rounds: [Int]

    init(_ sets: [DataSet], share: LoadShare, seed: UInt64) {
        self.sets = sets
        self.share = share
        self.seed = seed
        counts = Array(repeating: 0, count: sets.count)
        orders = sets.map { $0.pick == .shuffled ? Array(0..<Int32($0.rowCount)) : [] }
        rounds = Array(repeating: -1, count: sets.count)
    }

    var setCount: Int { sets.count }

    /// Whether the set has no row left.
    func isExhausted(_ set: Int) -> Bool {
        sets[set].pick == .once && share.number(counts[set]) >= sets[set].rowCount
    }

    /// The next row; the set is not exhausted.
    mutating func next(_ set: Int) -> Int {
        let place = share.number(counts[set])
        counts[set] += 1
        let rows = sets[set].rowCount
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
