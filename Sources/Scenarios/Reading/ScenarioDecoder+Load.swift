/// `load`, `waves` and `tests`: how much, how often, and what beside it.
extension ScenarioDecoder {
    private static let concurrencies = 1...100_000
    private static let requestCounts = 1...1_000_000_000
    private static let loadDurations: ClosedRange<Duration> = .milliseconds(1)...(.seconds(30 * 86_400))
    private static let highestRate = 1_000_000.0
    private static let rateText = "a rate like `10/s`, `30/m` or a number per second, up to 1000000/s, or a ramp like `10/s..200/s`"

    /// The phases of a list, or the one of a map.
    func load(_ value: YAMLValue) -> [LoadPhase]? {
        if case .mapping = value.content { return phase(value).map { [$0] } }
        let expected = "a phase like `{concurrency: 8, requests: 101}`, or a list of phases"
        guard let elements = diagnostics.elements(value, "`load`", expected: expected) else { return nil }
        if elements.isEmpty { diagnostics.report(value.place, "`load` is empty", expected: expected) }
        let phases = elements.compactMap(phase)
        return phases.isEmpty ? nil : phases
    }

    private func phase(_ value: YAMLValue) -> LoadPhase? {
        guard let map = MapReader(value, .phase, diagnostics) else { return nil }
        return map.has("rate") || map.wasMeant("rate") ? open(map) : closed(map)
    }

    private func closed(_ map: MapReader) -> LoadPhase? {
        for key in ["arrivals", "max_in_flight"] where map.has(key) {
            diagnostics.report(map.keyPlace(key), "`\(key)` belongs to a phase with a `rate`")
        }
        let concurrency = map["concurrency"].flatMap(self.concurrency)
        let requests = map["requests"].flatMap { diagnostics.integer($0, "`requests`", in: Self.requestCounts) }
        let duration = map["duration"].flatMap { diagnostics.duration($0, "`duration`", in: Self.loadDurations) }
        if map.has("requests"), map.has("duration") {
            diagnostics.report(map.keyPlace("duration"), "`requests` and `duration` exclude one another")
        }
        let end: LoadPhase.End =
            if let duration { .duration(duration) } else { .requests(requests ?? LoadPhase.standardRequests) }
        return .closed(concurrency: concurrency?.from ?? LoadPhase.standardConcurrency, to: concurrency?.to, end: end)
    }

    /// A whole number, or a ramp `1..50`.
    private func concurrency(_ value: YAMLValue) -> (from: Int, to: Int?)? {
        guard let scalar = value.scalar, !scalar.isUnknown, let ends = RampText.split(scalar.text) else {
            return diagnostics.integer(value, "`concurrency`", in: Self.concurrencies).map { ($0, nil) }
        }
        let expected = "two whole numbers from 1 to 100000, like `1..50`"
        guard case .integer(let first) = CoreScalar.resolve(ends.from), case .integer(let last) = CoreScalar.resolve(ends.to) else {
            diagnostics.report(value.place, "`concurrency` is no ramp", expected: expected)
            return nil
        }
        guard let from = Int(first), let to = Int(last), Self.concurrencies.contains(from), Self.concurrencies.contains(to) else {
            diagnostics.report(value.place, "`concurrency` is out of range", expected: expected)
            return nil
        }
        return (from, from == to ? nil : to)
    }

    private func open(_ map: MapReader) -> LoadPhase? {
        for key in ["concurrency", "requests"] where map.has(key) {
            diagnostics.report(
                map.keyPlace(key), "`\(key)` and `rate` exclude one another",
                help: "a rate is kept for a `duration`, whatever the server does; `max_in_flight` bounds what is under way")
        }
        let rate = map["rate"].flatMap(self.rate)
        let expected = "a duration like `30s`"
        let duration = map.required("duration", expected: expected).flatMap {
            diagnostics.duration($0, "`duration`", in: Self.loadDurations)
        }
        let arrivals = map["arrivals"].flatMap {
            diagnostics.word($0, "`arrivals`", of: LoadPhase.Arrivals.allCases.map(\.rawValue))
        }.flatMap(LoadPhase.Arrivals.init)
        let maxInFlight = map["max_in_flight"].flatMap { diagnostics.integer($0, "`max_in_flight`", in: Self.concurrencies) }
        // Where an allowed variable is unset there is no rate; the phase is only shown then, not sent.
        return .open(
            rate: rate?.from ?? 1, to: rate?.to, duration: duration ?? .seconds(1), arrivals: arrivals ?? .uniform,
            maxInFlight: maxInFlight ?? LoadPhase.standardMaxInFlight)
    }

    /// A rate, or a ramp `10/s..200/s` of which one end may be 0.
    private func rate(_ value: YAMLValue) -> (from: Double, to: Double?)? {
        guard let scalar = diagnostics.scalar(value, "`rate`", expected: Self.rateText), !scalar.isUnknown else { return nil }
        guard let ends = RampText.split(scalar.text) else {
            guard let rate = RateText.parse(scalar.text) else {
                diagnostics.report(value.place, "`rate` is no rate", expected: Self.rateText)
                return nil
            }
            guard rate > 0, rate <= Self.highestRate else {
                diagnostics.report(value.place, "`rate` is out of range", expected: Self.rateText)
                return nil
            }
            return (rate, nil)
        }
        guard let from = RateText.parse(ends.from), let to = RateText.parse(ends.to) else {
            diagnostics.report(value.place, "`rate` is no ramp of rates", expected: "two rates like `10/s..200/s`")
            return nil
        }
        guard max(from, to) > 0, max(from, to) <= Self.highestRate else {
            diagnostics.report(value.place, "`rate` is out of range", expected: "two rates up to 1000000/s, one of them above 0")
            return nil
        }
        return (from, from == to ? nil : to)
    }

    func waves(_ value: YAMLValue) -> WaveSettings? {
        guard let map = MapReader(value, .waves, diagnostics) else { return nil }
        var waves = WaveSettings()
        if let count = map["count"].flatMap({ diagnostics.integer($0, "`count`", in: 1...100_000) }) { waves.count = count }
        if let settle = map["settle"].flatMap({ diagnostics.duration($0, "`settle`", in: .milliseconds(100)...(.seconds(3600))) }) {
            waves.settle = settle
        }
        if let value = map["soak"], value.scalar?.text != "off" {
            waves.soak = diagnostics.duration(value, "`soak`", in: .seconds(10)...(.seconds(30 * 86_400)), or: "`off`")
        }
        return waves
    }

    func tests(_ value: YAMLValue) -> TestSettings? {
        guard let map = MapReader(value, .tests, diagnostics) else { return nil }
        var tests = TestSettings()
        tests.baseline = silence(map, "baseline", upTo: .seconds(3600), standard: tests.baseline)
        tests.warmUp = silence(map, "warm_up", upTo: .seconds(3600), standard: tests.warmUp)
        tests.longIdle = silence(map, "long_idle", upTo: .seconds(86_400), standard: tests.longIdle)
        if let value = map["unit_dose"] {
            if value.scalar?.text == "off" {
                tests.unitDose = nil
            } else if let dose = diagnostics.integer(value, "`unit_dose`", in: 1...10_000, or: "`off`") {
                tests.unitDose = dose
            }
        }
        return tests
    }

    private func silence(_ map: MapReader, _ key: String, upTo limit: Duration, standard: Duration?) -> Duration? {
        guard let value = map[key] else { return standard }
        if value.scalar?.text == "off" { return nil }
        return diagnostics.duration(value, "`\(key)`", in: .milliseconds(100)...limit, or: "`off`") ?? standard
    }
}

/// A ramp as people write it: where it begins, two dots, where it ends.
enum RampText {
    /// `nil` when there are no two dots.
    static func split(_ text: String) -> (from: String, to: String)? {
        guard let dots = text.firstRange(of: "..") else { return nil }
        return (String(text[..<dots.lowerBound]), String(text[dots.upperBound...]))
    }
}

/// Rates as people write them: a decimal number per second, or with `/s`, `/m` or `/h` behind it.
package enum RateText {
    private static let seconds: [Substring: Double] = ["s": 1, "m": 60, "h": 3600]

    /// Per second; `nil` when the text is no rate.
    package static func parse(_ text: String) -> Double? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let number = parts.first, parts.count <= 2, let count = decimal(number) else { return nil }
        guard parts.count == 2 else { return count }
        return seconds[parts[1]].map { count / $0 }
    }

    /// At least 0; `nil` when the text is no decimal number.
    static func decimal(_ text: Substring) -> Double? {
        switch CoreScalar.resolve(String(text)) {
        case .integer(let digits), .real(let digits): Double(digits).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
        default: nil
        }
    }
}
