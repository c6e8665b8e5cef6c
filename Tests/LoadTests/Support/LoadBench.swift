import Glibc
import LinuxIO
import Load
import Measurements
import Scenarios

/// A load engine with a run directory of its own in a temporary folder, for one test.
final class LoadBench: Sendable {
    let directory: RunDirectory
    let engine: LoadEngine

    /// - Parameter target: a server's URL.
    /// - Parameter http: the timeout is one that only a fault comes to; tests of timeouts give their own.
    init(
        _ target: String, requests: [RequestSpec] = [RequestSpec(name: "root", url: "/")], load: [LoadPhase] = [.standard],
        http: HTTPSettings = HTTPSettings(timeout: .seconds(60)), mayFollow: @escaping @Sendable (String) -> Bool = { _ in true },
        pacing: @escaping @Sendable (LoadPhase) -> Schedule = Schedule.standard,
        authorities: String? = nil, socket: String? = nil, threads: Int = 1, data: [DataSet] = [], seed: UInt64 = 1
    ) throws {
        var template = Array("/tmp/seep-load-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp") }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        directory = try RunDirectory(creatingFilesIn: path, clock: RunClock())
        var http = http
        if http.transport == .auto { http.transport = BothTransports.current }
        let scenario = Scenario(
            name: "test", folder: path, target: Template(target), data: data, http: http, requests: requests, load: load)
        let weights = requests.map(\.weight)
        var settings = LoadSettings(
            scenario: scenario, targetBase: target, directory: directory, dealer: { Self.deal($0, weights) }, mayFollow: mayFollow)
        settings.pacing = pacing
        settings.authorities = authorities
        settings.threads = threads
        settings.socket = socket
        settings.seed = seed
        engine = try LoadEngine(settings)
    }

    deinit {
        engine.finish()
        for name in ["steps", "connections", "sessions", "requests", "transfers", "waves", "processes", "generator"] {
            unlink("\(directory.path)/\(name).csv")
        }
        unlink("\(directory.path)/latency.hlog")
        rmdir(directory.path)
    }

    /// In rounds: each request as often as its weight, then the next.
    static func deal(_ dose: Int, _ weights: [Int]) -> [Int] {
        let round = weights.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
        return (0..<dose).map { round[$0 % round.count] }
    }

    /// Runs one step and takes the rows that it wrote.
    func run(
        _ dose: Step.Dose, id: Int = 0, mix: Step.Mix = .all, connections: Step.Connections = .reused
    ) async throws -> (outcome: LoadOutcome, requests: [RequestRow], transfers: [TransferRow]) {
        let outcome = try await engine.run(
            Step(id: id, kind: .wave, dose: dose, mix: mix, connections: connections, why: "test"))
        return (outcome, directory.requests.takeRows(), directory.transfers.takeRows())
    }
}

extension LoadOutcome {
    /// Transfers of one outcome, all requests together.
    func count(_ outcome: Outcome) -> Int {
        classes.filter { $0.outcome == outcome }.map(\.done).reduce(0, +)
    }
}
