/// `expected`: what the application has to bear.
extension ScenarioDecoder {
    private static let intervals: ClosedRange<Duration> = .seconds(60)...(.seconds(3660 * 86_400))

    func expected(_ value: YAMLValue) -> ExpectedUse? {
        guard let map = MapReader(value, .expected, diagnostics) else { return nil }
        let perDay = map["requests_per_day"].flatMap { diagnostics.integer($0, "`requests_per_day`", in: 1...1_000_000_000_000) }
        return ExpectedUse(requestsPerDay: perDay, restartsEvery: map["restarts"].flatMap(restarts))
    }

    /// `never` is no interval.
    private func restarts(_ value: YAMLValue) -> Duration? {
        switch value.scalar?.text {
        case "daily": .seconds(86_400)
        case "weekly": .seconds(7 * 86_400)
        case "never": nil
        default: diagnostics.duration(value, "`restarts`", in: Self.intervals)
        }
    }
}
