import Measurements

/// Times of a whole run, put together from what each second says of its own: never told as faster than they were.
///
/// Of a second with n transfers we know p50, p95, p99 and the largest. The n transfers are then taken as
///
///     ⌈n/2⌉ at p50,  ⌈0.95 n⌉ − ⌈n/2⌉ at p95,  ⌈0.99 n⌉ − ⌈0.95 n⌉ at p99,  the rest at the largest
///
/// each at the next point above it that is known. So no transfer is counted below its time, and a quantile of the sum of all seconds
/// is at least the true one, and at most the largest of the seconds' own.
///
/// Values are kept to three digits, rounded up, as in the totals of the load; memory is bounded by the number of such values below
/// an hour, about 25,000, whatever the length of the run.
struct KnownPoints: Hashable {
    private var counts: [Int: Int] = [:]
    private(set) var total = 0
    private(set) var largest = 0

    mutating func add(_ quantiles: RequestRow.Quantiles, of count: Int) {
        guard count > 0 else { return }
        let to50 = (count + 1) / 2
        let to95 = max(to50, (count * 95 + 99) / 100)
        let to99 = max(to95, (count * 99 + 99) / 100)
        add(quantiles.p50, to50)
        add(quantiles.p95, to95 - to50)
        add(quantiles.p99, to99 - to95)
        add(quantiles.max, count - to99)
        largest = max(largest, quantiles.max)
    }

    mutating func add(_ other: KnownPoints) {
        for (value, count) in other.counts { counts[value, default: 0] += count }
        total += other.total
        largest = max(largest, other.largest)
    }

    private mutating func add(_ value: Int, _ count: Int) {
        guard count > 0 else { return }
        counts[Self.bucket(value), default: 0] += count
        total += count
    }

    /// The value below or at which this many in a hundred lie, microseconds; `nil` when there is none.
    func quantile(percent: Int) -> Int? {
        guard total > 0 else { return nil }
        if percent >= 100 { return largest }
        let rank = max(1, (total * percent + 99) / 100)
        var seen = 0
        for value in counts.keys.sorted() {
            seen += counts[value] ?? 0
            // The largest is known exactly.
            if seen >= rank { return min(value, largest) }
        }
        return largest
    }

    /// The value rounded up to three digits: a multiple of the power of two that leaves 1,024 to 2,047 steps.
    static func bucket(_ value: Int) -> Int {
        guard value >= 2048 else { return max(0, value) }
        let shift = Int.bitWidth - value.leadingZeroBitCount - 11
        return ((value - 1) >> shift + 1) << shift
    }
}
