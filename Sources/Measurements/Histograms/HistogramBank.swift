import Glibc

/// A fixed number of histograms of microseconds, of two digits up to one hour, made in one piece.
///
/// 13 kB of addresses each; memory is taken only where values are counted, so that room for 256 classes costs what the classes seen
/// need. Nothing is allocated after it was made. One thread at a time.
package struct HistogramBank: ~Copyable {
    /// Times beyond this are to be counted as this: one hour.
    package static let longest: UInt64 = 3_600_000_000
    /// Of every histogram of a bank.
    package static let layout: HistogramLayout = {
        guard let layout = HistogramLayout(lowest: 1, highest: longest, digits: 2) else { preconditionFailure("two digits up to an hour") }
        return layout
    }()
    /// The two numbers of the layout that recording needs, as constants; a test holds them to it.
    static let halfMagnitude = 7
    static let length = 3328

    private struct Extent {
        var total: UInt64 = 0
        var largest: UInt64 = 0
    }

    private let counts: UnsafeMutablePointer<UInt32>
    private let extents: UnsafeMutablePointer<Extent>
    package let capacity: Int

    package init(capacity: Int) {
        self.capacity = capacity
        // Zeros that the kernel gives when they are first written.
        let bytes = max(capacity, 1) * Self.length * MemoryLayout<UInt32>.stride
        guard let raw = calloc(1, bytes) else { preconditionFailure("no memory for \(capacity) histograms") }
        counts = raw.bindMemory(to: UInt32.self, capacity: max(capacity, 1) * Self.length)
        extents = .allocate(capacity: max(capacity, 1))
        extents.initialize(repeating: Extent(), count: max(capacity, 1))
    }

    deinit {
        free(counts)
        extents.deallocate()
    }

    @inline(__always)
    static func index(of value: UInt64) -> Int {
        let half = 1 << halfMagnitude
        let bucket = 63 - halfMagnitude - (value | UInt64(2 * half - 1)).leadingZeroBitCount
        return (bucket + 1) << halfMagnitude + Int(truncatingIfNeeded: value >> UInt64(bucket)) - half
    }

    /// Counts a time.
    ///
    /// - Parameter value: microseconds, at most ``longest``.
    @inline(__always)
    package func record(_ value: UInt64, in number: Int) {
        counts[number * Self.length + Self.index(of: value)] &+= 1
        extents[number].total += 1
        if value > extents[number].largest { extents[number].largest = value }
    }

    package func total(of number: Int) -> UInt64 { extents[number].total }

    /// Exact; 0 when nothing was recorded.
    package func largest(of number: Int) -> UInt64 { extents[number].largest }

    /// The counts up to the largest value.
    func counts(of number: Int) -> UnsafeBufferPointer<UInt32> {
        let used = extents[number].total == 0 ? 0 : Self.index(of: extents[number].largest) + 1
        return UnsafeBufferPointer(start: counts + number * Self.length, count: used)
    }

    package func value(atPercentile percentile: Double, of number: Int) -> Int {
        Int(
            Self.layout.value(
                atPercentile: percentile, counts: counts(of: number), total: extents[number].total, largest: extents[number].largest))
    }

    /// `nil` when nothing was recorded.
    package func quantiles(of number: Int) -> RequestRow.Quantiles? {
        guard extents[number].total > 0 else { return nil }
        return RequestRow.Quantiles(
            p50: value(atPercentile: 50, of: number), p95: value(atPercentile: 95, of: number),
            p99: value(atPercentile: 99, of: number), max: Int(largest(of: number)))
    }

    /// Adds what another bank counted to a histogram of this one.
    package func add(_ other: borrowing HistogramBank, _ from: Int, to number: Int) {
        let added = other.counts(of: from)
        let base = counts + number * Self.length
        for index in added.indices where added[index] != 0 { base[index] &+= added[index] }
        extents[number].total += other.extents[from].total
        extents[number].largest = max(extents[number].largest, other.extents[from].largest)
    }

    package func clear(_ number: Int) {
        let used = counts(of: number).count
        (counts + number * Self.length).update(repeating: 0, count: used)
        extents[number] = Extent()
    }
}
