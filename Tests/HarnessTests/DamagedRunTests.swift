import Foundation
import LinuxIO
import Measurements
import Scenarios
import Testing
import Verdicts

@testable import Harness

/// Recorded runs that were cut off, changed, or written by another Seep: a clear answer or a clear error, and never a leak that was none.
@Suite("A damaged run") struct DamagedRunTests {
    /// Deterministic, so that what fails fails again.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private static let files = [StepRow.file, ConnectionRow.file, SessionRow.file, RequestRow.file, TransferRow.file, ProcessRow.file]

    @Test(arguments: [0, 1, 2, 3, 4, 5]) func `that was healthy is never called a leak, whatever was cut, lost or changed`(_ seed: Int)
        throws
    {
        let place = try TemporaryPlace()
        try RecordedRun(place.path, keeps: 8, leaks: 0).write()
        let whole = try Replay.judge(directory: place.path, facts: RecordedRun.facts)
        #expect(whole.verdict.verdict == .bounded, "\(whole.verdict.reason)")
        var numbers = Numbers(state: UInt64(seed) &* 7919)
        var (answers, errors) = (0, 0)
        for _ in 0..<500 {
            let (file, original) = try Self.damage(place.path, &numbers)
            defer { try? original.write(to: URL(fileURLWithPath: "\(place.path)/\(file)")) }
            do {
                let verdict = try Replay.judge(directory: place.path, facts: RecordedRun.facts).verdict
                answers += 1
                #expect(verdict.verdict != .leak, "\(file): \(verdict.reason)")
                #expect(!verdict.reason.isEmpty)
                _ = try RunFiles.encode(verdict)
            } catch let error as CSVError {
                errors += 1
                #expect(error.file == file && !error.message.isEmpty, "\(error)")
            }
        }
        #expect(answers > 50 && errors > 50, "\(answers) answers, \(errors) errors")
    }

    @Test(arguments: [10, 11]) func `that leaked is judged or refused, without a crash`(_ seed: Int) throws {
        let place = try TemporaryPlace()
        try RecordedRun(place.path, keeps: 0, leaks: 20).write()
        #expect(try Replay.judge(directory: place.path, facts: RecordedRun.facts).verdict.verdict == .leak)
        var numbers = Numbers(state: UInt64(seed))
        for _ in 0..<300 {
            let (file, original) = try Self.damage(place.path, &numbers)
            defer { try? original.write(to: URL(fileURLWithPath: "\(place.path)/\(file)")) }
            do {
                _ = try RunFiles.encode(Replay.judge(directory: place.path, facts: RecordedRun.facts).verdict)
            } catch let error as CSVError {
                #expect(error.file == file, "\(error)")
            }
        }
    }

    @Test func `without a file, or of a newer Seep, is refused with the reason`() throws {
        for file in Self.files {
            let place = try TemporaryPlace()
            try RecordedRun(place.path, keeps: 8, leaks: 0).write()
            try FileManager.default.removeItem(atPath: "\(place.path)/\(file)")
            #expect(throws: CSVError.self) { try Replay.judge(directory: place.path, facts: RecordedRun.facts) }
        }
        let place = try TemporaryPlace()
        try Data(#"{"schema": 99}"#.utf8).write(to: URL(fileURLWithPath: place.path + "/run.json"))
        #expect(throws: RunFailure.self) { try JudgeCommand.judge(path: place.path) }
    }

    // MARK: Damage

    /// Does one harm to one file.
    ///
    /// - Returns: the file and what it was.
    private static func damage(_ directory: String, _ numbers: inout Numbers) throws -> (file: String, original: Data) {
        let file = files.randomElement(using: &numbers) ?? StepRow.file
        let url = URL(fileURLWithPath: "\(directory)/\(file)")
        let original = try Data(contentsOf: url)
        var bytes = [UInt8](original)
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        func at(_ count: Int) -> Int { Int.random(in: 0..<max(1, count), using: &numbers) }
        switch at(10) {
        case 0: bytes = Array(bytes.prefix(at(bytes.count)))
        case 1: bytes = []
        case 2:  // A column is missing.
            let gone = at(lines[0].split(separator: 0x2C, omittingEmptySubsequences: false).count)
            lines = lines.map { line in
                var fields = line.split(separator: 0x2C, omittingEmptySubsequences: false).map(Array.init)
                if fields.indices.contains(gone) { fields.remove(at: gone) }
                return Array(fields.joined(separator: [0x2C]))
            }
            bytes = Array(lines.joined(separator: [0x0A]))
        case 3:  // A line is lost.
            lines.remove(at: at(lines.count))
            bytes = Array(lines.joined(separator: [0x0A]))
        case 4:  // A line stands there twice.
            let line = at(lines.count)
            lines.insert(lines[line], at: line)
            bytes = Array(lines.joined(separator: [0x0A]))
        case 5:  // Some bytes are others.
            for _ in 0...at(3) { bytes[at(bytes.count)] = UInt8(at(256)) }
        case 6:  // Some digits are others.
            let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
            if let index = digits.randomElement(using: &numbers) { bytes[index] = UInt8(0x30 + at(10)) }
        case 7:  // A block is gone.
            let start = at(bytes.count)
            bytes.removeSubrange(start..<min(bytes.count, start + at(400)))
        case 8:  // The clock goes back.
            let line = 1 + at(lines.count - 1)
            lines[line] = Array("-1000".utf8) + lines[line].drop { $0 != 0x2C }
            bytes = Array(lines.joined(separator: [0x0A]))
        default:  // A newer Seep has a column more.
            lines = lines.map { $0.isEmpty ? $0 : $0 + Array(",new".utf8) }
            bytes = Array(lines.joined(separator: [0x0A]))
        }
        try Data(bytes).write(to: url)
        return (file, original)
    }
}

/// The files of a small run: three waves of an application that keeps a pool and may leave sessions.
private struct RecordedRun {
    static let facts = RunFacts(
        requests: [RunFacts.Request(name: "find", weight: 1)], requestsPerWave: 40, waves: 3, settleSeconds: 1, baselineSeconds: nil,
        warmUpSeconds: nil, unitDose: nil, longIdleSeconds: nil, limit: 2000, headroom: 1990, budget: 1500, declaredRoomPerWorker: 8,
        declaredWorkers: 1, managed: true, throwaway: true)

    let directory: String
    /// Sessions of the pool, opened in the first wave.
    let keeps: Int
    /// Sessions left by each wave.
    let leaks: Int

    init(_ directory: String, keeps: Int, leaks: Int) {
        self.directory = directory
        self.keeps = keeps
        self.leaks = leaks
    }

    func write() throws {
        let files = try RunDirectory(creatingFilesIn: directory, clock: RunClock())
        var pids: [Int] = []
        for step in 0..<3 {
            let begins = Int64(step) * 10_000_000
            let new = (step == 0 ? keeps : 0) + leaks
            let known = pids
            pids += (0..<new).map { 1000 + pids.count + $0 }
            for tenth in 0..<90 {
                if tenth == 1 {
                    for pid in pids.dropFirst(known.count) { files.sessions.append(session(.born, step, begins + 100_000, pid)) }
                }
                if tenth == 2 { for pid in known { files.sessions.append(session(.used, step, begins + 200_000, pid)) } }
                var row = ConnectionRow(time: RunTime(microseconds: begins + Int64(tenth) * 100_000), step: step)
                row.total = tenth == 0 ? known.count : pids.count
                row.headroom = 1990 - pids.count
                row.openedTotal = pids.count
                files.connections.append(row)
            }
            for pid in pids { files.sessions.append(session(.floor, step, begins + 8_900_000, pid)) }
            for number in 0..<40 {
                let time = RunTime(microseconds: begins + Int64(number) * 20_000)
                files.transfers.append(
                    TransferRow(
                        step: step, start: time, end: time + .milliseconds(15), request: "find", outcome: .success, status: 200,
                        connection: number % 8 + 1))
            }
            var done = RequestRow(time: RunTime(microseconds: begins + 1_000_000), step: step, request: "find", outcome: .success)
            done.done = 40
            files.requests.append(done)
            files.processes.append(
                ProcessRow(
                    time: RunTime(microseconds: begins), step: step, pid: 100, started: .zero, command: "server", cpu: .zero,
                    residentBytes: 1, threads: 8, descriptors: nil, databaseSockets: nil))
            files.steps.append(
                StepRow(
                    step: step, kind: .wave, planned: 40, given: 40, concurrency: 8, connections: .reused,
                    start: RunTime(microseconds: begins), loadEnd: RunTime(microseconds: begins + 1_000_000),
                    end: RunTime(microseconds: begins + 9_000_000), peakInFlight: 8, opened: 8, why: "wave"))
        }
        files.flush()
    }

    private func session(_ event: SessionRow.Event, _ step: Int, _ time: Int64, _ pid: Int) -> SessionRow {
        SessionRow(
            time: RunTime(microseconds: time), step: step, event: event, pid: pid, backendStart: pid, owner: "pid 100",
            whyOurs: "process", state: "idle", lastQuery: "SELECT 1", application: "cms")
    }
}
