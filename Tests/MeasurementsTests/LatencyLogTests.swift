import Foundation
import LinuxIO
import Testing

@testable import Measurements

@Suite("latency.hlog") struct LatencyLogTests {
    /// Two classes over three intervals, as a load writes them.
    private static func write(_ folder: TemporaryFolder, classes: Int = 2, intervals: Int = 3) throws -> [LatencyLogTag: LoggedHistogram] {
        let log = try LatencyLog(
            directory: folder.path, clock: RunClock(origin: .init(nanoseconds: 0), wallOriginNanoseconds: 1_790_000_000_123_000_000))
        let bank = HistogramBank(capacity: 1)
        var numbers = SeededNumbers(state: 4)
        var sums: [LatencyLogTag: LoggedHistogram] = [:]
        for interval in 0..<intervals {
            for number in 0..<classes {
                let tag = LatencyLogTag(kind: number % 2 == 0 ? .latency : .service, request: "find, \(number)", outcome: .success)
                for _ in 0..<100 {
                    let value = UInt64.random(in: 1...50_000, using: &numbers)
                    bank.record(value, in: 0)
                    _ = sums[tag, default: LoggedHistogram(layout: HistogramBank.layout)].record(value)
                }
                let start = RunTime(seconds: Double(interval * 10))
                log.append(tag, from: start, to: start + .seconds(10), bank, 0)
                bank.clear(0)
                log.append(tag, from: start, to: start + .seconds(10), bank, 0)
            }
            log.flush()
        }
        return sums
    }

    @Test func `has the header and the lines of the format`() throws {
        let folder = try TemporaryFolder()
        _ = try Self.write(folder)
        let lines = try String(contentsOfFile: folder.path + "/latency.hlog", encoding: .utf8).split(separator: "\n")
        #expect(lines[0] == "#[Histogram log format version 1.3]")
        #expect(lines[1] == "#[StartTime: 1790000000.123 (seconds since epoch), Mon Sep 21 14:13:20 UTC 2026]")
        #expect(lines[2] == "#[BaseTime: 1790000000.123 (seconds since epoch)]")
        #expect(lines[3].contains("microseconds"))
        #expect(lines[4] == #""StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram""#)
        #expect(lines.count == 5 + 6)
        for line in lines[5...] {
            #expect(
                line.wholeMatch(of: #/Tag=(latency|service):find%2C%20[01]%202xx,\d+\.\d{3},10\.000,\d+\.\d{3},HISTF[A-Za-z0-9+\/=]+/#)
                    != nil)
        }
        #expect(lines[7].hasPrefix("Tag=latency:find%2C%200%202xx,10.000,10.000,"))
    }

    @Test func `is read back to the same sums`() throws {
        let folder = try TemporaryFolder()
        let sums = try Self.write(folder)
        let log = try LatencyLogReader.read(directory: folder.path)
        #expect(log.intervals.count == 6)
        #expect(!log.endedMidLine)
        #expect(log.intervals.map(\.start.seconds) == [0, 0, 10, 10, 20, 20])
        #expect(log.intervals.allSatisfy { $0.length == .seconds(10) })
        for (tag, sum) in sums { #expect(log.sum(tag) == sum) }
        #expect(log.sum { $0.kind == .latency } == sums.first { $0.key.kind == .latency }?.value)
        #expect(log.sum(LatencyLogTag(kind: .latency, request: "nobody", outcome: .success)) == nil)
    }

    @Test func `a log cut off at any byte gives its whole lines, and says so`() throws {
        let folder = try TemporaryFolder()
        _ = try Self.write(folder, intervals: 1)
        let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/latency.hlog"))
        let all = try LatencyLogReader.read(directory: folder.path).intervals
        for length in 0..<whole.count {
            folder.write(whole.prefix(length), to: LatencyLog.file)
            let log = try LatencyLogReader.read(directory: folder.path)
            #expect(log.intervals == Array(all.prefix(log.intervals.count)))
            #expect(log.endedMidLine == (length > 0 && whole[length - 1] != 0x0A))
        }
    }

    @Test(arguments: [
        ("Tag=latency:a%202xx,1.0,1.0", "fields"), ("Tag=latency:a%202xx,x,1.0,1.0,HISTF", "numbers"),
        ("Tag=latency:a%202xx,1.0,nan,1.0,HISTF", "numbers"), ("Tag=latency:a%202xx,1.0,1.0,1.0,HISTF", "histogram"),
        ("1,2,3,4,5,6", "fields"), ("hello", "fields"),
    ]) func `a line that is none is told with its number`(_ line: String, _ words: String) throws {
        let folder = try TemporaryFolder()
        folder.write("#[a comment]\n\n\(line)\n".utf8, to: LatencyLog.file)
        let error = #expect(throws: CSVError.self) { _ = try LatencyLogReader.read(directory: folder.path) }
        #expect(error?.line == 3)
        #expect(
            error?.description.contains("latency.hlog:3: ") == true && error?.description.contains(words) == true,
            "\(String(describing: error))")
    }

    @Test func `a log that is not there is told as such`() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: CSVError.self) { _ = try LatencyLogReader.read(directory: folder.path) }
        #expect(error?.kind == .notFound)
    }
}
