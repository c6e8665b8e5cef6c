import Measurements
import Testing

@testable import Reports

@Suite("Connections and failures in words")
struct ConnectionWordsTests {
    @Test("the end of a run shows five lines of failures at most, the last for the rest", arguments: [0, 1, 5, 6, 300])
    func failures(count: Int) {
        var summary = SampleRuns.clean().summary
        summary.failures = (0..<count).map {
            .init(request: "find \($0)", outcome: "unreachable", reason: "the name does not resolve (http://x)", count: 7)
        }
        let lines = CellText.lines(summary, series: nil, width: 120, style: .plain).filter { $0.hasPrefix("failed") }
        #expect(lines.count == min(count, 5))
        #expect(lines.last?.contains(" more: see run.json") ?? false == (count > 5))
        if count > 0 { #expect(lines[0].hasSuffix("7 × find 0 unreachable: the name does not resolve (http://x)")) }
        #expect(HTMLReport.text(summary, chart: "").contains("<h2>Failures</h2>") == (count > 0))
    }

    @Test("what is known of connections is told, and of an earlier run nothing")
    func connections() {
        var summary = SampleRuns.clean().summary
        #expect(SummaryWords.connections(summary) == nil)
        #expect(SummaryWords.localFailures(summary) == nil)
        var known = RunInfo.Totals.Connections()
        known.reused = 1900
        known.closedIdle = 2
        known.connect = .init(p50: 0.1, p99: 0.5, max: 12)
        known.olderThanAsked = 1
        summary.connections = known
        summary.opened = 8
        summary.localFailures = 1
        let text = SummaryWords.connections(summary)
        #expect(text?.hasPrefix("8 opened, 1,900 transfers reused one, 2 ended by the server while idle; connect p50 ") == true)
        #expect(text?.hasSuffix("; HTTP/2 was asked for, and 1 response came over HTTP/1") == true)
        let lines = CellText.lines(summary, series: nil, width: 160, style: .plain)
        #expect(lines.contains { $0.hasPrefix("this machine") && $0.contains("1 connection:") })
    }
}
