import Measurements

/// Whether the memory of a process at rest grows from wave to wave.
///
/// Five equal waves or more, each with a settle: the floors rise beyond chance (Mann–Kendall, exact, p < 0.01: with five, each is
/// above the one before), by more than 1% of the first a wave, and the later half by at least half as much as the whole. So memory
/// that fills up and stays is none, and what an allocator keeps or gives back at random neither.
struct MemoryGrowth {
    let trend: MonotoneTrend
    let requestsPerWave: Double
    let waves: Int
    let from: Int
    let to: Int

    static let leastWaves = 5
    static let chance = 0.01
    static let leastShare = 0.01

    /// - Parameters:
    ///   - floors: of all steps that count.
    ///   - value: bytes at the end of a step; `nil`: the process was not there.
    init?(_ floors: [ProcessFloors.Floor], value: (ProcessFloors.Floor) -> Int?) {
        let waves = floors.filter { $0.kind == .wave }
        let largest = waves.map(\.given).max() ?? 0
        // Equal waves without a hole, up to the last one.
        let series = waves.reversed().prefix { $0.given * 10 >= largest * 9 && value($0) != nil }.prefix(MonotoneTrend.most).reversed()
        let bytes = series.compactMap(value)
        guard bytes.count >= Self.leastWaves, let trend = MonotoneTrend(bytes.map(Double.init)), trend.probability < Self.chance,
            let later = MonotoneTrend(bytes[(bytes.count / 2)...].map(Double.init)), let first = bytes.first, let last = bytes.last
        else { return nil }
        let least = Self.leastShare * Double(first)
        guard trend.slope > least, later.slope > least, later.slope * 2 >= trend.slope else { return nil }
        self.trend = trend
        requestsPerWave = Double(series.reduce(0) { $0 + $1.given }) / Double(series.count)
        self.waves = series.count
        from = first
        to = last
    }
}
