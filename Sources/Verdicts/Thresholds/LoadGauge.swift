import Measurements
import Scenarios

/// Follows the figure of one threshold on the load over the rows of waves.
///
/// Rows come in the order of `requests.csv`, where those of a second stand together. A second is looked at when a row of a later one
/// comes, or the wave ends.
struct LoadGauge: Hashable, Sendable {
    /// What one second saw.
    private struct Second: Hashable {
        /// Its end, as in the rows.
        var time: RunTime
        var done = 0
        var unexpected = 0
        var dropped = 0
        var points = KnownPoints()
    }

    let threshold: Threshold
    private var points = KnownPoints()
    private var done = 0
    private var unexpected = 0
    private var dropped = 0
    /// Of load, in the waves that are over.
    private var seconds = 0.0
    private var second: Second?
    private var lastSecond: RunTime?
    /// The end of the first second of this wave, and of the first wave.
    private var waveBegan: RunTime?
    private var runBegan: RunTime?
    private var streak = Streak()
    /// With what value it failed for good: for as long as `for` says, or where it ends the run.
    private(set) var failure: Double?

    init(_ threshold: Threshold) { self.threshold = threshold }

    mutating func consume(_ row: RequestRow) {
        if let current = second, row.time > current.time {
            close(current)
            observeSilence(from: current.time, to: row.time + .seconds(-1))
        }
        if waveBegan == nil { waveBegan = row.time }
        if runBegan == nil { runBegan = row.time }
        if second == nil { second = Second(time: row.time) }
        guard threshold.request.map({ $0 == row.request }) ?? true else { return }
        second?.done += row.done
        second?.unexpected += row.unexpected
        second?.dropped += row.dropped
        // What we hung up has ended, but its time is ours, not the server's.
        guard row.outcome != .hungUp, let quantiles = quantiles(of: row) else { return }
        second?.points.add(quantiles, of: row.done)
    }

    private func quantiles(of row: RequestRow) -> RequestRow.Quantiles? {
        switch threshold.metric {
        case .latency: row.latency
        case .service: row.service
        default: nil
        }
    }

    /// The wave is over.
    ///
    /// - Parameter load: how long it took from the first send to the last response.
    mutating func endWave(load: Duration) {
        if let second { close(second) }
        seconds += max(0, load / .seconds(1))
        waveBegan = nil
        streak.end()
    }

    private mutating func close(_ second: Second) {
        self.second = nil
        lastSecond = second.time
        points.add(second.points)
        done += second.done
        unexpected += second.unexpected
        dropped += second.dropped
        guard failure == nil, !isGraceful(second.time) else { return }
        if threshold.sustained != nil {
            observe(second)
        } else if threshold.abort, let value, !threshold.comparison.holds(value, threshold.limit) {
            failure = value
        }
    }

    private func isGraceful(_ time: RunTime) -> Bool {
        guard let runBegan, threshold.grace > .zero else { return false }
        return time - runBegan + .seconds(1) <= threshold.grace
    }

    /// A second in which nothing ended has no time and no share of errors, and changes nothing; its rate is 0.
    private mutating func observe(_ second: Second) {
        let value: Double? =
            switch threshold.metric {
            case .requestsRate: Double(second.done)
            case .dropped: Double(second.dropped)
            default: Self.value(threshold.metric, second.points, done: second.done, unexpected: second.unexpected)
            }
        guard let value else { return }
        failure = streak.observe(value, from: second.time + .seconds(-1), to: second.time, threshold)
    }

    /// Whole seconds without a row, in which nothing began and nothing ended.
    private mutating func observeSilence(from start: RunTime, to end: RunTime) {
        guard threshold.metric == .requestsRate, threshold.sustained != nil, failure == nil, end - start >= .seconds(1),
            !isGraceful(end)
        else { return }
        failure = streak.observe(0, from: start, to: end, threshold)
    }

    private static func value(_ metric: ThresholdMetric, _ points: KnownPoints, done: Int, unexpected: Int) -> Double? {
        switch metric {
        case .latency(let quantile), .service(let quantile):
            points.quantile(percent: quantile.percent).map { Double($0) / 1000 }
        default: done > 0 ? Double(unexpected) / Double(done) : nil
        }
    }

    /// The figure of all waves so far; `nil` when there is nothing to tell it from.
    var value: Double? {
        switch threshold.metric {
        case .requestsRate:
            let open = waveBegan.flatMap { began in lastSecond.map { ($0 - began) / .seconds(1) + 1 } } ?? 0
            return seconds + open > 0 ? Double(done) / (seconds + open) : nil
        case .dropped: return runBegan == nil ? nil : Double(dropped)
        default: return Self.value(threshold.metric, points, done: done, unexpected: unexpected)
        }
    }
}

extension ThresholdMetric.Quantile {
    var percent: Int {
        switch self {
        case .p50: 50
        case .p95: 95
        case .p99: 99
        case .max: 100
        }
    }
}
