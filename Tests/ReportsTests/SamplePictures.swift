import Glibc
import Testing

@testable import Reports

/// Pictures to look at: `SEEP_SAMPLES=/some/folder swift test --filter SamplePictures` writes them there.
@Suite("Pictures to look at", .enabled(if: getenv("SEEP_SAMPLES") != nil))
struct SamplePictures {
    @Test("a leak, a clean run and a pool are drawn")
    func draw() throws {
        let folder = try #require(getenv("SEEP_SAMPLES").map { String(cString: $0) })
        let runs = [SampleRuns.leak(), SampleRuns.clean(), SampleRuns.bounded()]
        for variant in ChartVariant.allCases {
            for run in runs {
                let chart = SessionsChart(run.summary, series: run.series, guardMark: run.summary.limit.map { $0 - 3 })
                if variant == .automatic {
                    try write(
                        HTMLReport.text(run.summary, chart: chart.svg(showsHeading: false)), to: "\(folder)/\(run.summary.verdict).html")
                }
                try write(chart.svg(variant), to: "\(folder)/\(run.summary.verdict)-\(variant.rawValue).svg")
            }
            for count in [2, 3] {
                let side = SideBySide(
                    title: "Sessions that a Django application holds",
                    panels: runs.prefix(count).map { .init($0.summary, series: $0.series) })
                try write(side.svg(variant), to: "\(folder)/side\(count)-\(variant.rawValue).svg")
            }
        }
    }

    private func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        fputs(text, file)
    }
}
