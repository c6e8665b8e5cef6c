/// Where the counts of an HdrHistogram lie: a value's index in the array of counts, and back.
///
///     index    0 … 2h−1        2h … 3h−1          3h … 4h−1
///     values   0 … 2h−1 by 1   2h … 4h−1 by 2     4h … 8h−1 by 4        in units of 2^u, h = 2^halfMagnitude
///
/// As in HdrHistogram's Java implementation, so that counts mean the same in its logs.
package struct HistogramLayout: Hashable, Sendable {
    /// The lowest value that can be told from 0; at least 1.
    package let lowest: UInt64
    package let highest: UInt64
    /// Significant decimal digits, 0 to 5.
    package let digits: Int
    private let unit: Int
    private let halfMagnitude: Int
    /// How many counts there are.
    package let length: Int

    /// The most that a layout read from a file may have: five digits up to an hour of microseconds have half of it.
    private static let longest = 1 << 23

    /// - Returns: `nil` where there is no such layout, or its counts would take more than 64 MB.
    package init?(lowest: UInt64, highest: UInt64, digits: Int) {
        guard lowest >= 1, lowest <= UInt64.max / 4, highest >= 2 * lowest, highest <= UInt64(Int64.max), (0...5).contains(digits) else {
            return nil
        }
        self.lowest = lowest
        self.highest = highest
        self.digits = digits
        var precise: UInt64 = 2
        for _ in 0..<digits { precise *= 10 }
        unit = 63 - lowest.leadingZeroBitCount
        // The smallest power of two that is not below `precise`.
        let magnitude = max(64 - (precise - 1).leadingZeroBitCount, 1)
        halfMagnitude = magnitude - 1
        guard unit + magnitude <= 61 else { return nil }
        var buckets = 1
        var beyond = UInt64(1) << UInt64(magnitude + unit)
        while beyond <= highest {
            buckets += 1
            if beyond > UInt64.max / 2 { break }
            beyond <<= 1
        }
        length = (buckets + 1) << halfMagnitude
        guard length <= Self.longest else { return nil }
    }

    /// The index of a value; not below ``length`` for one above the highest.
    package func index(of value: UInt64) -> Int {
        let half = 1 << halfMagnitude
        let mask = UInt64(2 * half - 1) << UInt64(unit)
        let bucket = 63 - unit - halfMagnitude - (value | mask).leadingZeroBitCount
        return (bucket + 1) << halfMagnitude + Int(value >> UInt64(bucket + unit)) - half
    }

    /// The least of the values that are counted at an index.
    package func lowestValue(at index: Int) -> UInt64 {
        let half = 1 << halfMagnitude
        let bucket = max(index >> halfMagnitude - 1, 0)
        let inBucket = index >> halfMagnitude == 0 ? index : index & (half - 1) + half
        return UInt64(inBucket) << UInt64(bucket + unit)
    }

    /// The greatest of the values that are counted at an index.
    package func highestValue(at index: Int) -> UInt64 {
        lowestValue(at: index) + (1 << UInt64(max(index >> halfMagnitude - 1, 0) + unit)) - 1
    }

    /// The value that so many in a hundred are not above, as HdrHistogram tells it: the greatest value that is counted with it, and not
    /// above the largest that was recorded.
    ///
    /// - Parameter counts: of ``length``, or those up to the last that is not 0.
    func value<Count: FixedWidthInteger>(
        atPercentile percentile: Double, counts: UnsafeBufferPointer<Count>, total: UInt64, largest: UInt64
    ) -> UInt64 {
        guard total > 0 else { return 0 }
        // One step down, so that rounding up does not overshoot where the product is a whole number.
        let asked = min(max(percentile.nextDown, 0), 100)
        let wanted = max(1, UInt64((asked * Double(total) / 100).rounded(.up)))
        var seen: UInt64 = 0
        for index in counts.indices {
            seen += UInt64(truncatingIfNeeded: counts[index])
            if seen >= wanted { return min(highestValue(at: index), largest) }
        }
        return largest
    }
}
