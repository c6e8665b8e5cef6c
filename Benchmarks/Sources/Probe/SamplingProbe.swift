import ArgumentParser
import Foundation
import LinuxIO
import Measurements
import Postgres
import Sampling
import Scenarios
import Servers

/// The sampler alone, beside idle sessions in a throwaway PostgreSQL.
struct SamplingProbe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sample", abstract: "Sample idle sessions of a throwaway PostgreSQL.")

    /// Processor time in seconds, each over its own stretch of time.
    struct Summary: Codable {
        var kind = "summary"
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

    @Option(help: "Idle sessions of the application.")
    var sessions = 500

    @Option(help: "The sampling interval, milliseconds.")
    var every = 100

    @Option(help: "How long to sample; PostgreSQL alone is watched for a sixth of it first.")
    var seconds = 60.0

    /// `PostgresConnection` cannot be copied, and arrays copy.
    private final class Held {
        let session: PostgresConnection
        init(_ url: String) throws { session = try PostgresConnection(connecting: url, timeout: .seconds(10)) }
    }

    func run() async throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let postgres = try await ThrowawayPostgres.start(
            settings: ["max_connections": String(sessions + 50)], registry: ProcessRegistry(runFolder: folder.path))
        do {
            try await Report.write(measure(postgres, try folder.runDirectory()))
        } catch {
            await postgres.stop()
            throw error
        }
        await postgres.stop()
    }

    private func measure(_ postgres: ThrowawayPostgres, _ directory: RunDirectory) async throws -> Summary {
        let held = try (0..<sessions).map { _ in try Held(postgres.applicationURL) }
        defer { withExtendedLifetime(held) {} }
        let backend = held.first.map { $0.session.backendPID } ?? 0
        let postmaster = Proc.stat(backend)?.parent ?? 0
        try await Task.sleep(for: .seconds(2))

        let idleSeconds = seconds / 6
        let idleBefore = cost(of: postmaster)
        try await Task.sleep(for: .fractional(seconds: idleSeconds))
        let idlePostgres = cost(of: postmaster).values.reduce(0, +) - idleBefore.values.reduce(0, +)

        let known = Set(cost(of: postmaster).keys)
        let preflight = try Preflight.read(
            databaseURL: postgres.samplerURL,
            application: Preflight.Application(role: ThrowawayPostgres.applicationRole, database: ThrowawayPostgres.database))
        let watch = try ProcessWatch(directory: directory, databasePort: postgres.port)
        // As in a run that knows the server: here, the sessions are ours.
        watch.follow(.processes([getpid()]))
        let facts = preflight.facts
        let sampler = try Sampler(
            preflight: preflight, settings: DatabaseSettings(source: .throwaway, every: .milliseconds(every)), directory: directory,
            processes: watch, guardSignal: try EventFD())
        // The first samples tie sessions to processes and learn every identity; that is not the steady cost.
        try await Task.sleep(for: .seconds(3))
        let countBefore = sampler.cost
        let ownBefore = ThreadTimes.own
        let before = cost(of: postmaster)
        let began = MonotonicInstant.now
        try await Task.sleep(for: .fractional(seconds: seconds))
        let after = cost(of: postmaster)
        let ownAfter = ThreadTimes.own
        let countAfter = sampler.cost
        let elapsed = (MonotonicInstant.now - began).seconds
        let seen = sampler.latest?.row.total ?? 0
        sampler.stop()
        watch.stop()

        // A backend that was not there before the sampler is the sampler's.
        let backends = after.filter { !known.contains($0.key) }.map { $0.value - (before[$0.key] ?? 0) }.reduce(0, +)
        return Summary(
            sessions: sessions, seen: seen, seconds: elapsed, samples: countAfter.samples - countBefore.samples,
            missed: countAfter.missed - countBefore.missed, intervalMilliseconds: countAfter.interval.seconds * 1000,
            p50Microseconds: countAfter.p50Microseconds, p95Microseconds: countAfter.p95Microseconds,
            samplerCPU: ThreadTimes.seconds((ownAfter["seep-sampler"] ?? 0) - (ownBefore["seep-sampler"] ?? 0)),
            processesCPU: ThreadTimes.seconds((ownAfter["seep-processes"] ?? 0) - (ownBefore["seep-processes"] ?? 0)),
            backendsCPU: ThreadTimes.seconds(backends),
            postgresCPU: ThreadTimes.seconds(after.values.reduce(0, +) - before.values.reduce(0, +)), idleSeconds: idleSeconds,
            idlePostgresCPU: ThreadTimes.seconds(idlePostgres), postgresVersion: facts.serverVersionText)
    }

    /// Ticks of every process of the cluster, by pid.
    private func cost(of postmaster: pid_t) -> [pid_t: UInt64] {
        let stats = Proc.allStats().filter { $0.pid == postmaster || $0.parent == postmaster }
        return Dictionary(stats.map { ($0.pid, $0.ticks) }) { first, _ in first }
    }
}
