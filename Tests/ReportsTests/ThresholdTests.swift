import Measurements
import Scenarios
import Testing

@testable import Reports

@Suite("What the reports say of thresholds")
struct ThresholdTests {
    static func summary(_ held: [Bool?], verdict: String = "clean", wanted: String? = nil) -> RunSummary {
        let passes = held.allSatisfy { $0 == true }
        var summary = RunSummary(
            scenario: "shop", cell: "one", verdict: verdict, reason: "Because.", exitCode: passes ? 0 : 1, wanted: wanted,
            isAsWanted: passes, directory: "results/shop/one")
        summary.thresholds = held.enumerated().map { .init(text: "figure.\($0.offset) < 5ms", held: $0.element, seen: "7 ms") }
        return summary
    }

    @Test(
        "the outcome names what failed: a threshold, or the verdict",
        arguments: [
            ([true, true], "clean", nil, "as wanted"), ([true, false, nil], "clean", nil, "1 of 3 thresholds failed, exit code 1"),
            ([true, nil], "clean", nil, "1 of 2 thresholds could not be told, exit code 1"),
            ([false], "leak", nil, "not as wanted (clean or bounded), exit code 1"),
            ([false], "leak", "leak", "1 of 1 threshold failed, exit code 1"),
        ] as [([Bool?], String, String?, String)])
    func outcome(held: [Bool?], verdict: String, wanted: String?, said: String) {
        #expect(SummaryWords.outcome(Self.summary(held, verdict: verdict, wanted: wanted)) == said)
    }

    @Test("every report says which threshold failed, and what was seen")
    func everyReport() {
        let summary = Self.summary([true, false, nil])
        let terminal = CellText.lines(summary, series: nil, width: 100, style: .plain).joined(separator: "\n")
        #expect(terminal.contains("✗ figure.1 < 5ms: 7 ms"))
        #expect(terminal.contains("? figure.2 < 5ms: nothing was seen"))
        #expect(terminal.contains("✓ 1 held"))
        #expect(!terminal.contains("figure.0"))
        let junit = JUnitReport.text(scenario: "shop", [summary])
        #expect(junit.contains("message=\"1 of 3 thresholds failed. clean: Because.\""))
        #expect(junit.contains("failures=\"1\" errors=\"0\""))
        #expect(SummaryMarkdown.text(scenario: "shop", [summary]).contains("  - ✗ figure.1 &lt; 5ms: 7 ms\n"))
    }

    @Test(
        "figures are shown with their units",
        arguments: [
            (ThresholdMetric.Unit.milliseconds, 612.4, "612 ms"), (.share, 0.0345, "3.45%"), (.perSecond, 12.34, "12.3/s"),
            (.count, 70, "70"),
        ])
    func units(unit: ThresholdMetric.Unit, value: Double, shown: String) {
        #expect(Figures.threshold(unit)(value) == shown)
    }
}
