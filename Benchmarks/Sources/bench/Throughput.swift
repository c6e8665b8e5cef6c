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
        var rounds: [Round] = []
        /// Requests over all rounds that failed.
        var failed = 0
        /// Why it was left out from then on; empty: it was not.
        var problem = ""

        func median(_ value: (Round) -> Double) -> Double { Statistics.median(rounds.map(value)) }
    }

    private(set) var lines: [Line]

    /// - Parameter seconds: about how long each client runs in each round.
    init(_ clients: [Client], url: String, connections: Int, rounds: Int, seconds: Int, core: Int) {
        lines = clients.map { Line(client: $0) }
        for round in 0..<rounds {
            for turn in clients.indices {
                // Rotated, so that nobody always runs after the same neighbour.
                let index = (turn + round) % clients.count
                guard lines[index].problem.isEmpty else { continue }
                do {
                    try run(index, url: url, connections: connections, seconds: max(seconds, clients[index].leastSeconds), core: core)
                    say(
                        "round \(round + 1)/\(rounds): \(clients[index].name): \(Int(lines[index].rounds[round].perCPUSecond)) per CPU second"
                    )
                } catch {
                    lines[index].rounds = []
                    lines[index].problem = "\(error)"
                    say("\(clients[index].name): \(error)")
                }
            }
        }
    }

    private mutating func run(_ index: Int, url: String, connections: Int, seconds: Int, core: Int) throws {
        let client = lines[index].client
        // hey deals a number that its connections do not divide short.
        let requests = client.perSecond * seconds / connections * connections
        let child = try Child(client.command(url, connections, requests, seconds), core: core)
        let finished = try child.finish(within: Double(seconds) * 20 + 30)
        guard let (done, failed) = client.count(finished.output), done > 0, finished.cpu > 0 else {
            throw Failure("\(client.name) printed nothing that can be counted:\n\(finished.output.suffix(500))")
        }
        lines[index].rounds.append(
            Round(
                perSecond: Double(done) / finished.wall, perCPUSecond: Double(done) / finished.cpu, cpuShare: finished.cpu / finished.wall))
        lines[index].failed += failed
    }

    /// - Parameter own: the lines that others are told against.
    func markdown(against own: [String]) -> String {
        var text = "| client | version | requests/s | core busy | CPU per request | requests per CPU second: median (least to most) |"
        text += own.map { " \($0) against it |" }.joined() + "\n|---|---|---:|---:|---:|---:|"
        text += String(repeating: "---:|", count: own.count) + "\n"
        for line in lines where line.problem.isEmpty {
            let values = line.rounds.map(\.perCPUSecond)
            let median = line.median(\.perCPUSecond)
            text += "| \(line.client.name) | \(line.client.version) | \(grouped(line.median(\.perSecond))) "
            text += "| \(Int((line.median(\.cpuShare) * 100).rounded()))% | \(decimals(1e6 / median, 1)) µs "
            text += "| \(grouped(median)) (\(grouped(values.min() ?? 0)) to \(grouped(values.max() ?? 0))) |"
            for name in own { text += " \(ratio(name, to: line.client.name).map { decimals($0, 2) + "×" } ?? "") |" }
            text += "\n"
        }
        let failed = lines.filter { $0.failed > 0 }.map { "\($0.client.name): \($0.failed)" }
        text += failed.isEmpty ? "\nNo request failed.\n" : "\nFailed requests: \(failed.joined(separator: ", ")).\n"
        for line in lines where !line.problem.isEmpty { text += "\n\(line.client.name) could not be measured: \(line.problem)\n" }
        return text
    }

    /// Requests per CPU second of one client by those of another: the median of the rounds' own ratios, since what else the machine
    /// does weighs on neighbours in time alike. `nil`: one of them could not be measured, or is the other.
    func ratio(_ name: String, to other: String) -> Double? {
        guard name != other, let own = lines.first(where: { $0.client.name == name }),
            let peer = lines.first(where: { $0.client.name == other }), !own.rounds.isEmpty, own.rounds.count == peer.rounds.count
        else { return nil }
        return Statistics.median(zip(own.rounds, peer.rounds).map { $0.perCPUSecond / $1.perCPUSecond })
    }
}
