import ArgumentParser
import Foundation
import LinuxIO
import Measurements
import Scenarios

/// Makes the files of a run that lasted for so many hours, by the writers that a run has, for `seep judge` to be measured on.
///
/// A pool of sessions that is kept full and rotates: each second some die, the oldest first, and as many are born. Waves of half an
/// hour with a settle of 30 s each; ten samples a second; every class active in every second. Nothing is random.
struct DayProbe: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "day", abstract: "Make the files of a long run, for the judge.")

    struct Summary: Codable {
        var kind = "summary"
        var hours: Double
        var samples = 0
        var sessionsSeen = 0
        var rows = 0
        var bytes = 0
    }

    @Argument(help: "A folder that does not exist yet.")
    var folder: String

    @Option(help: "How long the run was.")
    var hours = 24.0

    @Option(help: "Sessions alive at one moment.")
    var sessions = 500

    @Option(help: "Sessions seen in a day; in less time, fewer.")
    var seenPerDay = 200_000

    @Option(help: "Entries under `requests:`; every third has two classes.")
    var requests = 15

    @Option(help: "Seconds from the start of a wave to that of the next.")
    var wave = 1800

    func run() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = URL(fileURLWithPath: folder).path
        var recording = Recording(
            directory: try RunDirectory(creatingFilesIn: path, clock: RunClock()), plan: plan)
        try encoded(info(waves: plan.waves)).write(to: URL(fileURLWithPath: path + "/run.json"))
        for step in 0..<plan.waves { recording.wave(step) }
        try Report.write(
            Summary(
                hours: hours, samples: recording.samples, sessionsSeen: recording.sessionsSeen, rows: recording.rows,
                bytes: recording.bytes))
    }

    private var plan: Recording.Plan {
        Recording.Plan(
            waves: max(1, Int(hours * 3600) / wave), wave: wave, settle: Self.settle, sessions: sessions,
            // None is born in a settle.
            birthsPerSecond: Double(seenPerDay) / 86_400 * Double(wave) / Double(wave - Self.settle),
            requests: (0..<requests).map { "request number \($0)" })
    }

    private func info(waves: Int) -> RunInfo {
        let facts = RunFacts(
            requests: plan.requests.map { RunFacts.Request(name: $0, weight: 1) }, requestsPerWave: nil, waves: waves,
            settleSeconds: Double(Self.settle),
            baselineSeconds: nil, warmUpSeconds: nil, unitDose: nil, longIdleSeconds: nil, limit: 1000, headroom: 500, budget: 800,
            declaredRoomPerWorker: sessions, declaredWorkers: 1, throwaway: true, sessionsAtStart: sessions)
        let scenario = Scenario(
            name: "day", folder: "/", target: "http://127.0.0.1", requests: plan.requests.map { RequestSpec(name: $0, url: "/") })
        return RunInfo(
            name: "day", cell: "benchmark", started: "2026-01-01T00:00:00Z", seed: 1, versions: [:],
            host: RunInfo.Host(kernel: "", cores: 1, memoryBytes: 0), facts: facts, database: nil, scenario: scenario, transports: [:],
            clocks: [])
    }

    /// Seconds.
    private static let settle = 30

    /// As a run writes `run.json`.
    private func encoded(_ info: RunInfo) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return try encoder.encode(info)
    }
}
