import ArgumentParser
import Foundation
import LinuxIO
import Load
import Measurements
import Scenarios

/// The load engine alone: a closed load of so many requests, without sampler and judge.
struct LoadProbe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "load", abstract: "Send a closed load by the load engine.")

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
        var serviceP50: Int?
        var serviceP99: Int?
        var residentKB: Int
        var peakKB: Int
    }

    @Argument(help: "http://HOST:PORT")
    var target: String

    @Option(name: .shortAndLong, help: "Connections.")
    var connections = 50

    @Option(name: [.customShort("n"), .long], help: "Requests.")
    var requests = 250_000

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
            Step(id: 0, kind: .wave, dose: .closed(requests: requests, concurrency: connections), why: "benchmark"))
        watch.cancel()
        _ = await watch.result
        // As the run does when a step is over: its rows are fetched and judged.
        _ = directory.requests.takeRows()
        _ = directory.transfers.takeRows()
        let memory = Memory.now
        try Report.write(
            Summary(
                seconds: (outcome.loadEnd - outcome.start).seconds, given: outcome.given, transfers: outcome.transfers,
                unexpected: outcome.unexpected, opened: outcome.opened, retried: outcome.retried,
                serviceP50: outcome.times.service?.p50, serviceP99: outcome.times.service?.p99, residentKB: memory.residentKB,
                peakKB: memory.peakKB))
    }

    private func settings(_ directory: RunDirectory) -> LoadSettings {
        let entries = entries
        let specs = (0..<entries).map { RequestSpec(name: "request \($0)", url: entries == 1 ? "/" : "/\($0)") }
        let scenario = Scenario(name: "benchmark", folder: directory.path, target: Template(target), requests: specs)
        return LoadSettings(
            scenario: scenario, targetBase: target, directory: directory, dealer: { dose in (0..<dose).map { $0 % entries } },
            mayFollow: { _ in false })
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
