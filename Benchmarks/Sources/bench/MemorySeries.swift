import Foundation

/// What Seep's load engine holds in memory, as requests go by.
struct MemorySeries {
    let connections: Int
    let requests: Int
    let points: [Probe.Point]
    let summary: Probe.Load
    let cpu: Double

    static func measure(_ program: String, url: String, connections: Int, requests: Int, limit: Int, core: Int) throws -> MemorySeries {
        let child = try Child(
            [program, "load", url, "-c", "\(connections)", "-n", "\(requests)", "--every", "1", "--limit", "\(limit)"]
                + ["--transport", "direct"], core: core)
        let finished = try child.finish(within: Double(limit) + 60)
        let points = try Probe.lines("point", of: finished.output, as: Probe.Point.self)
        let summary = try Probe.summary(of: finished.output, as: Probe.Load.self)
        guard !points.isEmpty, summary.unexpected == 0 else {
            throw Failure("the memory run failed: \(summary.unexpected) of \(summary.given) requests unexpected, \(points.count) points")
        }
        return MemorySeries(connections: connections, requests: requests, points: points, summary: summary, cpu: finished.cpu)
    }

    /// After a minute; of a run that is shorter than two, after a tenth of it.
    var early: Probe.Point {
        let last = points.last?.seconds ?? 0
        return points.first { $0.seconds >= (last >= 120 ? 60 : last / 10) } ?? points[0]
    }
    var late: Probe.Point { points.last { $0.inFlight > 0 } ?? points[points.count - 1] }
    var growthKB: Int { late.residentKB - early.residentKB }

    var targets: [Target] {
        let what = "memory after \(Int(early.seconds)) s and after \(grouped(Double(summary.given))) requests"
        let whole = summary.given >= requests
        return [
            Target(
                what: what, wanted: "the same within 1 MB",
                measured: "\(growthKB > 0 ? "+" : "")\(growthKB) kB" + (whole ? "" : "; no more came in the time allowed"),
                isMet: whole && growthKB <= 1024)
        ]
    }

    func markdown() -> String {
        var text = "| after | requests | VmRSS | VmHWM |\n|---:|---:|---:|---:|\n"
        for point in shown {
            text +=
                "| \(Int(point.seconds)) s | \(grouped(Double(point.done))) | \(megabytes(point.residentKB)) | \(megabytes(point.peakKB)) |\n"
        }
        text += "\n\(grouped(Double(summary.given))) requests over \(grouped(Double(summary.opened))) connections"
        text +=
            " at \(grouped(Double(summary.given) / summary.seconds)) requests/s, \(decimals(cpu / Double(summary.given) * 1e6, 1)) µs CPU each."
        text += " From second \(Int(early.seconds)) to the last: \(growthKB > 0 ? "+" : "")\(growthKB) kB.\n"
        return text
    }

    /// The first, the one of the minute, each tenth of the requests, and the last under load.
    private var shown: [Probe.Point] {
        var chosen: [Probe.Point] = []
        func add(_ point: Probe.Point?) {
            if let point, point.seconds > chosen.last?.seconds ?? 0 { chosen.append(point) }
        }
        add(points.first)
        for tenth in 1...9 {
            let next = points.first { $0.done >= requests / 10 * tenth }
            if early.seconds < next?.seconds ?? 0 { add(early) }
            add(next)
        }
        add(late)
        return chosen
    }
}
