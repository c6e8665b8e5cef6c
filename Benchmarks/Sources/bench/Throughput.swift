import Foundation

/// Requests per second of processor time, each client on one core and the server on another, turn by turn.
struct Throughput {
    struct Round {
        var perSecond: Double
        var perCPUSecond: Double
        var cpuShare: Double
    }

    struct Line {
        var client: Client
        var rounds: [Round]
        /// Requests over all rounds that failed.
        var failed: Int

        func median(_ value: (Round) -> Double) -> Double { Statistics.median(rounds.map(value)) }
    }

    let connections: Int
    let lines: [Line]

    /// - Parameter seconds: about how long each client runs in each round.
    static func measure(_ clients: [Client], url: String, connections: Int, rounds: Int, seconds: Int, core: Int) throws -> Throughput {
        var lines = clients.map { Line(client: $0, rounds: [], failed: 0) }
        for round in 0..<rounds {
            for turn in clients.indices {
                // Rotated, so that nobody always runs after the same neighbour.
                let index = (turn + round) % clients.count
                let client = clients[index]
                // hey deals a number that its connections do not divide short.
                let requests = client.perSecond * seconds / connections * connections
                let child = try Child(client.command(url, connections, requests, seconds), core: core)
                let finished = try child.finish(within: Double(seconds) * 20 + 30)
                guard let (done, failed) = client.count(finished.output), done > 0, finished.cpu > 0 else {
                    throw Failure("\(client.name) printed nothing that can be counted:\n\(finished.output.suffix(500))")
                }
                lines[index].rounds.append(
                    Round(
                        perSecond: Double(done) / finished.wall, perCPUSecond: Double(done) / finished.cpu,
                        cpuShare: finished.cpu / finished.wall))
                lines[index].failed += failed
                say("round \(round + 1)/\(rounds): \(client.name): \(Int(Double(done) / finished.cpu)) requests per CPU second")
            }
        }
        return Throughput(connections: connections, lines: lines)
    }

    func markdown(reference: String) -> String {
        let base = lines.first { $0.client.name == reference }?.median(\.perCPUSecond) ?? 1
        var text = """
            | client | version | requests/s | core busy | CPU per request | requests per CPU second: median (least to most) | against \(reference) |
            |---|---|---:|---:|---:|---:|---:|

            """
        for line in lines {
            let values = line.rounds.map(\.perCPUSecond)
            let median = line.median(\.perCPUSecond)
            text += "| \(line.client.name) | \(line.client.version) | \(grouped(line.median(\.perSecond))) "
            text += "| \(Int((line.median(\.cpuShare) * 100).rounded()))% | \(decimals(1e6 / median, 1)) µs "
            text +=
                "| \(grouped(median)) (\(grouped(values.min() ?? 0)) to \(grouped(values.max() ?? 0))) | \(decimals(median / base, 2))× |\n"
        }
        let failed = lines.filter { $0.failed > 0 }.map { "\($0.client.name): \($0.failed)" }
        return text + (failed.isEmpty ? "\nNo request failed.\n" : "\nFailed requests: \(failed.joined(separator: ", ")).\n")
    }

    /// Requests per CPU second of one client by those of another.
    func ratio(_ name: String, to other: String) -> Double? {
        guard let own = lines.first(where: { $0.client.name == name }), let peer = lines.first(where: { $0.client.name == other }) else {
            return nil
        }
        return own.median(\.perCPUSecond) / peer.median(\.perCPUSecond)
    }
}
