/// How one configuration differs from another in one figure, from whole runs of each.
///
/// A whole run is the unit: requests of one run share a server, its memory and a minute of the machine, and are no more evidence for
/// being many. So nothing is claimed below ``fewestRuns`` runs of each.
package struct Difference: Hashable, Sendable, Codable {
    package enum Claim: String, Hashable, Sendable, Codable, CaseIterable {
        case better, worse, same
        case cannotTell = "can't tell"
    }

    package static let fewestRuns = 5
    /// The chance of one or more wrong claims among the figures of one pair of configurations that do not differ at all.
    package static let error = 0.05
    /// The share of the reference below which a difference does not matter.
    package static let margin = 0.10

    package var metric: ComparedMetric
    package var reference: String
    package var other: String
    package var referenceRuns: Int
    package var otherRuns: Int
    /// Medians.
    package var referenceMedian: Double
    package var otherMedian: Double
    /// By how much the other lies above the reference: Hodges–Lehmann; of few runs the difference of the medians.
    package var shift: Double
    /// The exact interval of the shift; `nil` below ``fewestRuns``.
    package var low: Double?
    package var high: Double?
    package var confidence: Double?
    /// What a difference must exceed to be claimed: ``margin`` of the reference, or the spread within either configuration.
    package var threshold: Double?
    /// `nil` below ``fewestRuns``.
    package var claim: Claim?

    private enum CodingKeys: String, CodingKey {
        case metric, reference, other, shift, low, high, confidence, threshold, claim
        case referenceRuns = "reference_runs"
        case otherRuns = "other_runs"
        case referenceMedian = "reference_median"
        case otherMedian = "other_median"
    }

    /// The figures of two configurations, with claims where there are runs enough.
    ///
    /// The confidence of each interval is 1 − ``error`` ÷ the number of figures compared (Bonferroni), so that the claims of a pair are
    /// right together. *Better* and *worse* need the whole interval beyond the threshold; the spread within either configuration is part
    /// of that, since in few runs a machine that had another minute separates two sets of runs as well as another server does.
    /// *Same* needs the whole interval within the margin.
    package static func all(
        from reference: (name: String, cells: [CellFigures]), to other: (name: String, cells: [CellFigures])
    ) -> [Difference] {
        let pairs = ComparedMetric.allCases.compactMap { metric -> (ComparedMetric, [Double], [Double])? in
            let (old, new) = (reference.cells.compactMap { $0[metric] }, other.cells.compactMap { $0[metric] })
            return old.isEmpty || new.isEmpty ? nil : (metric, old.sorted(), new.sorted())
        }
        let claimed = pairs.count { min($0.1.count, $0.2.count) >= fewestRuns }
        return pairs.map { metric, old, new in
            var difference = Difference(metric, from: (reference.name, old), to: (other.name, new))
            difference.claim(old, new, error: error / Double(max(claimed, 1)))
            return difference
        }
    }

    /// - Parameters: values in order, at least one of each.
    private init(_ metric: ComparedMetric, from old: (name: String, values: [Double]), to new: (name: String, values: [Double])) {
        self.metric = metric
        reference = old.name
        other = new.name
        referenceRuns = old.values.count
        otherRuns = new.values.count
        referenceMedian = Median.of(sorted: old.values)
        otherMedian = Median.of(sorted: new.values)
        shift = otherMedian - referenceMedian
    }

    private mutating func claim(_ old: [Double], _ new: [Double], error: Double) {
        guard min(old.count, new.count) >= Self.fewestRuns else { return }
        guard let interval = Shift(from: old, to: new, error: error) else {
            claim = .cannotTell
            return
        }
        shift = interval.estimate
        (low, high, confidence) = (interval.low, interval.high, interval.confidence)
        let margin = max(Self.margin * abs(referenceMedian), metric.least)
        let threshold = max(margin, Self.spread(old), Self.spread(new))
        self.threshold = threshold
        if interval.low > threshold {
            claim = metric.moreIsBetter ? .better : .worse
        } else if interval.high < -threshold {
            claim = metric.moreIsBetter ? .worse : .better
        } else {
            claim = interval.low >= -margin && interval.high <= margin ? .same : .cannotTell
        }
    }

    private static func spread(_ sorted: [Double]) -> Double { (sorted.last ?? 0) - (sorted.first ?? 0) }
}
