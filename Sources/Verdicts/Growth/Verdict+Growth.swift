import Measurements

extension Verdict {
    /// Something beside sessions that processes of the server hold more of after every wave.
    package struct Growth: Hashable, Sendable, Codable {
        package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
            case descriptors, threads, memory
            case databaseSockets = "database_sockets"
        }

        package var what: Kind
        /// How many of the processes that are there at the end grow.
        package var processes: Int
        /// Pieces, or bytes of memory, per 1,000 requests, of these processes together.
        package var per1000Requests: Rate
        /// What they held at rest before the first and after the last wave looked at; of memory, after the first.
        package var from: Int
        package var to: Int
        package var waves: Int

        enum CodingKeys: String, CodingKey {
            case what, processes, from, to, waves
            case per1000Requests = "per_1000_requests"
        }
    }
}

extension ProcessFloors {
    /// What grows, in the order of the words; empty when nothing is shown to.
    var growth: [Verdict.Growth] {
        let counts: [(Verdict.Growth.Kind, (Values) -> Int?)] = [
            (.descriptors, \.descriptors), (.threads, \.threads), (.databaseSockets, \.databaseSockets),
        ]
        return counts.compactMap { growth(of: $0, $1) } + [memory].compactMap(\.self)
    }

    private func growth(of kind: Verdict.Growth.Kind, _ value: (Values) -> Int?) -> Verdict.Growth? {
        let found = processes.compactMap { process in
            CountGrowth(floors) { floor in floor.values[process].flatMap(value) }
        }
        guard let waves = found.map(\.waves).max() else { return nil }
        // Every process has its part of the same requests; one that came late had fewer.
        let requests = found.map(\.requests).max() ?? 0
        return Verdict.Growth(
            what: kind, processes: found.count,
            per1000Requests: Verdict.Rate(sessions: found.reduce(0) { $0 + $1.count }, requests: requests),
            from: found.reduce(0) { $0 + $1.from }, to: found.reduce(0) { $0 + $1.to }, waves: waves)
    }

    private var memory: Verdict.Growth? {
        let found = processes.compactMap { process in MemoryGrowth(floors) { floor in floor.values[process]?.residentBytes } }
        guard let waves = found.map(\.waves).max() else { return nil }
        var rate = Verdict.Rate(sessions: 0, requests: 1)
        func sum(_ part: (MonotoneTrend) -> Double) -> Double {
            found.reduce(0) { $0 + part($1.trend) * 1000 / max($1.requestsPerWave, 1) }.rounded()
        }
        rate.estimate = sum(\.slope)
        rate.low = sum(\.low)
        rate.high = sum(\.high)
        return Verdict.Growth(
            what: .memory, processes: found.count, per1000Requests: rate, from: found.reduce(0) { $0 + $1.from },
            to: found.reduce(0) { $0 + $1.to }, waves: waves)
    }
}
