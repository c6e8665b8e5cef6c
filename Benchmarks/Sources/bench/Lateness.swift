import Foundation

/// How long after their intended moments requests are started, at a rate that one core keeps up.
struct Lateness {
    struct Line {
        let transport: String
        let rate: Int
        var p99: [Int] = []
        var most: [Int] = []
        var given = 0
        var dropped = 0
    }

    private(set) var lines: [Line]

    init(_ program: String, url: String, rounds: Int, seconds: Int, core: Int) throws {
        lines = [
            Line(transport: "general", rate: 5_000), Line(transport: "direct", rate: 5_000), Line(transport: "direct", rate: 20_000),
        ]
        for _ in 0..<rounds {
            for index in lines.indices {
                let child = try Child(
                    [program, "load", url, "--rate", "\(lines[index].rate)", "--seconds", "\(seconds)", "-c", "200"]
                        + ["--transport", lines[index].transport], core: core)
                let finished = try child.finish(within: Double(seconds) * 4 + 30)
                let load = try Probe.summary(of: finished.output, as: Probe.Load.self)
                guard let p99 = load.lateP99, let most = load.lateMax, load.unexpected == 0 else {
                    throw Failure("no lateness was told, or requests failed: \(finished.output.suffix(500))")
                }
                lines[index].p99.append(p99)
                lines[index].most.append(most)
                lines[index].given += load.given
                lines[index].dropped += load.dropped
            }
        }
    }

    private static func p99(_ line: Line) -> Double { Statistics.median(line.p99.map(Double.init)) }

    var targets: [Target] {
        lines.map { line in
            Target(
                what: "start of sends at \(grouped(Double(line.rate)))/s, \(line.transport), p99 after the intended moment",
                wanted: "within 1 ms", measured: "\(decimals(Self.p99(line) / 1000, 2)) ms", isMet: Self.p99(line) <= 1000)
        }
    }

    func markdown() -> String {
        var text = "| transport | rate | p99 late: median (least to most) | most late | sent | dropped |\n|---|---:|---:|---:|---:|---:|\n"
        for line in lines {
            let milliseconds = { (value: Double) in decimals(value / 1000, 2) }
            text += "| \(line.transport) | \(grouped(Double(line.rate)))/s | \(milliseconds(Self.p99(line))) ms "
            text += "(\(milliseconds(Double(line.p99.min() ?? 0))) to \(milliseconds(Double(line.p99.max() ?? 0)))) "
            text +=
                "| \(milliseconds(Double(line.most.max() ?? 0))) ms | \(grouped(Double(line.given))) | \(grouped(Double(line.dropped))) |\n"
        }
        return text
    }
}
