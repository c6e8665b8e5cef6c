import Testing

@testable import Reports

@Suite("Reports as files")
struct FileReportTests {
    private let summaries = [SampleRuns.leak().summary, SampleRuns.clean().summary, SampleRuns.bounded().summary, Self.unsure]

    private static var unsure: RunSummary {
        var summary = SampleRuns.clean().summary
        summary.cell = "uvicorn"
        summary.verdict = "inconclusive"
        summary.reason = "The sampler saw 31% of the samples due. Give it a core, or a longer interval."
        summary.exitCode = 3
        summary.isAsWanted = false
        return summary
    }

    @Test("summary.md is as it was")
    func markdown() throws {
        try expectGolden(SummaryMarkdown.text(scenario: "django-orm", summaries), "summary.md")
    }

    @Test("junit.xml is as it was, and counts what it holds")
    func junit() throws {
        let text = JUnitReport.text(scenario: "django-orm", summaries)
        try expectGolden(text, "junit.xml")
        let names = try #require(elements(of: text))
        #expect(names.count { $0 == "testcase" } == 4)
        #expect(names.count { $0 == "failure" } == 1)
        #expect(names.count { $0 == "error" } == 1)
        #expect(text.contains("tests=\"4\" failures=\"1\" errors=\"1\""))
    }

    @Test("report.html needs nothing from elsewhere and runs nothing")
    func html() throws {
        let run = SampleRuns.leak()
        let text = HTMLReport.text(run.summary, chart: SessionsChart(run.summary, series: run.series).svg())
        let free = text.replacing("http://www.w3.org/2000/svg", with: "")
        for forbidden in ["<script", "http://", "https://", "src=", "@import", "url(http"] { #expect(!free.contains(forbidden)) }
        for section in ["Classes", "Last queries", "Owners", "Steps", "wagtailredirects_redirect", "prefers-color-scheme"] {
            #expect(text.contains(section))
        }
    }

    @Test("names from outside stay what they are: text", arguments: HostileNames.all)
    func hostile(name: String) throws {
        let summary = HostileNames.summary(name)
        let run = SampleRuns.clean()
        let junit = JUnitReport.text(scenario: name, [summary])
        #expect(elements(of: junit)?.contains("testcase") == true)
        let chart = SessionsChart(summary, series: run.series).svg()
        #expect(elements(of: chart)?.contains("script") == false)
        let side = SideBySide(title: name, panels: [.init(summary, series: run.series)]).svg()
        #expect(elements(of: side)?.contains("script") == false)
        let html = HTMLReport.text(summary, chart: "") + HTMLReport.comparison(scenario: name, [summary], chart: "")
        for forbidden in ["<script", "<img", "<!--", "\u{1B}", "\u{202E}", "\u{0}"] { #expect(!html.contains(forbidden)) }
        let markdown = SummaryMarkdown.text(scenario: name, [summary])
        #expect(markdown.split(separator: "\n").count { $0.hasPrefix("|") } == 3)
        for forbidden in ["<script", "<img", " [link", "@team", "\u{1B}", "**bold**"] { #expect(!markdown.contains(forbidden)) }
    }

    @Test("a scenario without a cell is said to have none")
    func noCells() {
        #expect(SummaryMarkdown.text(scenario: "x", []) == "## Seep: x\n\nNo cell was run.\n")
        #expect(elements(of: JUnitReport.text(scenario: "x", [])) == ["testsuites", "testsuite"])
        #expect(elements(of: SideBySide(title: "x", panels: []).svg()) != nil)
    }
}
