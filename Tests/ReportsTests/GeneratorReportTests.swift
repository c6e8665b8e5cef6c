import Measurements
import Scenarios
import Testing

@testable import Reports
@testable import Verdicts

@Suite("What the reports say of the generator and of an open load")
struct GeneratorReportTests {
    private static func summary(limited: Bool, arrivals: Bool, other: Int) -> RunSummary {
        let facts = RunFacts(requests: [.init(name: "find", weight: 1)], limit: 97, headroom: 97, budget: 77)
        var verdict = Judge(facts: facts).verdictNow()
        verdict.generator = Verdict.Generator(loadSeconds: 20, limitedSeconds: 12.3, cpuShareMax: 0.97, lateP99Max: 4.1)
        verdict.flags = limited ? [.generatorLimited] : []
        verdict.thresholds = [
            Verdict.Threshold(
                text: "latency.p99 < 5ms", held: limited ? nil : false, untold: limited ? "Seep was at work" : nil, seen: 7, limit: 5,
                unit: .milliseconds)
        ]
        var info = RunInfo(
            name: "shop", cell: "one", started: "", seed: 1, versions: [:], host: .init(kernel: "", cores: 2, memoryBytes: 1), facts: facts,
            database: nil, scenario: Scenario(name: "shop", folder: "/", target: Template("http://127.0.0.1"), requests: []),
            transports: [:],
            clocks: [])
        var totals = RunInfo.Totals()
        totals.other = other
        if arrivals {
            var open = RunInfo.Arrivals()
            open.due = 1200
            open.started = 1190
            open.dropped = 10
            open.plannedSeconds = 30
            open.actualSeconds = 31
            totals.arrivals = open
            totals.lateP99 = 0.213
            totals.lateMax = 1.4
        }
        info.totals = totals
        return RunSummary(verdict: verdict, info: info, steps: [], waves: [], directory: "results/shop/one")
    }

    private static func texts(_ summary: RunSummary) -> [String] {
        let chart = "<svg></svg>"
        return [
            CellText.lines(summary, series: nil, width: 200, style: .plain).joined(separator: "\n"), HTMLReport.text(summary, chart: chart),
            SummaryMarkdown.text(scenario: "shop", [summary]),
        ]
    }

    @Test("a generator at its limits, arrivals and what is counted as other are said in terminal, page and table")
    func said() {
        for text in Self.texts(Self.summary(limited: true, arrivals: true, other: 4321)) {
            #expect(text.contains("generator-limited"))
            #expect(text.contains("in 12.3 of 20 s of load (97% of a core, 4.1 ms late)"))
            #expect(text.contains("1,190 sent of 1,200 due, 38.4/s of 40/s"))
            #expect(text.contains("p99 0.213 ms, at most 1.4 ms; 10 dropped"))
            #expect(text.contains("4,321 transfers"))
            #expect(text.contains("Seep was at work"))
        }
    }

    @Test("nothing is said where there is nothing to say")
    func silent() {
        for text in Self.texts(Self.summary(limited: false, arrivals: false, other: 0)) {
            for word in ["generator-limited", "sent late", "arrivals", "256 classes"] { #expect(!text.contains(word)) }
        }
    }
}
