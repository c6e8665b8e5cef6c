import Measurements
import Scenarios

/// Which request is next: the dealt order of a step.
struct DealtOrder {
    /// A dose of more than this is dealt in blocks: the order of a whole day would not fit into memory.
    private static let longest = 1_000_000
    /// Where the dose is not known beforehand, blocks of about this many.
    private static let block = 1_000

    private let order: [Int]
    private var position = 0
    private var stride = 1

    /// - Parameter planned: how many will be asked for, where that is known: then the shares are exact over the step. Otherwise they
    ///   are exact over each block.
    /// - Parameter dealer: the requests of a dose of so many, in order.
    init(_ mix: Step.Mix, planned: Int?, weights: [Int], dealer: (Int) -> [Int]) {
        switch mix {
        case .only(let index):
            order = [index]
        case .some(let indices):
            order = indices
        case .all:
            if let planned, planned <= Self.longest {
                order = dealer(planned)
            } else {
                let round = max(weights.reduce(0, +), 1)
                order = dealer(round * max((Self.block + round - 1) / round, 1))
            }
        }
    }

    /// The part of one thread, from the beginning.
    func part(of shard: Shard) -> DealtOrder {
        var part = self
        part.position = order.isEmpty ? 0 : shard.index % order.count
        part.stride = shard.count
        return part
    }

    mutating func next() -> Int {
        guard position < order.count else { return 0 }
        let request = order[position]
        position += stride
        if position >= order.count { position %= order.count }
        return request
    }
}
