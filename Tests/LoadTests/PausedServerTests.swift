import Foundation
import Glibc
import LinuxIO
import Load
import Measurements
import Scenarios
import Servers
import TestSupport
import Testing

/// A server process that stands still for two seconds in an open load.
@Suite("an open load while the server is stopped", .timeLimit(.minutes(5))) struct PausedServerTests {
    private static let rate = 100.0
    private static let seconds = 5
    private static let pause = Duration.seconds(2)

    @Test(arguments: [1000, 20]) func `shows it in the latency, and loses no arrival`(_ maxInFlight: Int) async throws {
        let server = try await start()
        let bench: LoadBench
        do {
            bench = try LoadBench(
                "http://127.0.0.1:\(server.launch.port)", requests: [RequestSpec(name: "health", url: "/health")],
                load: [.open(rate: Self.rate, duration: .seconds(Self.seconds), maxInFlight: maxInFlight)],
                http: HTTPSettings(timeout: .seconds(60)))
            async let running = bench.run(.scenario(cap: nil))
            for _ in 0..<2000 where bench.engine.live.done < 50 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(kill(-server.identity.pid, SIGSTOP) == 0)
            let stopped = MonotonicInstant.now
            try await Task.sleep(for: Self.pause)
            let paused = (MonotonicInstant.now - stopped).seconds
            #expect(kill(-server.identity.pid, SIGCONT) == 0)
            let (outcome, rows, transfers) = try await running
            try check(outcome, rows, transfers, paused: paused, maxInFlight: maxInFlight)
        } catch {
            kill(-server.identity.pid, SIGCONT)
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private func check(_ outcome: LoadOutcome, _ rows: [RequestRow], _ transfers: [TransferRow], paused: Double, maxInFlight: Int) throws {
        let due = Int(Self.rate) * Self.seconds
        #expect(outcome.given + outcome.dropped == due)
        #expect(outcome.transfers == outcome.given)
        #expect(outcome.count(.success) == outcome.given)
        #expect(rows.map(\.started).reduce(0, +) == outcome.given)
        #expect(rows.map(\.dropped).reduce(0, +) == outcome.dropped)
        #expect(rows.map(\.done).reduce(0, +) == outcome.given)
        #expect(transfers.count == outcome.given)
        let latency = try #require(outcome.times.latency), late = try #require(outcome.times.late)
        #expect(latency.max >= Int(paused * 1e6) - 20_000)
        #expect(late.max <= latency.max)
        if maxInFlight >= due {
            #expect(outcome.dropped == 0)
            // Of the arrivals in the pause, those of its first `paused` − 1 s wait for more than 1 s: 100 of 500, and the p99 is
            // the fifth worst. Half of them are left for a machine that is busy.
            let over = transfers.count { $0.end - $0.start >= .seconds(1) }
            #expect(over >= Int(Self.rate * (paused - 1) / 2))
            #expect(latency.p99 >= 1_000_000)
        } else {
            // What is in flight when the server stops stays there, and everybody who comes later finds no place.
            #expect(outcome.peakInFlight == maxInFlight)
            #expect(outcome.dropped >= Int(Self.rate * paused / 2) - maxInFlight)
            #expect(rows.filter { $0.dropped > 0 }.allSatisfy { $0.outcome == nil })
        }
        // Starts are ours: the server's pause delays none.
        #expect(late.p50 < 500_000)
    }

    private func start() async throws -> ServerProcess {
        let port = try FreePort.pick()
        let program = (try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") as NSString).deletingLastPathComponent
        let url = try await TestCluster.shared.makeDatabase()
        let spec = ServerSpec(name: "leaky", command: "", ready: "/health", readyWithin: .seconds(30), stop: .init(within: .seconds(5)))
        let launch = ServerLaunch(
            spec, command: "exec \(program)/leaky --port \(port) --shape clean --stop-after 2m", environment: ["DATABASE_URL": url],
            folder: "/tmp", port: port, logPath: nil)
        let server = try await ServerProcess.start(launch, registry: TestProcesses.registry())
        do {
            try await server.awaitReady()
        } catch {
            await server.stop()
            throw error
        }
        return server
    }
}
