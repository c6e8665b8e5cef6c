import Glibc

/// A fixed number of histograms of microseconds, of two digits up to one hour, made in one piece.
///
///     row 0     histogram 0: 128 counts │ histogram 1: 128 counts │ …      0 … 127 µs by 1
///     row 1     histogram 0             │ histogram 1             │ …      128 … 255 µs by 1
///     row 2     histogram 0             │ histogram 1             │ …      256 … 511 µs by 2
///
/// 13 kB of addresses each, in rows, because memory is taken by the page where something is counted: classes of one server take about as
/// long, so that 256 of them share the pages of a few rows. Nothing is allocated after it was made. One thread at a time.
package struct HistogramBank: ~Copyable {
    /// Times beyond this are to be counted as this: one hour.
    package static let longest: UInt64 = 3_600_000_000
    /// Of every histogram of a bank.
    package static let layout: HistogramLayout = {
        guard let layout = HistogramLayout(lowest: 1, highest: longest, digits: 2) else { preconditionFailure("two digits up to an hour") }
        return layout
    }()
    /// The numbers of the layout that recording needs, as constants; a test holds them to it.
    private static let halfMagnitude = 7
    private static let rowLength = 1 << halfMagnitude
    private static let rows = 26
    static let length = rows * rowLength

    private struct Extent {
        var total: UInt64 = 0
        var largest: UInt64 = 0
    }

    private let counts: UnsafeMutablePointer<UInt32>
    private let bytes: Int
    private let extents: UnsafeMutablePointer<Extent>
    /// The counts of one histogram, one after the other, while they are read.
    private let line: UnsafeMutablePointer<UInt32>
    package let capacity: Int

    package init(capacity: Int) {
        self.capacity = capacity
        let room = max(capacity, 1)
        // Zeros that the kernel gives when they are first written; the allocator would write them itself into memory used before.
        bytes = room * Self.length * MemoryLayout<UInt32>.stride
        guard let raw = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), raw != MAP_FAILED
        else { preconditionFailure("no addresses for \(capacity) histograms") }
        counts = raw.bindMemory(to: UInt32.self, capacity: room * Self.length)
        extents = .allocate(capacity: room)
        extents.initialize(repeating: Extent(), count: room)
        line = .allocate(capacity: Self.length)
    }

    deinit {
        munmap(counts, bytes)
        extents.deallocate()
        line.deallocate()
    }

    @inline(__always)
    static func index(of value: UInt64) -> Int {
        let bucket = 63 - halfMagnitude - (value | UInt64(2 * rowLength - 1)).leadingZeroBitCount
        return (bucket + 1) << halfMagnitude + Int(truncatingIfNeeded: value >> UInt64(bucket)) - rowLength
    }

    @inline(__always)
    private func row(_ row: Int, of number: Int) -> UnsafeMutablePointer<UInt32> {
        counts + (row * capacity + number) << Self.halfMagnitude
    }

    /// Counts a time.
    ///
    /// - Parameter value: microseconds, at most ``longest``.
    @inline(__always)
    package func record(_ value: UInt64, in number: Int) {
        let index = Self.index(of: value)
        row(index >> Self.halfMagnitude, of: number)[index & (Self.rowLength - 1)] &+= 1
        extents[number].total += 1
        if value > extents[number].largest { extents[number].largest = value }
    }

    package func total(of number: Int) -> UInt64 { extents[number].total }

    /// Exact; 0 when nothing was recorded.
    package func largest(of number: Int) -> UInt64 { extents[number].largest }

    /// The rows up to that of the largest value.
    private func usedRows(of number: Int) -> Int {
        extents[number].total == 0 ? 0 : Self.index(of: extents[number].largest) >> Self.halfMagnitude + 1
    }

    /// Reads the counts up to that of the largest value.
    func withCounts<Value>(of number: Int, _ body: (UnsafeBufferPointer<UInt32>) -> Value) -> Value {
        for row in 0..<usedRows(of: number) {
            (line + row << Self.halfMagnitude).update(from: self.row(row, of: number), count: Self.rowLength)
        }
        let used = extents[number].total == 0 ? 0 : Self.index(of: extents[number].largest) + 1
        return body(UnsafeBufferPointer(start: line, count: used))
    }

    package func value(atPercentile percentile: Double, of number: Int) -> Int {
        withCounts(of: number) { value(atPercentile: percentile, $0, of: number) }
    }

    private func value(atPercentile percentile: Double, _ counts: UnsafeBufferPointer<UInt32>, of number: Int) -> Int {
        Int(Self.layout.value(atPercentile: percentile, counts: counts, total: extents[number].total, largest: extents[number].largest))
    }

    /// `nil` when nothing was recorded.
    package func quantiles(of number: Int) -> RequestRow.Quantiles? {
        guard extents[number].total > 0 else { return nil }
        return withCounts(of: number) { counts in
            RequestRow.Quantiles(
                p50: value(atPercentile: 50, counts, of: number), p95: value(atPercentile: 95, counts, of: number),
                p99: value(atPercentile: 99, counts, of: number), max: Int(largest(of: number)))
        }
    }

    /// Adds what another bank counted to a histogram of this one.
    package func add(_ other: borrowing HistogramBank, _ from: Int, to number: Int) {
        for row in 0..<other.usedRows(of: from) {
            let added = other.row(row, of: from)
            // Rows without counts are not touched, so that they take no memory here either.
            for index in 0..<Self.rowLength where added[index] != 0 { self.row(row, of: number)[index] &+= added[index] }
        }
        extents[number].total += other.extents[from].total
        extents[number].largest = max(extents[number].largest, other.extents[from].largest)
    }

    package func clear(_ number: Int) {
        for row in 0..<usedRows(of: number) {
            let counts = self.row(row, of: number)
            for index in 0..<Self.rowLength where counts[index] != 0 { counts[index] = 0 }
        }
        extents[number] = Extent()
    }
}
