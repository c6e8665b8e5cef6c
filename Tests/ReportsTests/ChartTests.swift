import Measurements
import Testing

@testable import Reports

@Suite("The picture of the sessions")
struct ChartTests {
    private func chart(_ rows: [ConnectionRow], limit: Int? = nil, budget: Int? = nil) -> String {
        var series = SessionSeries()
        for row in rows { series.add(row) }
        return SessionsChart(
            title: "t", verdict: "clean", reason: "r", series: series, steps: [], waves: [], limit: limit, budget: budget
        ).svg(.light)
    }

    private func sample(_ seconds: Double, _ total: Int) -> ConnectionRow {
        SampleRuns.row(seconds, 0, idle: total, active: 0, inTransaction: 0)
    }

    @Test("a whole run is drawn as it was")
    func golden() throws {
        let run = SampleRuns.bounded()
        let svg = SessionsChart(run.summary, series: run.series, guardMark: 21).svg()
        try expectGolden(svg, "sessions.svg")
        let names = try #require(elements(of: svg))
        for name in ["title", "desc", "style", "pattern", "path", "text"] { #expect(names.contains(name)) }
        #expect(!names.contains("script"))
        #expect(svg.contains("role=\"img\""))
    }

    @Test("runs with nothing, one sample, or gaps alone are drawn too", arguments: 0..<4)
    func sparse(index: Int) throws {
        let rows = [[], [sample(3, 2)], [SampleRuns.blind(0, 0), SampleRuns.blind(5, 0)], [SampleRuns.blind(0, 0), sample(1, 1)]][index]
        let svg = chart(rows)
        #expect(elements(of: svg) != nil)
        #expect(!svg.contains("nan") && !svg.contains("inf"))
        #expect(svg.contains(">no samples</text>") == (index == 0 || index == 2))
        #expect(svg.contains("url(#seep-hatch)") == (index >= 2))
    }

    @Test("a limit far above is said at the edge and squashes nothing; a near one is a line")
    func farLimit() {
        let rows = [sample(0, 10), sample(1, 30)]
        let far = chart(rows, limit: 91)
        #expect(far.contains("limit 91: above this scale"))
        #expect(!far.contains("class=\"sx-limitline\""))
        let near = chart(rows, limit: 90)
        #expect(near.contains("class=\"sx-limitline\""))
        #expect(!near.contains("above this scale"))
    }

    @Test("the line is broken where there were no samples")
    func gaps() {
        let rows = [sample(0, 5), sample(1, 6), SampleRuns.blind(2, 0), SampleRuns.blind(3, 0), sample(4, 7), sample(5, 5)]
        let outline = chart(rows).split(separator: "\n").first { $0.contains("sx-outline\"") } ?? ""
        #expect(outline.count { $0 == "M" } == 2)
    }

    @Test("half a million samples are thinned out in bounded memory, and the one spike and the one dip stay")
    func downsampling() {
        var series = SessionSeries(mostPoints: 1500)
        for index in 0..<500_000 {
            let total = index == 333_333 ? 999 : index == 123_457 ? 0 : 40 + index % 3
            series.add(sample(Double(index) / 10, total))
            if index % 50_000 == 0 { #expect(series.points.count <= 1500) }
        }
        let points = series.points
        #expect(points.count <= 1500 && points.count > 700)
        #expect(points.contains { $0.total == 999 && $0.time == RunTime(seconds: 33_333.3) })
        #expect(points.contains { $0.total == 0 && $0.time == RunTime(seconds: 12_345.7) })
        #expect(zip(points, points.dropFirst()).allSatisfy { $0.time < $1.time })
        #expect(points.first?.time == .zero && points.last?.time == RunTime(seconds: 49_999.9))
        #expect(series.samples == 500_000 && series.peak == 999)
    }

    @Test("of very many gaps the longest are kept")
    func manyGaps() {
        var series = SessionSeries()
        for index in 0..<1000 {
            series.add(sample(Double(index) * 10, 1))
            series.add(SampleRuns.blind(Double(index) * 10 + 1, 0))
            if index == 400 { series.add(SampleRuns.blind(4009.5, 0)) }
        }
        #expect(series.allGaps.count <= 201)
    }

    @Test("states that privileges hide are drawn as unknown")
    func unknownStates() {
        var row = ConnectionRow(time: .zero, step: 0)
        row.total = 4
        #expect(SessionPoint(row)?.other == 4)
        #expect(chart([row]).contains("other or unknown"))
    }

    @Test("text stands out from its ground at 4.5 : 1 or more, in light and dark")
    func contrast() {
        for theme in [ChartTheme.light, .dark] {
            for text in [theme.ink, theme.muted, theme.budget, theme.limit] {
                for ground in [theme.surface, theme.band] {
                    let ratio = Self.ratio(text, ground)
                    #expect(ratio >= 4.5, "\(text) on \(ground)")
                }
            }
            for tone in [theme.good, theme.bad, theme.unsure] { #expect(Self.ratio(theme.onTone, tone) >= 4.5, "\(tone)") }
            #expect(Self.ratio(theme.ink, theme.block) >= 4.5)
        }
    }

    /// WCAG 2: relative luminances.
    private static func ratio(_ one: String, _ other: String) -> Double {
        let (a, b) = (luminance(one), luminance(other))
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    private static func luminance(_ colour: String) -> Double {
        let value = Int(colour.dropFirst(), radix: 16) ?? 0
        let linear = [value >> 16 & 255, value >> 8 & 255, value & 255].map { channel in
            let share = Double(channel) / 255
            return share <= 0.04045 ? share / 12.92 : power((share + 0.055) / 1.055)
        }
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    /// x^2.4 = x² · x^(2/5), the fifth root by Newton's method.
    private static func power(_ x: Double) -> Double {
        var root = x
        for _ in 0..<60 { root -= (root * root * root * root * root - x * x) / (5 * root * root * root * root) }
        return x * x * root
    }
}
