import Measurements
import Reports
import Scenarios
import Testing
import Verdicts

/// What the reports say of runs side by side.
@Suite("A comparison") struct ComparisonTests {
    private func cells(_ name: String, _ runs: Int, p99: Double, verdict: Verdict.Kind? = .clean) -> Comparison.Group {
        let cells = (0..<runs).map { run in
            var cell = CellFigures(
                cell: "\(name).r\(run + 1)", configuration: name, server: "s", values: [Matrix.Value("v", "<1, \"2\">")],
                repetition: run + 1,
                folder: "results/\(name).r\(run + 1)", exitCode: verdict == nil ? 4 : 0)
            cell.verdict = verdict
            if verdict == nil {
                cell.failure = "it ended, with exit code 7\nno module"
            } else {
                cell[.latencyP99] = p99 + 0.1 * Double(run)
                cell[.memory] = 1234.5
            }
            return cell
        }
        return Comparison.Group(name: name, cells: cells)
    }

    private func text(_ comparison: Comparison, _ path: String) -> String {
        let summaries = comparison.cells.map { cell in
            RunSummary(
                scenario: "shop", cell: cell.cell, verdict: cell.verdict?.rawValue ?? RunSummary.noVerdict, reason: cell.failure ?? "well",
                exitCode: cell.exitCode, isAsWanted: cell.verdict != nil, directory: cell.folder)
        }
        let files = ReportFiles.run(scenario: "shop", summaries.map { ($0, SessionSeries()) }, comparison: comparison)
        return (files + [ReportFiles.table(comparison)]).first { $0.path == path }?.text ?? ""
    }

    @Test func `has a row for each configuration, and claims from five runs on`() {
        let comparison = Comparison(scenario: "shop", [cells("old", 5, p99: 10), cells("new", 5, p99: 20)])
        let page = text(comparison, "report.html")
        for words in ["Configurations", "Differences", "10.2 ms [10–10.4]", "+10 ms", "worse", "98.4%"] {
            #expect(page.contains(words), "\(words)")
        }
        #expect(text(comparison, "summary.md").contains("| worse |"))
        let lines = ComparisonText.lines(comparison)
        #expect(lines.contains { $0.hasPrefix("worse: p99 of new: 20.2 ms, old: 10.2 ms, shift +10 ms") }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("same: 1 of 2") }, "\(lines)")
    }

    @Test func `says below five runs that nothing is claimed`() {
        let comparison = Comparison(scenario: "shop", [cells("old", 4, p99: 10), cells("new", 4, p99: 20)])
        #expect(text(comparison, "report.html").contains("Numbers without claims"))
        #expect(!text(comparison, "report.html").contains("<td>worse</td>"))
    }

    @Test func `keeps the row of a cell without a verdict in every file`() {
        let comparison = Comparison(scenario: "shop", [cells("good", 1, p99: 10), cells("broken", 1, p99: 0, verdict: nil)])
        #expect(text(comparison, "report.html").contains("no module"))
        #expect(text(comparison, "summary.md").contains("no verdict"))
        #expect(text(comparison, "junit.xml").contains("errors=\"1\""))
        let table = text(comparison, "comparison.csv")
        #expect(table.hasPrefix("cell,configuration,server,repetition,verdict,"))
        #expect(table.contains("broken.r1,broken,s,1,,,4,\"it ended, with exit code 7\nno module\""), "\(table)")
        #expect(table.contains("1234.5,,\"<1, \"\"2\"\">\",results/good.r1\n"), "\(table)")
    }

    @Test func `says what is worse than a baseline on one line each`() {
        let before = [cells("app", 1, p99: 10)]
        var comparison = Comparison(scenario: "shop", [cells("app", 1, p99: 10, verdict: .leak)])
        comparison.baseline = BaselineCheck(folder: "results/<old>", recorded: before, new: [cells("app", 1, p99: 10, verdict: .leak)])
        #expect(ComparisonText.lines(comparison).suffix(2) == ["baseline results/<old>: 1 regression", "✗ app: leak, was clean"])
        #expect(text(comparison, "report.html").contains("results/&lt;old&gt;: 1 regression"))
    }
}
