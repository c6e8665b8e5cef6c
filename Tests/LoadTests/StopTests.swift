import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

@Suite(.bothTransports) struct StopTests {
    @Test func theGuardStopsTheLoadAtOnceAndWhatIsInFlightIsHungUp() async throws {
        let server = try ScriptedServer { _ in [.hang] }
        let bench = try LoadBench(server.url)
        // On a machine that is busy with other tests the thread may have to wait for its turn: the best of five counts.
        var fastest = Duration.seconds(60)
        for id in 0..<5 where fastest >= .milliseconds(50) {
            let before = server.seen.requests.count
            async let running = bench.run(.closed(requests: 1000, concurrency: 20), id: id)
            #expect(try await server.waits { $0.requests.count >= before + 20 })
            let signalled = bench.directory.clock.now
            bench.engine.guardSignal.signal()
            let (outcome, rows, transfers) = try await running
            fastest = min(fastest, outcome.loadEnd - signalled)
            expectAllHungUp(outcome, rows, transfers)
            #expect(try await server.waits { $0.open == 0 && $0.ended == before + 20 })
        }
        #expect(fastest < .milliseconds(500))
    }

    private func expectAllHungUp(_ outcome: LoadOutcome, _ rows: [RequestRow], _ transfers: [TransferRow]) {
        #expect(outcome.stoppedBy == .guardRail)
        #expect(outcome.given == 20)
        #expect(outcome.count(.hungUp) == 20)
        #expect(outcome.unexpected == 0)
        #expect(transfers.count == 20)
        #expect(rows.map(\.done).reduce(0, +) == 20)
    }

    @Test func aStepAfterAStopRunsAsIfNothingHadBeen() async throws {
        let server = try ScriptedServer { request in request.target == "/hang" ? [.hang] : [.response()] }
        let bench = try LoadBench(
            server.url, requests: [RequestSpec(name: "hang", url: "/hang"), RequestSpec(name: "fine", url: "/fine")])
        async let running = bench.run(.closed(requests: 10, concurrency: 4), mix: .only(0))
        #expect(try await server.waits { $0.requests.count >= 4 })
        bench.engine.stopLoad()
        let (stopped, _, _) = try await running
        #expect(stopped.stoppedBy == .interrupted)
        // Late signals, of the step before.
        bench.engine.guardSignal.signal()
        bench.engine.stopLoad()
        let (outcome, _, _) = try await bench.run(.closed(requests: 30, concurrency: 4), id: 1, mix: .only(1))
        #expect(outcome.stoppedBy == .completed)
        #expect(outcome.count(.success) == 30)
        #expect(outcome.peakInFlight == 4)
    }

    @Test func aSilenceAndAnOpenPhaseCanBeStopped() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url, load: [.open(rate: 50, duration: .seconds(120), maxInFlight: 10)])
        for dose in [Step.Dose.silence(.seconds(120)), .scenario(cap: nil), .unit(requests: 100, gap: .seconds(10))] {
            // A stop before the step has been asked for is none: it is repeated.
            let stopping = Task {
                while !Task.isCancelled {
                    try await Task.sleep(for: .milliseconds(20))
                    bench.engine.stopLoad()
                }
            }
            let (outcome, _, _) = try await bench.run(dose)
            stopping.cancel()
            _ = await stopping.result
            #expect(outcome.stoppedBy == .interrupted)
            #expect(outcome.loadEnd - outcome.start < .seconds(60))
        }
    }

    @Test func aTargetThatRefusesAtOnceDoesNotKeepTheGuardOut() async throws {
        let bench = try LoadBench(
            "http://127.0.0.1:\(try ScriptedServer.freePort())", load: [.closed(concurrency: 4, end: .duration(.seconds(120)))])
        async let running = bench.run(.scenario(cap: nil))
        for _ in 0..<6000 where bench.engine.live.done == 0 { try await Task.sleep(for: .milliseconds(5)) }
        let signalled = bench.directory.clock.now
        bench.engine.guardSignal.signal()
        let (outcome, _, _) = try await running
        #expect(outcome.loadEnd - signalled < .seconds(60))
        #expect(outcome.stoppedBy == .guardRail)
    }

    @Test func finishingEndsWhatIsUnderWayAndTakesNothingNew() async throws {
        let server = try ScriptedServer { _ in [.hang] }
        let bench = try LoadBench(server.url)
        async let running = bench.run(.closed(requests: 10, concurrency: 2))
        #expect(try await server.waits { $0.requests.count >= 2 })
        bench.engine.finish()
        let (outcome, _, _) = try await running
        #expect(outcome.stoppedBy == .interrupted)
        await #expect(throws: LoadError.finished) { _ = try await bench.run(.closed(requests: 1, concurrency: 1)) }
        bench.engine.finish()
    }

    @Test func theLiveViewFollowsTheLoad() async throws {
        let server = try ScriptedServer { _ in [.wait(.milliseconds(10)), .response()] }
        let bench = try LoadBench(server.url, load: [.closed(concurrency: 3, end: .duration(.seconds(60)))])
        async let running = bench.run(.scenario(cap: nil))
        var live = LiveLoad()
        for _ in 0..<1000 where live.perSecond == 0 {
            try await Task.sleep(for: .milliseconds(10))
            live = bench.engine.live
        }
        bench.engine.stopLoad()
        #expect(live.inFlight == 3)
        #expect(live.done > 0 && live.perSecond > 0 && live.p50 > 0)
        let (outcome, _, _) = try await running
        #expect(bench.engine.live.done == outcome.transfers)
        #expect(bench.engine.live.inFlight == 0)
    }
}
