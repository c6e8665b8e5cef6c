import Foundation

/// What `seep-bench` prints, line by line; the fields are those of the root package's Sources/Probe.
struct Probe {
    struct Point: Decodable {
        var seconds: Double
        var done: Int
        var inFlight: Int
        var residentKB: Int
        var peakKB: Int
    }

    struct Load: Decodable {
        var seconds: Double
        var given: Int
        var transfers: Int
        var unexpected: Int
        var opened: Int
        var dropped: Int
        var localFailures: Int
        var lateP99: Int?
        var lateMax: Int?
        var serviceP50: Int?
        var serviceP99: Int?
        var residentKB: Int
        var peakKB: Int
    }

    struct Sampling: Decodable {
        var sessions: Int
        var seen: Int
        var seconds: Double
        var samples: Int
        var missed: Int
        var intervalMilliseconds: Double
        var p50Microseconds: Int?
        var p95Microseconds: Int?
        var samplerCPU: Double
        var processesCPU: Double
        var backendsCPU: Double
        var postgresCPU: Double
        var idleSeconds: Double
        var idlePostgresCPU: Double
        var postgresVersion: String
    }

    struct Micro: Decodable {
        var what: String
        var nanosecondsEach: Double
    }

    struct Day: Decodable {
        var samples: Int
        var sessionsSeen: Int
        var rows: Int
        var bytes: Int
    }

    private struct Kind: Decodable {
        var kind: String
    }

    /// The path of the executable.
    let program: String

    static func lines<Line: Decodable>(_ kind: String, of output: String, as type: Line.Type) throws -> [Line] {
        let decoder = JSONDecoder()
        return try output.split(separator: "\n").compactMap { line in
            let data = Data(line.utf8)
            guard (try? decoder.decode(Kind.self, from: data))?.kind == kind else { return nil }
            return try decoder.decode(Line.self, from: data)
        }
    }

    static func summary<Line: Decodable>(of output: String, as type: Line.Type) throws -> Line {
        guard let line = try lines("summary", of: output, as: type).last else {
            throw Failure("seep-bench printed no summary:\n\(output.suffix(500))")
        }
        return line
    }
}
