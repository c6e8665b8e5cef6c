import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

@Suite(.bothTransports) struct OpenModelTests {
    @Test(arguments: [(10.0, 0.3, 3), (10, 1, 10), (3, 1, 3), (0.5, 1, 1), (200, 0.25, 50), (7, 0.5, 4), (1000, 60, 60_000)])
    func asManyArriveAsAreDueBeforeTheEnd(rate: Double, seconds: Double, count: Int) {
        let schedule = Schedule.standard(.open(rate: rate, duration: .fractional(seconds: seconds), maxInFlight: 1))
        #expect(schedule.count == count)
        #expect(schedule.starts.count == count)
        #expect(schedule.starts.first == .zero)
        #expect(schedule.starts.last.map { $0.seconds < seconds && $0.seconds + 1 / rate >= seconds - 1e-9 } == true)
    }

    @Test func arrivalsStartOnSchedule() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url, load: [.open(rate: 100, duration: .milliseconds(500), maxInFlight: 50)])
        let (outcome, rows, transfers) = try await bench.run(.scenario(cap: nil))
        #expect(outcome.given == 50)
        #expect(outcome.dropped == 0)
        let late = transfers.sorted { $0.start < $1.start }.enumerated().map { number, transfer in
            (transfer.start - outcome.start) - .milliseconds(10 * number)
        }
        // Never early; late only by what a busy machine costs.
        #expect(late.allSatisfy { $0 >= .milliseconds(-1) })
        #expect(late.sorted()[25] < .seconds(5))
        #expect(rows.contains { $0.outcome == nil && $0.lateP99 != nil && $0.lateMax != nil })
        // The phase lasts as long as it says, though the last arrival is earlier.
        #expect(outcome.loadEnd - outcome.start >= .milliseconds(500))
    }

    @Test func poissonArrivalsAlongARampAreSentWhenDrawn() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let phase = LoadPhase.open(rate: 0, to: 200, duration: .milliseconds(500), arrivals: .poisson, maxInFlight: 50)
        let bench = try LoadBench(server.url, load: [phase], pacing: { Schedule.standard($0, seed: 5) })
        let (outcome, _, transfers) = try await bench.run(.scenario(cap: nil))
        #expect(outcome.given == 50)
        let due = Schedule.standard(phase, seed: 5).starts
        let late = zip(transfers.sorted { $0.start < $1.start }, due).map { ($0.start - outcome.start) - $1 }
        #expect(late.allSatisfy { $0 >= .milliseconds(-1) })
        #expect(late.sorted()[25] < .seconds(5))
    }

    @Test func arrivalsBeyondTheLimitAreDroppedAndCounted() async throws {
        let server = try ScriptedServer { _ in [.wait(.milliseconds(200)), .response()] }
        let bench = try LoadBench(server.url, load: [.open(rate: 200, duration: .milliseconds(500), maxInFlight: 5)])
        let (outcome, rows, _) = try await bench.run(.scenario(cap: nil))
        #expect(outcome.given + outcome.dropped == 100)
        #expect(outcome.dropped > 70)
        #expect(outcome.peakInFlight == 5)
        #expect(rows.map(\.started).reduce(0, +) == outcome.given)
        #expect(rows.map(\.dropped).reduce(0, +) == outcome.dropped)
        #expect(outcome.count(.success) == outcome.given)
    }

    @Test func latencyCountsFromTheIntendedStartAndServiceFromTheSend() async throws {
        // The schedule is behind by 300 ms from the start: as when the generator itself was held up.
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(
            server.url, load: [.open(rate: 50, duration: .milliseconds(200), maxInFlight: 50)],
            pacing: { _ in
                Schedule(count: 10) { .milliseconds($0 * 20 - 300) }
            })
        let (outcome, rows, _) = try await bench.run(.scenario(cap: nil))
        let latency = try #require(outcome.times.latency), service = try #require(outcome.times.service)
        #expect(latency.p50 >= 150_000)
        #expect(latency.max >= 300_000)
        // Each was sent 120 ms late or more, and that is all the difference; both are rounded by a thousandth.
        #expect(latency.p50 - service.p50 >= 100_000 && latency.max - service.max >= 100_000)
        #expect((rows.compactMap(\.lateMax).max() ?? 0) >= 300_000)
    }

    @Test func aStallOfTheServerShowsInTheLatencyOfAllWhoCameMeanwhile() async throws {
        // On one connection the stall of one response holds up everybody behind it.
        let server = try ScriptedServer { request in request.number == 20 ? [.wait(.milliseconds(300)), .response()] : [.response()] }
        let bench = try LoadBench(server.url, load: [.open(rate: 100, duration: .seconds(1), maxInFlight: 100)])
        let (outcome, _, transfers) = try await bench.run(.scenario(cap: nil))
        #expect(outcome.given == 100)
        #expect(transfers.contains { $0.end - $0.start >= .milliseconds(290) })
        #expect((outcome.times.latency?.max ?? 0) >= 290_000)
        #expect((outcome.times.latency?.p50 ?? .max) < 290_000)
    }
}
