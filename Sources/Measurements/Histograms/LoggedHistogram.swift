/// A histogram as a log holds it: counts by value, of any layout.
package struct LoggedHistogram: Hashable, Sendable {
    package let layout: HistogramLayout
    package private(set) var counts: [UInt64]
    package private(set) var total: UInt64
    private var lastIndex: Int

    package init(layout: HistogramLayout) {
        self.layout = layout
        counts = Array(repeating: 0, count: layout.length)
        total = 0
        lastIndex = -1
    }

    /// Counts a value; `false` when the layout has no place for it, or the sum of the counts would not fit.
    package mutating func record(_ value: UInt64, count: UInt64 = 1) -> Bool {
        let index = layout.index(of: value)
        return index < layout.length && add(count, at: index)
    }

    mutating func add(_ count: UInt64, at index: Int) -> Bool {
        // A sum that fits an Int64 is what other readers can hold.
        let (sum, overflow) = total.addingReportingOverflow(count)
        guard !overflow, sum <= UInt64(Int64.max) else { return false }
        counts[index] += count
        total = sum
        if count > 0 { lastIndex = max(lastIndex, index) }
        return true
    }

    /// Adds the counts of another; `false`, and nothing is changed, when the layouts differ or a sum would not fit.
    package mutating func add(_ other: LoggedHistogram) -> Bool {
        guard other.layout == layout, !total.addingReportingOverflow(other.total).overflow, total + other.total <= UInt64(Int64.max) else {
            return false
        }
        for (index, count) in other.counts.enumerated() { counts[index] += count }
        total += other.total
        lastIndex = max(lastIndex, other.lastIndex)
        return true
    }

    /// The greatest value that is counted with the largest recorded; 0 when there is none.
    package var largest: UInt64 { lastIndex < 0 ? 0 : layout.highestValue(at: lastIndex) }

    package func value(atPercentile percentile: Double) -> UInt64 {
        counts.withUnsafeBufferPointer {
            layout.value(
                atPercentile: percentile, counts: UnsafeBufferPointer(rebasing: $0[..<(lastIndex + 1)]), total: total, largest: largest)
        }
    }
}
