import LinuxIO
import Measurements
import Testing
import Verdicts

@testable import Harness

/// The judge that sees rows as they are written, and the one that reads their files.
@Suite("A replay") struct ReplayTests {
    private static let facts = RunFacts(
        requests: [RunFacts.Request(name: "find", weight: 1)], requestsPerWave: 40, waves: 3, settleSeconds: 1, baselineSeconds: nil,
        warmUpSeconds: nil, unitDose: nil, longIdleSeconds: nil, limit: 2000, headroom: 1990, budget: 1500, managed: true, throwaway: true)

    /// Sessions left behind by each of 40 requests; rows of the next step are written before a step is closed, as happens live.
    @Test(arguments: [0, 1, 3, 20, 40]) func `comes to the same verdict, waves and bytes as the live judge`(_ left: Int) throws {
        let place = try TemporaryPlace()
        let directory = try RunDirectory(creatingFilesIn: place.path, clock: RunClock())
        var judge = Judge(facts: Self.facts)
        var held = HeldRows()
        var waves: [WaveRow] = []
        var sessions = 0
        var number = 0
        while case .step(let step) = judge.next(), number < 12 {
            let begins = Int64(number) * 10_000_000
            append(step: number, at: begins, left: left, total: &sessions, to: directory)
            // What is sampled after the step belongs to the next one.
            directory.connections.append(sample(step: number + 1, at: begins + 9_999_000, total: sessions))
            directory.flush()
            held.take(from: directory)
            held.feed(upTo: number, to: &judge)
            let row = StepRow(
                step: number, kind: step.kind, planned: step.plannedRequests, given: 40, concurrency: 8, connections: .reused,
                start: RunTime(microseconds: begins), loadEnd: RunTime(microseconds: begins + 4_000_000),
                end: RunTime(microseconds: begins + 9_000_000), peakInFlight: 8, why: step.why)
            waves.append(judge.consume(row))
            directory.steps.append(row)
            directory.steps.flush()
            number += 1
        }
        let live = judge.verdictNow()
        let replayed = try Replay.judge(directory: place.path, facts: Self.facts)
        #expect(replayed.verdict == live)
        #expect(replayed.waves == waves)
        #expect(replayed.unfinished.isEmpty)
        #expect(try RunFiles.encode(replayed.verdict) == RunFiles.encode(live))
        #expect(live.verdict == (left == 0 ? .clean : left >= 20 ? .leak : live.verdict), "\(live.reason)")
        #expect(live.leftBehind == waves.map(\.leftBehind).reduce(0, +))
    }

    private func append(step: Int, at begins: Int64, left: Int, total: inout Int, to directory: RunDirectory) {
        for tenth in 0..<90 {
            let time = begins + Int64(tenth) * 100_000
            if tenth == 1 {
                for index in 0..<left { directory.sessions.append(session(.born, step, time, pid: 1000 + total + index)) }
                total += left
            }
            directory.connections.append(sample(step: step, at: time, total: total))
        }
        for index in 0..<left { directory.sessions.append(session(.floor, step, begins + 8_900_000, pid: 1000 + total - left + index)) }
        var done = RequestRow(time: RunTime(microseconds: begins + 1_000_000), step: step, request: "find", outcome: .success)
        done.done = 40
        directory.requests.append(done)
        directory.processes.append(
            ProcessRow(
                time: RunTime(microseconds: begins), step: step, pid: 100, started: .zero, command: "server", cpu: .zero, residentBytes: 1,
                threads: 2, descriptors: nil, databaseSockets: nil))
    }

    private func sample(step: Int, at time: Int64, total: Int) -> ConnectionRow {
        var row = ConnectionRow(time: RunTime(microseconds: time), step: step)
        row.total = total
        row.headroom = 1990 - total
        row.openedTotal = total
        return row
    }

    private func session(_ event: SessionRow.Event, _ step: Int, _ time: Int64, pid: Int) -> SessionRow {
        SessionRow(
            time: RunTime(microseconds: time), step: step, event: event, pid: pid, backendStart: pid, owner: "pid 100",
            whyOurs: "process", state: "idle", lastQuery: "SELECT 1")
    }
}
