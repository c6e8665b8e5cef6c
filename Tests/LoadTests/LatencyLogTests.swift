import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

/// `latency.hlog` as another implementation reads it: HdrHistogram's Python package.
@Suite("latency.hlog, read by HdrHistogram for Python", .timeLimit(.minutes(10))) struct LatencyLogTests {
    /// Counts are multiples of 1,000, so that no percentile falls between two transfers: implementations round these differently.
    private static func summary(_ sum: LoggedHistogram) -> PythonHistograms.Summary {
        PythonHistograms.Summary(
            count: Int(sum.total), p50: Int(sum.value(atPercentile: 50)), p90: Int(sum.value(atPercentile: 90)),
            p99: Int(sum.value(atPercentile: 99)), p999: Int(sum.value(atPercentile: 99.9)), max: Int(sum.largest))
    }

    @Test func `says of a load what Seep says of it`() async throws {
        let server = try ScriptedServer { request in request.number % 100 == 0 ? [.wait(.milliseconds(20)), .response()] : [.response()] }
        let names = ["find, a page", "nächste\tSeite"]
        let bench = try LoadBench(
            server.url, requests: names.map { RequestSpec(name: $0, url: "/") },
            load: [.open(rate: 500, duration: .seconds(2), maxInFlight: 1000)])
        let (first, _, _) = try await bench.run(.closed(requests: 2000, concurrency: 10))
        let (second, _, _) = try await bench.run(.scenario(cap: nil), id: 1)
        #expect(second.dropped == 0)
        let ours = try LatencyLogReader.read(directory: bench.directory.path)
        let theirs = try await PythonHistograms.read(bench.directory.path + "/latency.hlog")
        #expect(theirs.count == 4)
        for kind in LatencyLogTag.Kind.allCases {
            let all = try #require(ours.sum { $0.kind == kind })
            #expect(Int(all.total) == first.transfers + second.transfers)
            // The totals have three digits where the log has two.
            let totals = try #require(kind == .latency ? second.runTimes.latency : second.runTimes.service)
            for (percentile, total) in [(50.0, totals.p50), (95, totals.p95), (99, totals.p99), (100, totals.max)] {
                let logged = Int(percentile == 100 ? all.largest : all.value(atPercentile: percentile))
                #expect(abs(logged - total) <= total / 50 + 1, "\(kind) p\(percentile): \(logged) in the log, \(total) in all")
            }
            for name in names {
                let tag = LatencyLogTag(kind: kind, request: name, outcome: .success)
                let sum = try #require(ours.sum(tag))
                #expect(sum.total == 1500)
                let read = try #require(theirs[tag.text])
                #expect(read.count == 1500 && read.max == Int(sum.largest))
                #expect(read.p50 == Int(sum.value(atPercentile: 50)) && read.p90 == Int(sum.value(atPercentile: 90)))
                #expect(read.p99 == Int(sum.value(atPercentile: 99)))
            }
        }
    }

    @Test func `has the same percentiles whatever the times`() async throws {
        let bench = try LoadBench("http://127.0.0.1:1")
        let bank = HistogramBank(capacity: 1)
        var numbers = SplitMix64(seed: 21)
        for interval in 0..<20 {
            for kind in LatencyLogTag.Kind.allCases {
                for _ in 0..<1000 {
                    // Of every size alike, 0 and the longest among them.
                    bank.record(min(numbers.next() >> (numbers.next() % 64), HistogramBank.longest), in: 0)
                }
                let start = RunTime(seconds: Double(interval) * 10)
                bench.directory.latency.append(
                    LatencyLogTag(kind: kind, request: "r", outcome: .timeout), from: start, to: start + .seconds(10), bank, 0)
                bank.clear(0)
            }
        }
        bench.directory.latency.flush()
        let ours = try LatencyLogReader.read(directory: bench.directory.path)
        let theirs = try await PythonHistograms.read(bench.directory.path + "/latency.hlog")
        for kind in LatencyLogTag.Kind.allCases {
            let tag = LatencyLogTag(kind: kind, request: "r", outcome: .timeout)
            let sum = try #require(ours.sum(tag))
            #expect(sum.total == 20_000)
            #expect(theirs[tag.text] == Self.summary(sum))
        }
    }
}
