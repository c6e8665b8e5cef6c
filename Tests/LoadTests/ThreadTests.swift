import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

/// Several load threads: together they do what one does.
@Suite(.bothTransports, .timeLimit(.minutes(5))) struct ThreadTests {
    private static let requests = [
        RequestSpec(name: "a", url: "/a", weight: 6), RequestSpec(name: "b", url: "/b", weight: 3), RequestSpec(name: "c", url: "/c"),
    ]

    @Test(arguments: [(101, 8, 3), (7, 4, 4), (1, 8, 4), (50, 2, 8), (1000, 64, 2)])
    func `a closed dose is dealt out exactly, by class as with one`(_ dose: Int, _ concurrency: Int, _ threads: Int) async throws {
        let server = try ScriptedServer { _ in [.wait(.milliseconds(2)), .response()] }
        let bench = try LoadBench(server.url, requests: Self.requests, threads: threads)
        for id in 0..<2 {
            let (outcome, rows, transfers) = try await bench.run(.closed(requests: dose, concurrency: concurrency), id: id)
            #expect(outcome.given == dose && outcome.transfers == dose)
            let wanted = LoadBench.deal(dose, [6, 3, 1])
            for (index, request) in Self.requests.enumerated() {
                #expect(outcome.classes.filter { $0.name == request.name }.map(\.done).reduce(0, +) == wanted.count { $0 == index })
            }
            #expect(outcome.concurrency == concurrency)
            #expect(outcome.peakInFlight <= concurrency)
            #expect(rows.map(\.started).reduce(0, +) == dose)
            #expect(rows.map(\.done).reduce(0, +) == dose)
            #expect(Set(rows.map { "\($0.time) \($0.request) \(String(describing: $0.outcome))" }).count == rows.count)
            #expect(transfers.count == dose)
            let generator = bench.directory.generator.takeRows()
            #expect(Set(generator.map(\.thread)) == Set(0..<min(threads, concurrency)))
            #expect(generator.map(\.done).reduce(0, +) == dose)
            #expect(generator.map(\.opened).reduce(0, +) == outcome.opened)
        }
        #expect(server.seen.mostOpen <= concurrency)
    }

    @Test func `connections are numbered once over all threads`() async throws {
        let server = try ScriptedServer { _ in [.wait(.milliseconds(5)), .response()] }
        let bench = try LoadBench(server.url, threads: 3)
        let (outcome, _, transfers) = try await bench.run(.closed(requests: 90, concurrency: 9))
        #expect(outcome.opened == 9)
        #expect(Set(transfers.map(\.connection)).count == 9)
        #expect(transfers.allSatisfy { $0.connection >= 1 })
    }

    @Test(arguments: LoadPhase.Arrivals.allCases) func `arrivals of all threads are those of one`(_ arrivals: LoadPhase.Arrivals)
        async throws
    {
        let server = try ScriptedServer { _ in [.response()] }
        let phase = LoadPhase.open(rate: 300, duration: .milliseconds(500), arrivals: arrivals, maxInFlight: 151)
        let bench = try LoadBench(server.url, requests: Self.requests, load: [phase, phase], threads: 4)
        let (outcome, rows, transfers) = try await bench.run(.scenario(cap: nil))
        #expect(outcome.given + outcome.dropped == 300)
        #expect(outcome.concurrency == 151)
        #expect(rows.map(\.dropped).reduce(0, +) == outcome.dropped)
        #expect(outcome.arrivalPlan == .seconds(1))
        let once = Schedule.standard(phase).starts
        let due = (once + once.map { $0 + .milliseconds(500) }).map { outcome.start + $0 }
        guard outcome.dropped == 0 else { return }
        // Never early, each in its place.
        let early = zip(transfers.map(\.start).sorted(), due).filter { $0 < $1 && $1 - $0 > .milliseconds(1) }
        #expect(early.isEmpty)
        let wanted = LoadBench.deal(300, [6, 3, 1])
        #expect(transfers.count { $0.request == "a" } == wanted.count { $0 == 0 })
    }

    @Test func `a limit in flight and a cap are those of all threads together`() async throws {
        let server = try ScriptedServer { _ in [.wait(.milliseconds(300)), .response()] }
        let bench = try LoadBench(server.url, load: [.open(rate: 400, duration: .milliseconds(400), maxInFlight: 7)], threads: 3)
        let (outcome, rows, _) = try await bench.run(.scenario(cap: nil))
        #expect(outcome.given + outcome.dropped == 160)
        #expect(server.seen.mostOpen <= 7)
        #expect(outcome.peakInFlight <= 7 && outcome.given >= 7)
        #expect(rows.map(\.started).reduce(0, +) == outcome.given)
        let (capped, _, _) = try await bench.run(.scenario(cap: 20), id: 1)
        #expect(capped.given + capped.dropped == 20)
    }

    @Test func `a unit dose and one connection need one thread`() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url, threads: 4)
        let (unit, _, transfers) = try await bench.run(.unit(requests: 6, gap: .milliseconds(5)))
        #expect(unit.peakInFlight == 1)
        #expect(Set(transfers.prefix(3).map(\.connection)).count == 1)
        let (one, _, _) = try await bench.run(.closed(requests: 40, concurrency: 8), id: 1, connections: .one)
        #expect(one.given == 40 && one.opened == 1)
        #expect(Set(bench.directory.generator.takeRows().map(\.thread)) == [0])
    }

    @Test func `a ramp in requests gets on though it begins with one`() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url, load: [.closed(concurrency: 1, to: 6, end: .requests(120))], threads: 4)
        let (outcome, _, _) = try await bench.run(.scenario(cap: nil))
        #expect(outcome.given == 120)
    }

    @Test func `the guard stops all threads, and the step after it runs as if nothing had been`() async throws {
        let server = try ScriptedServer { request in request.target == "/a" ? [.hang] : [.response()] }
        let bench = try LoadBench(server.url, requests: Self.requests, threads: 4)
        async let running = bench.run(.closed(requests: 1000, concurrency: 20), mix: .only(0))
        #expect(try await server.waits { $0.requests.count >= 20 })
        bench.engine.guardSignal.signal()
        let (outcome, rows, _) = try await running
        #expect(outcome.stoppedBy == .guardRail)
        #expect(outcome.given == 20 && outcome.count(.hungUp) == 20)
        #expect(rows.map(\.done).reduce(0, +) == 20)
        #expect(try await server.waits { $0.open == 0 })
        bench.engine.guardSignal.signal()
        bench.engine.stopLoad()
        let (after, _, _) = try await bench.run(.closed(requests: 50, concurrency: 10), id: 1, mix: .only(1))
        #expect(after.stoppedBy == .completed && after.count(.success) == 50)
    }

    @Test func `more in flight than there are descriptors is refused before anything is sent`() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url, threads: 3)
        await #expect(throws: LoadError.self) { _ = try await bench.run(.closed(requests: 1, concurrency: 1 << 25)) }
        #expect(server.seen.accepted == 0)
        let (outcome, _, _) = try await bench.run(.closed(requests: 5, concurrency: 5), id: 1)
        #expect(outcome.given == 5)
    }

    @Test func `finishing ends all threads`() async throws {
        let server = try ScriptedServer { _ in [.hang] }
        let bench = try LoadBench(server.url, threads: 3)
        async let running = bench.run(.closed(requests: 30, concurrency: 6))
        #expect(try await server.waits { $0.requests.count >= 6 })
        bench.engine.finish()
        let (outcome, _, _) = try await running
        #expect(outcome.stoppedBy == .interrupted && outcome.count(.hungUp) == 6)
        await #expect(throws: LoadError.finished) { _ = try await bench.run(.closed(requests: 1, concurrency: 1)) }
    }
}
