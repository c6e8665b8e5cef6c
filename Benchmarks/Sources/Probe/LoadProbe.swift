import ArgumentParser
import Foundation
import LinuxIO
import Load
import Measurements
import Scenarios

/// The load engine alone, without sampler and judge: so many requests as fast as they are answered, or at a rate for so long.
struct LoadProbe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "load", abstract: "Send a load by the load engine.")

    /// A point of the series, taken while the load runs.
    struct Point: Codable {
        var kind = "point"
        var seconds: Double
        var done: Int
        var inFlight: Int
        var residentKB: Int
        var peakKB: Int
    }

    struct Summary: Codable {
        var kind = "summary"
        var seconds: Double
        var given: Int
        var transfers: Int
        var unexpected: Int
        var opened: Int
        var retried: Int
        var dropped: Int
        var localFailures: Int
        var serviceP50: Int?
        var serviceP99: Int?
        /// How long after their intended moments requests were started, microseconds: of the 99th percentiles of the seconds the
        /// largest, and the largest of all; without the first second, in which connections are made. `nil`: a closed load.
        var lateP99: Int?
        var lateMax: Int?
        var residentKB: Int
        var peakKB: Int
    }

    @Argument(help: "http://HOST:PORT, or https:")
    var target: String

    @Option(name: .shortAndLong, help: "Connections; of a rate, the most requests in flight.")
    var connections = 50

    @Option(name: [.customShort("n"), .long], help: "Requests, where no rate is given.")
    var requests = 250_000

    @Option(help: "Requests a second, on schedule.")
    var rate: Double?

    @Option(help: "How long the rate is kept up, seconds.")
    var seconds = 5.0

    @Option(help: "auto, direct or general.")
    var transport = HTTPSettings.Transport.auto

    @Flag(help: "HTTP/2.")
    var http2 = false

    @Option(help: "A file of certificates of authorities (PEM) in place of the system's.")
    var authorities: String?

    @Option(help: "Entries under `requests:`; they are dealt in turn.")
    var entries = 1

    @Option(help: "Seconds between two points of the series; 0: none.")
    var every = 0.0

    @Option(help: "Stop after so many seconds whatever was sent.")
    var limit = 900.0

    func run() async throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let directory = try folder.runDirectory()
        let engine = try LoadEngine(settings(directory))
        let began = MonotonicInstant.now
        let watch = Task { try await self.watch(engine, since: began) }
        let outcome = try await engine.run(
            Step(
                id: 0, kind: .wave, dose: rate == nil ? .closed(requests: requests, concurrency: connections) : .scenario(cap: nil),
                why: "benchmark"))
        watch.cancel()
        _ = await watch.result
        // As the run does when a step is over: its rows are fetched and judged.
        let late = lateness(directory.requests.takeRows())
        _ = directory.transfers.takeRows()
        let memory = Memory.now
        try Report.write(
            Summary(
                seconds: (outcome.loadEnd - outcome.start).seconds, given: outcome.given, transfers: outcome.transfers,
                unexpected: outcome.unexpected, opened: outcome.opened, retried: outcome.retried, dropped: outcome.dropped,
                localFailures: outcome.localFailures, serviceP50: outcome.times.service?.p50, serviceP99: outcome.times.service?.p99,
                lateP99: late?.p99, lateMax: late?.max, residentKB: memory.residentKB, peakKB: memory.peakKB))
    }

    private func lateness(_ rows: [RequestRow]) -> (p99: Int, max: Int)? {
        let started = rows.filter { $0.lateP99 != nil }
        let warm = started.filter { $0.time > started[0].time + .seconds(1) }
        guard let p99 = warm.compactMap(\.lateP99).max(), let most = warm.compactMap(\.lateMax).max() else { return nil }
        return (p99, most)
    }

    private func settings(_ directory: RunDirectory) -> LoadSettings {
        let entries = entries
        let specs = (0..<entries).map { RequestSpec(name: "request \($0)", url: entries == 1 ? "/" : "/\($0)") }
        let http = HTTPSettings(version: http2 ? .http2 : .http1_1, transport: transport)
        let load = rate.map { LoadPhase.open(rate: $0, duration: .fractional(seconds: seconds), maxInFlight: connections) }
        let scenario = Scenario(
            name: "benchmark", folder: directory.path, target: Template(target), http: http, requests: specs, load: [load ?? .standard])
        var settings = LoadSettings(
            scenario: scenario, targetBase: target, directory: directory, dealer: { dose in (0..<dose).map { $0 % entries } },
            mayFollow: { _ in false })
        settings.authorities = authorities
        return settings
    }

    /// Writes the series, and ends the load when its time is over.
    private func watch(_ engine: LoadEngine, since began: MonotonicInstant) async throws {
        let pause = every > 0 ? every : 0.5
        while true {
            try await Task.sleep(for: .fractional(seconds: pause))
            let seconds = (MonotonicInstant.now - began).seconds
            if seconds > limit { engine.stopLoad() }
            guard every > 0 else { continue }
            let live = engine.live
            let memory = Memory.now
            try Report.write(
                Point(
                    seconds: seconds, done: live.done, inFlight: live.inFlight,
                    residentKB: memory.residentKB, peakKB: memory.peakKB))
        }
    }
}

extension HTTPSettings.Transport: ExpressibleByArgument {}
