import Foundation

/// What it costs to judge recorded runs again: `seep judge` on the files of so many hours.
struct JudgedDay {
    struct Line {
        let hours: Int
        let day: Probe.Day
        var seconds: [Double] = []
        var peakKB = 0
        var words = ""
    }

    private(set) var lines: [Line] = []

    init(_ options: Options) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-day-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for hours in options.judgedHours {
            let path = folder.appendingPathComponent("\(hours)").path
            let made = try Child([options.probe, "day", path, "--hours", "\(hours)"]).finish(within: 300)
            var line = Line(hours: hours, day: try Probe.summary(of: made.output, as: Probe.Day.self))
            for _ in 0..<options.rounds {
                let finished = try Child([options.seep, "judge", path, "--quiet"]).finish(within: 120)
                line.seconds.append(finished.wall)
                line.peakKB = max(line.peakKB, finished.peakKB)
                line.words = finished.output.split(separator: "\n").last.map(String.init) ?? ""
            }
            lines.append(line)
            try FileManager.default.removeItem(atPath: path)
        }
    }

    var targets: [Target] {
        guard let day = lines.last, let hour = lines.first else { return [] }
        let seconds = Statistics.median(day.seconds)
        let memory = Target(
            what: "memory for it", wanted: "under 200 MB", measured: megabytes(day.peakKB), isMet: day.peakKB < 200 * 1024)
        guard day.hours > hour.hours else {
            return [.told("judging \(day.hours) hour again", "\(decimals(seconds, 2)) s"), memory]
        }
        let growth = seconds / Double(day.hours) / (Statistics.median(hour.seconds) / Double(hour.hours))
        return [
            Target(
                what: "judging a recorded day again, \(grouped(Double(day.day.samples))) samples", wanted: "under 3 s",
                measured: "\(decimals(seconds, 2)) s", isMet: seconds < 3), memory,
            Target(
                what: "an hour of \(day.hours) against an hour of \(hour.hours)", wanted: "linear: within 1.25×",
                measured: "\(decimals(growth, 2))×", isMet: growth <= 1.25),
        ]
    }

    func markdown() -> String {
        var text = "| hours | samples | sessions seen | rows | files | time: median (least to most) | an hour of it | peak memory |\n"
        text += "|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        for line in lines {
            let median = Statistics.median(line.seconds)
            text += "| \(line.hours) | \(grouped(Double(line.day.samples))) | \(grouped(Double(line.day.sessionsSeen))) "
            text += "| \(grouped(Double(line.day.rows))) | \(megabytes(line.day.bytes / 1024)) | \(decimals(median, 2)) s "
            text += "(\(decimals(line.seconds.min() ?? 0, 2)) to \(decimals(line.seconds.max() ?? 0, 2))) "
            text += "| \(decimals(median / Double(line.hours) * 1000, 0)) ms | \(megabytes(line.peakKB)) |\n"
        }
        return text + "\nThe last says: \(lines.last?.words ?? "")\n"
    }
}
