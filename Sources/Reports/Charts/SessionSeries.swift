package import Measurements

/// Sessions by state at one moment.
package struct SessionPoint: Hashable, Sendable {
    package var time: RunTime
    package var total: Int
    package var active: Int
    package var idle: Int
    package var inTransaction: Int
    package var aborted: Int
    /// In another state, or in one that the privileges do not show.
    package var other: Int

    /// `nil` for a gap.
    package init?(_ row: ConnectionRow) {
        guard let total = row.total else { return nil }
        time = row.time
        self.total = max(total, 0)
        active = max(row.active ?? 0, 0)
        idle = max(row.idle ?? 0, 0)
        inTransaction = max(row.idleInTransaction ?? 0, 0)
        aborted = max(row.idleInTransactionAborted ?? 0, 0)
        other = max(0, self.total - active - idle - inTransaction - aborted)
    }
}

/// The samples of a run thinned out for drawing, fed row by row, in bounded memory, with every extreme kept.
///
/// Neighbouring samples share a bucket, and of each bucket the lowest and the highest sample stay. When there are too many
/// buckets, neighbours are joined: the highest and the lowest sample of the run are always among the points.
package struct SessionSeries: Sendable {
    /// A time without samples: from the last one before to the first one after.
    package struct Gap: Hashable, Sendable {
        package var start: RunTime
        package var end: RunTime
    }

    private struct Bucket {
        var low: SessionPoint
        var high: SessionPoint
        var samples: Int
    }

    private static let mostGaps = 200
    private let mostBuckets: Int
    private var buckets: [Bucket] = []
    private var samplesPerBucket = 1
    private var openGap: RunTime?

    package private(set) var first: SessionPoint?
    package private(set) var last: SessionPoint?
    package private(set) var peak = 0
    package private(set) var samples = 0
    package private(set) var gaps: [Gap] = []
    /// When the first and the last row were taken, gaps included.
    package private(set) var start: RunTime?
    package private(set) var end: RunTime?
    /// The last limit that a sample saw.
    package private(set) var limit: Int?

    /// - Parameter mostPoints: how many ``points`` there are at most; at least 6.
    package init(mostPoints: Int = 1500) {
        mostBuckets = max((mostPoints - 2) / 2, 2)
    }

    /// Reads all that is left in the file.
    package init(reading reader: RowReader<ConnectionRow>, mostPoints: Int = 1500) throws(CSVError) {
        self.init(mostPoints: mostPoints)
        while let row = try reader.next() { add(row) }
    }

    package mutating func add(_ row: ConnectionRow) {
        if start == nil { start = row.time }
        end = max(end ?? row.time, row.time)
        if let limit = row.limit { self.limit = limit }
        guard let point = SessionPoint(row.asHeld) else {
            if openGap == nil { openGap = last?.time ?? row.time }
            return
        }
        if let from = openGap {
            close(Gap(start: from, end: point.time))
            openGap = nil
        }
        if first == nil { first = point }
        last = point
        samples += 1
        peak = max(peak, point.total)
        add(point)
    }

    /// In the order of time, at most as many as asked for.
    package var points: [SessionPoint] {
        var result: [SessionPoint] = []
        result.reserveCapacity(buckets.count * 2 + 2)
        if let first { result.append(first) }
        for bucket in buckets {
            let (earlier, later) = bucket.low.time <= bucket.high.time ? (bucket.low, bucket.high) : (bucket.high, bucket.low)
            if earlier != result.last { result.append(earlier) }
            if later != earlier { result.append(later) }
        }
        if let last, last != result.last { result.append(last) }
        return result
    }

    /// All times without samples, one at the end included.
    package var allGaps: [Gap] {
        guard let openGap, let end else { return gaps }
        return gaps + [Gap(start: openGap, end: end)]
    }

    private mutating func add(_ point: SessionPoint) {
        if let index = buckets.indices.last, buckets[index].samples < samplesPerBucket {
            if point.total < buckets[index].low.total { buckets[index].low = point }
            if point.total > buckets[index].high.total { buckets[index].high = point }
            buckets[index].samples += 1
            return
        }
        if buckets.count == mostBuckets { halve() }
        buckets.append(Bucket(low: point, high: point, samples: 1))
    }

    private mutating func halve() {
        samplesPerBucket *= 2
        var joined: [Bucket] = []
        joined.reserveCapacity(mostBuckets)
        for pair in stride(from: 0, to: buckets.count, by: 2) {
            var bucket = buckets[pair]
            if pair + 1 < buckets.count {
                let next = buckets[pair + 1]
                if next.low.total < bucket.low.total { bucket.low = next.low }
                if next.high.total > bucket.high.total { bucket.high = next.high }
                bucket.samples += next.samples
            }
            joined.append(bucket)
        }
        buckets = joined
    }

    /// Keeps the longest when there are too many to draw.
    private mutating func close(_ gap: Gap) {
        gaps.append(gap)
        guard gaps.count > Self.mostGaps else { return }
        if let shortest = gaps.indices.min(by: { gaps[$0].end - gaps[$0].start < gaps[$1].end - gaps[$1].start }) {
            gaps.remove(at: shortest)
        }
    }
}
