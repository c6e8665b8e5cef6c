import Foundation

/// How the cost of a request grows with the connections, beside wrk's, and with the requests in the scenario.
struct Growth {
    /// µs of processor time for a request, of each round.
    struct Point {
        let count: Int
        var own: [Double] = []
        /// wrk's; empty where it has no part.
        var peer: [Double] = []
        var peakKB = 0
    }

    private(set) var connections: [Point]
    private(set) var entries: [Point]

    init(_ options: Options, url: String) throws {
        connections = options.growthConnections.map { Point(count: $0) }
        entries = options.growthEntries.map { Point(count: $0) }
        // So long that connecting, which is in it for both, is a part of it and not the most.
        let seconds = options.seconds + 1
        let direct = Client.seep(options.probe, "", version: "", perSecond: 120_000, options: ["--transport", "direct"])
        for _ in 0..<options.growthRounds {
            for index in connections.indices {
                let count = connections[index].count
                connections[index].own.append(try Self.cost(direct, url, count, seconds, options).each)
                connections[index].peer.append(try Self.cost(.wrk, url, count, seconds, options).each)
            }
            for index in entries.indices {
                let client = Client.seep(
                    options.probe, "", version: "", perSecond: 120_000,
                    options: ["--transport", "direct", "--entries", "\(entries[index].count)"])
                let (each, finished) = try Self.cost(client, url, options.connections, options.seconds, options)
                entries[index].own.append(each)
                entries[index].peakKB = max(
                    entries[index].peakKB, try Probe.summary(of: finished.output, as: Probe.Load.self).peakKB)
            }
        }
    }

    private static func cost(
        _ client: Client, _ url: String, _ connections: Int, _ seconds: Int, _ options: Options
    ) throws -> (each: Double, finished: Finished) {
        let requests = client.perSecond * seconds / connections * connections
        let child = try Child(client.command(url, connections, requests, seconds), core: options.clientCore)
        let finished = try child.finish(within: Double(seconds) * 20 + 60)
        guard let (done, failed) = client.count(finished.output), done > 0, failed * 1000 <= done else {
            throw Failure("\(connections) connections: requests failed\n\(finished.output.suffix(500))")
        }
        return (finished.cpu / Double(done) * 1e6, finished)
    }

    /// The cost of the last point by that of the first.
    private static func growth(_ points: [Point], _ values: (Point) -> [Double]) -> Double {
        guard let first = points.first, let last = points.last else { return .infinity }
        return Statistics.median(values(last)) / Statistics.median(values(first))
    }

    var targets: [Target] {
        let range = { (points: [Point]) in
            "\(grouped(Double(points.first?.count ?? 0))) → \(grouped(Double(points.last?.count ?? 0)))"
        }
        let own = Self.growth(connections, \.own)
        let peer = Self.growth(connections, \.peer)
        let byEntries = Self.growth(entries, \.own)
        let memory = (entries.last?.peakKB ?? 0) - (entries.first?.peakKB ?? 0)
        return [
            Target(
                what: "cost of a request as connections grow \(range(connections))", wanted: "within 1.25× of wrk's growth",
                measured: "\(decimals(own, 2))×; wrk's \(decimals(peer, 2))×: \(decimals(own / peer, 2))×", isMet: own / peer <= 1.25),
            Target(
                what: "cost of a request as requests in the scenario grow \(range(entries))", wanted: "flat within 25%",
                measured: "\(decimals(byEntries, 2))×", isMet: byEntries <= 1.25),
            Target(
                what: "memory for them", wanted: "within 60 MB", measured: megabytes(memory), isMet: memory <= 60 * 1024),
        ]
    }

    func markdown() -> String {
        var text = "| connections | Seep, direct: CPU per request | wrk |\n|---:|---:|---:|\n"
        for point in connections {
            text += "| \(grouped(Double(point.count))) | \(decimals(Statistics.median(point.own), 2)) µs "
            text += "| \(decimals(Statistics.median(point.peer), 2)) µs |\n"
        }
        text += "\n| requests in the scenario | CPU per request | VmHWM |\n|---:|---:|---:|\n"
        for point in entries {
            text += "| \(grouped(Double(point.count))) | \(decimals(Statistics.median(point.own), 2)) µs | \(megabytes(point.peakKB)) |\n"
        }
        return text
    }
}
