import Glibc
import LinuxIO
import Measurements
import Testing

@testable import Reports

@Suite("Reports in a folder")
struct WrittenFileTests {
    /// Makes a folder, and takes it away with what the reports put into it.
    private func inFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/seep-reports-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            for name in ["charts/sessions.svg", "charts/side-by-side.svg", "report.html", "junit.xml", "summary.md", "connections.csv"] {
                unlink("\(path)/\(name)")
            }
            rmdir("\(path)/charts")
            rmdir(path)
        }
        try body(path)
    }

    @Test("the files of a cell and of a run are written, again over the old ones, and nothing else stays")
    func write() throws {
        try inFolder { folder in
            let run = SampleRuns.clean()
            for _ in 0..<2 {
                try ReportFiles.write(ReportFiles.cell(run.summary, series: run.series), to: folder)
                try ReportFiles.write(ReportFiles.run(scenario: "x", [(run.summary, run.series)]), to: folder)
            }
            for name in ["charts/sessions.svg", "charts/side-by-side.svg", "report.html", "junit.xml", "summary.md"] {
                #expect(access("\(folder)/\(name)", R_OK) == 0, "\(name)")
                #expect(access("\(folder)/\(name).partial", F_OK) != 0, "\(name)")
            }
        }
    }

    @Test("a folder that is not there is said, with the file and the reason")
    func noFolder() {
        let run = SampleRuns.clean()
        #expect(throws: ReportFiles.Failure(path: "/nonexistent/deep/charts/sessions.svg", code: ENOENT)) {
            try ReportFiles.write(ReportFiles.cell(run.summary, series: run.series), to: "/nonexistent/deep")
        }
    }

    @Test("a file of 300,000 samples is read into a picture of a few hundred kilobytes, in memory that does not follow it")
    func long() throws {
        try inFolder { folder in
            let writer = try RowWriter<ConnectionRow>(directory: folder, keepsRows: false)
            for index in 0..<300_000 {
                writer.append(SampleRuns.row(Double(index) / 10, 0, idle: index % 50 == 0 ? 20 : 9, active: index % 7, inTransaction: 0))
            }
            writer.flush()
            // Other tests take memory meanwhile; all rows at once would take more than this allows: 100 MB, and as much again as they grow.
            let before = Self.residentKilobytes()
            let series = try SessionSeries(reading: try RowReader(directory: folder))
            #expect(series.samples == 300_000)
            #expect(series.points.count <= 1500)
            let svg = SessionsChart(title: "t", verdict: "clean", reason: "r", series: series, steps: [], waves: []).svg()
            #expect(svg.utf8.count < 300_000)
            #expect(Self.residentKilobytes() - before < 100_000)
        }
    }

    /// The high-water mark of the process, from `getrusage`.
    private static func residentKilobytes() -> Int {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss
    }

    @Test("the painter hides the cursor once, and gives it back when it ends")
    func painter() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        var painter: TerminalPainter? = TerminalPainter(descriptor: ends[1])
        #expect(painter?.size.columns == 80)
        painter?.draw(["a"])
        painter?.draw(["b"])
        painter?.print(["kept"], thenDraw: ["c"])
        painter = nil
        close(ends[1])
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(ends[0], &bytes, bytes.count)
        close(ends[0])
        let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
        let esc = "\u{1B}"
        let expected =
            "\(esc)[?25l\ra\(esc)[K\n\(esc)[J" + "\r\(esc)[1Ab\(esc)[K\n\(esc)[J" + "\r\(esc)[1A\(esc)[J" + "kept\n"
            + "\rc\(esc)[K\n\(esc)[J"
            + "\(esc)[0m\(esc)[?25h"
        #expect(text == expected)
    }
}
