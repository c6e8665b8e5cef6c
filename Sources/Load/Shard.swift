/// One thread's part of a step: of everything that is numbered in its order, what leaves its index as the remainder.
///
///     step      0 1 2 3 4 5 6 7 8 …
///     1 of 3      1     4     7        the parts of all threads are the whole, and nothing is in two
struct Shard: Hashable, Sendable {
    let index: Int
    let count: Int

    static let whole = Shard(index: 0, count: 1)

    /// How many of `total` things are its own, of which the first has the number `first`.
    func part(of total: Int, from first: Int = 0) -> Int {
        guard count > 1 else { return total }
        let skipped = skip(from: first)
        return total > skipped ? (total - skipped - 1) / count + 1 : 0
    }

    /// How many things lie before the first of its own, counted from the number `first`.
    func skip(from first: Int = 0) -> Int {
        guard count > 1 else { return 0 }
        let distance = (index - first) % count
        return distance < 0 ? distance + count : distance
    }
}
