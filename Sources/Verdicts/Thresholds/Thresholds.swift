package import Measurements
package import Scenarios

/// All thresholds of a run, followed over its rows: pure, so that a run under way and a replay of its files come to the same.
///
/// Figures of the load are of the waves: warm-up, unit doses and tests load otherwise than the scenario says. Of what kind a step is,
/// its row says, which comes last; so a step's rows go into a copy, which is kept when it was a wave. Figures of sessions are of the
/// whole run.
package struct Thresholds: Sendable {
    private var loads: [LoadGauge]
    private var sessions: [SessionGauge]
    /// By step, while it is under way.
    private var open: [Int: [LoadGauge]] = [:]
    private var generator = GeneratorGauge()
    private let thresholds: [Threshold]

    package init(_ thresholds: [Threshold]) {
        self.thresholds = thresholds
        loads = thresholds.filter(\.metric.isOfLoad).map(LoadGauge.init)
        sessions = thresholds.filter { !$0.metric.isOfLoad }.map(SessionGauge.init)
    }

    package mutating func consume(_ row: RequestRow) {
        guard !loads.isEmpty else { return }
        for index in loads.indices { open[row.step, default: loads][index].consume(row) }
    }

    package mutating func consume(_ row: GeneratorRow) { generator.consume(row) }

    package mutating func consume(_ row: ConnectionRow) {
        for index in sessions.indices { sessions[index].consume(row) }
    }

    /// Closes a step.
    ///
    /// - Parameters:
    ///   - load: from the first send to the last response.
    ///   - floor: sessions at the end of its settle; `nil`: unknown, or not to be counted.
    package mutating func close(step: Int, kind: Step.Kind, load: Duration, floor: Int?) {
        generator.close(step: step, isWave: kind == .wave)
        if var gauges = open.removeValue(forKey: step), kind == .wave {
            for index in gauges.indices { gauges[index].endWave(load: load) }
            loads = gauges
        }
        guard let floor else { return }
        for index in sessions.indices { sessions[index].consume(floor: floor) }
    }

    mutating func close(_ row: StepRow, floor: Int?) {
        close(step: row.step, kind: row.kind, load: row.loadEnd - row.loadStart, floor: floor)
    }

    /// The first threshold that ends the run and has failed.
    ///
    /// - Parameter wave: the wave under way, if it is one.
    package func aborting(inWave wave: Int?) -> Threshold? {
        let current = wave.flatMap { open[$0] } ?? loads
        let isLimited = generator.isLimited(with: wave)
        return current.first { $0.threshold.abort && $0.failure != nil && !(isLimited && $0.threshold.metric.isOfGenerator) }?.threshold
            ?? sessions.first { $0.threshold.abort && $0.failure != nil }?.threshold
    }

    /// The generator did not keep up in the waves, so what it measured is partly its own.
    var isGeneratorLimited: Bool { generator.isLimited() }

    var generatorReport: Verdict.Generator? { generator.report }

    /// What became of each, in the order of the scenario.
    package var results: [Verdict.Threshold] {
        var loads = loads[...]
        var sessions = sessions[...]
        return thresholds.map { threshold in
            let (value, failure) =
                threshold.metric.isOfLoad
                ? loads.popFirst().map { ($0.value, $0.failure) } ?? (nil, nil)
                : sessions.popFirst().map { ($0.value, $0.failure) } ?? (nil, nil)
            var result = Self.result(threshold, value: value, failure: failure)
            if isGeneratorLimited, threshold.metric.isOfGenerator, result.held != nil {
                result.held = nil
                result.untold = "generator-limited: Seep itself was at its limits, so the figure is not the server's alone"
            }
            return result
        }
    }

    private static func result(_ threshold: Threshold, value: Double?, failure: Double?) -> Verdict.Threshold {
        var result = Verdict.Threshold(threshold)
        if let failure {
            result.held = false
            result.seen = rounded(failure, threshold.metric.unit)
        } else if let value {
            result.held = threshold.sustained != nil || threshold.comparison.holds(value, threshold.limit)
            // A value over the whole run does not say how long it was beyond the limit.
            result.seen = threshold.sustained == nil ? rounded(value, threshold.metric.unit) : nil
        }
        return result
    }

    private static func rounded(_ value: Double, _ unit: ThresholdMetric.Unit) -> Double {
        let scale = unit == .share ? 1e6 : 1e3
        return (value * scale).rounded() / scale
    }
}

extension ThresholdMetric {
    /// A figure from the times of requests.
    var isOfTimes: Bool {
        switch self {
        case .latency, .service: true
        case .errorsRate, .sessionsMax, .sessionsFloor, .requestsRate, .dropped: false
        }
    }

    /// A figure that a generator at its limits falsifies.
    var isOfGenerator: Bool {
        switch self {
        case .latency, .service, .requestsRate, .dropped: true
        case .errorsRate, .sessionsMax, .sessionsFloor: false
        }
    }
}

extension Verdict.Threshold {
    init(_ threshold: Threshold) {
        self.init(text: threshold.text, held: nil, seen: nil, limit: threshold.limit, unit: threshold.metric.unit)
    }
}
