package import Scenarios

/// A figure of a cell that two configurations are compared by.
package enum ComparedMetric: String, Hashable, Sendable, Codable, CaseIterable {
    case requestsPerSecond = "requests_per_second"
    case latencyP50 = "latency_p50_ms"
    case latencyP99 = "latency_p99_ms"
    case cpu = "cpu_ms_per_request"
    case memory = "memory_peak_mb"
    case sessions = "sessions_per_request"

    /// Whether more of it is better.
    package var moreIsBetter: Bool { self == .requestsPerSecond }

    /// Differences below this are none, however small the figure itself is: what the instruments tell apart.
    package var least: Double {
        switch self {
        case .requestsPerSecond: 0.1
        case .latencyP50, .latencyP99: 0.1
        case .cpu: 0.05
        case .memory: 1
        case .sessions: 0.02
        }
    }
}

/// What one cell came to, as far as cells are compared by it.
package struct CellFigures: Hashable, Sendable, Codable {
    package var cell: String
    /// The configuration: what repeats of the cell have in common.
    package var configuration: String
    package var server: String?
    package var values: [Matrix.Value]
    /// From 1.
    package var repetition: Int
    /// As shown; the folder of the cell's files.
    package var folder: String
    /// `nil`: there is none, and `failure` says why.
    package var verdict: Verdict.Kind?
    package var failure: String?
    package var exitCode: Int32
    package var wanted: String?
    package var leakPer1000Requests: Verdict.Rate?
    package var detectionLimit: Double?
    /// Sessions at the end, and at most.
    package var floor: Int?
    package var peak: Int?
    package var requests: Int?
    /// Requests that ended otherwise than expected.
    package var errors: Int?
    /// Arrivals that were not sent.
    package var dropped: Int?
    package var metrics: [Metric] = []
    package var thresholds: [Threshold] = []

    private enum CodingKeys: String, CodingKey {
        case cell, configuration, server, values, repetition, folder, verdict, failure, wanted, floor, peak, requests, errors, dropped
        case metrics, thresholds
        case exitCode = "exit_code"
        case leakPer1000Requests = "leak_per_1000_requests"
        case detectionLimit = "detection_limit"
    }

    package struct Metric: Hashable, Sendable, Codable {
        package var name: ComparedMetric
        package var value: Double
    }

    package struct Threshold: Hashable, Sendable, Codable {
        package var text: String
        package var held: Bool?

        package init(text: String, held: Bool?) {
            self.text = text
            self.held = held
        }
    }

    package init(
        cell: String, configuration: String, server: String? = nil, values: [Matrix.Value] = [], repetition: Int = 1, folder: String = "",
        exitCode: Int32
    ) {
        self.cell = cell
        self.configuration = configuration
        self.server = server
        self.values = values
        self.repetition = repetition
        self.folder = folder
        self.exitCode = exitCode
    }

    /// `nil`: unknown.
    package subscript(metric: ComparedMetric) -> Double? {
        get { metrics.first { $0.name == metric }?.value }
        set {
            metrics.removeAll { $0.name == metric }
            if let newValue, newValue.isFinite { metrics.append(Metric(name: metric, value: newValue)) }
        }
    }
}
