import ArgumentParser
import Foundation
import Histogram
import LinuxIO
import Measurements
import Verdicts

/// Small things that are done often: what one of each costs, as the median of five rounds.
struct MicroProbe: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "micro", abstract: "Time histogram, CSV and judge.")

    struct Result: Codable {
        var kind = "micro"
        var what: String
        var nanosecondsEach: Double
        var count: Int
    }

    private static let rounds = 5

    func run() throws {
        try recordInHistogram()
        try writeTransfers()
        try writeSamples()
        try judge()
        try readSocketTable()
    }

    private func recordInHistogram() throws {
        var histogram = Histogram<UInt32>(highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: .two)
        let count = 5_000_000
        try report("record in a histogram of 2 digits", count: count) {
            var value: UInt64 = 1
            for _ in 0..<count {
                value = (value &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407)
                histogram.record(value >> 46)
            }
        }
        precondition(histogram.totalCount > 0)
    }

    private func writeTransfers() throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let directory = try folder.runDirectory()
        let count = TransferRow.limitPerStep
        try report("a line of transfers.csv, written", count: count) {
            for index in 0..<count { directory.transfers.append(Rows.transfer(index, step: 0)) }
            directory.transfers.flush()
            _ = directory.transfers.takeRows()
        }
    }

    private func writeSamples() throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let directory = try folder.runDirectory()
        let count = 10_000
        try report("a line of connections.csv, written at once", count: count) {
            for index in 0..<count {
                directory.connections.append(Rows.sample(index, step: 0))
                directory.connections.flush()
            }
            _ = directory.connections.takeRows()
        }
    }

    /// Waves of 20,000 transfers, 200 samples and 500 sessions that stay.
    private func judge() throws {
        let facts = RunFacts(requests: [RunFacts.Request(name: "GET /", weight: 1)], limit: 1000, headroom: 1000, budget: 800)
        let waves = 10
        let perWave = TransferRow.limitPerStep + 200 + 1000
        try report("a row fed to the judge", count: waves * perWave) {
            var judge = Judge(facts: facts)
            for step in 0..<waves { Rows.feed(wave: step, to: &judge) }
            precondition(judge.verdictNow().reason.isEmpty == false)
        }
    }

    /// One look at the processes of a server reads every socket of the machine, those in TIME_WAIT included.
    private func readSocketTable() throws {
        let line = Array("   7: 0100007F:1F90 0100007F:C0DE 06 00000000:00000000 03:00000A5B 00000000     0        0 0 3 000000001".utf8)
        let count = 10_000
        var found = 0
        try report("a line of /proc/net/tcp, read", count: count) {
            for _ in 0..<count where TCPEntry(parsing: line) != nil { found += 1 }
        }
        precondition(found > 0)
    }

    private func report(_ what: String, count: Int, _ body: () -> Void) throws {
        body()
        var times: [Double] = []
        for _ in 0..<Self.rounds {
            let start = ThreadTimes.thisThreadNanoseconds
            body()
            times.append(Double(ThreadTimes.thisThreadNanoseconds - start) / Double(count))
        }
        try Report.write(Result(what: what, nanosecondsEach: times.sorted()[Self.rounds / 2], count: count))
    }
}

/// Rows like those of a run.
private enum Rows {
    static func transfer(_ index: Int, step: Int) -> TransferRow {
        let start = RunTime(microseconds: Int64(step) * 20_000_000 + Int64(index) * 500)
        return TransferRow(
            step: step, start: start, end: start + .microseconds(700), request: "GET /", outcome: .success, status: 200,
            connection: index % 50 + 1)
    }

    static func sample(_ index: Int, step: Int) -> ConnectionRow {
        var row = ConnectionRow(time: RunTime(microseconds: Int64(step) * 20_000_000 + Int64(index) * 100_000), step: step)
        row.total = 500
        row.active = 3
        row.idle = 497
        row.used = 502
        row.limit = 1000
        row.headroom = 495
        row.openedTotal = 500
        row.sampleMicroseconds = 1500
        return row
    }

    static func feed(wave step: Int, to judge: inout Judge) {
        let start = Int64(step) * 20_000_000
        for index in 0..<TransferRow.limitPerStep { judge.consume(transfer(index, step: step)) }
        for index in 0..<200 { judge.consume(sample(index, step: step)) }
        for event in [step == 0 ? SessionRow.Event.born : .used, .floor] {
            for pid in 1...500 {
                judge.consume(
                    SessionRow(
                        time: RunTime(microseconds: start + 1_000_000), step: step, event: event, pid: pid, backendStart: pid,
                        owner: "pid 100", whyOurs: "process", state: "idle", lastQuery: "SELECT 1"))
            }
        }
        judge.consume(
            StepRow(
                step: step, kind: .wave, planned: TransferRow.limitPerStep, given: TransferRow.limitPerStep, concurrency: 50,
                connections: .reused, only: "", start: RunTime(microseconds: start), loadEnd: RunTime(microseconds: start + 10_000_000),
                end: RunTime(microseconds: start + 20_000_000), peakInFlight: 50, ended: .completed, why: "benchmark"))
    }
}
