/// `hang_up` and `read`, by which a request behaves as badly as clients do; and what does not go together in a request.
extension ScenarioDecoder {
    private static let hangUpText = "`after headers`, `after 16KB`, `after 200ms` or `before response`"
    private static let moments: ClosedRange<Duration> = .milliseconds(1)...(.seconds(3600))
    private static let bytes = 1...1_000_000_000_000

    func hangUp(_ value: YAMLValue) -> RequestSpec.HangUp? {
        guard case .mapping = value.content else { return moment(value, "`hang_up`").map { RequestSpec.HangUp($0) } }
        guard let map = MapReader(value, .hangUp, diagnostics) else { return nil }
        let words = RequestSpec.HangUp.How.allCases.map(\.rawValue)
        let how = map["how"].flatMap { diagnostics.word($0, "`how`", of: words) { $0.replacing("_", with: "-") } }
        guard let moment = map.required("when", expected: Self.hangUpText).flatMap({ moment($0, "`when`") }) else { return nil }
        return RequestSpec.HangUp(moment, how: how.flatMap(RequestSpec.HangUp.How.init) ?? .close)
    }

    private func moment(_ value: YAMLValue, _ owner: String) -> RequestSpec.HangUp.Moment? {
        guard let scalar = diagnostics.scalar(value, owner, expected: Self.hangUpText), !scalar.isUnknown else { return nil }
        switch scalar.text {
        case "before response": return .beforeResponse
        case "after headers": return .headers
        default: break
        }
        let amount = scalar.text.hasPrefix("after ") ? String(scalar.text.dropFirst(6)) : ""
        if let count = ByteText.parse(amount), Self.bytes.contains(count) { return .bytes(count) }
        if let time = DurationText.parse(amount), Self.moments.contains(time) { return .time(time) }
        let isOutOfRange = ByteText.parse(amount) != nil || DurationText.parse(amount) != nil
        diagnostics.report(
            value.place, isOutOfRange ? "\(owner) is out of range" : "\(owner) names no moment", expected: Self.hangUpText,
            help: isOutOfRange ? "1B to 1000GB of the body, or 1ms to 1h" : help(scalar.written))
        return nil
    }

    private func help(_ written: String) -> String? {
        if ByteText.parse(written) != nil || DurationText.parse(written) != nil { return "did you mean `after \(written)`?" }
        if let word = Suggestion.nearest(to: written, among: ["after headers", "before response"]) { return "did you mean `\(word)`?" }
        return written.contains(where: \.isWholeNumber) ? "units are `B`, `KB`, `MB`, `KiB`, `MiB` of the body, or `ms`, `s`" : nil
    }

    /// Bytes per second.
    func readRate(_ value: YAMLValue) -> Int? {
        let expected = "bytes per second, like `10KB/s` or `1MiB/s`"
        guard let scalar = diagnostics.scalar(value, "`read`", expected: expected), !scalar.isUnknown else { return nil }
        guard let rate = ByteText.parseRate(scalar.text) else {
            diagnostics.report(
                value.place, "`read` is no rate of bytes", expected: expected, help: "units are `B`, `KB`, `MB`, `GB`, `KiB`, `MiB`, `GiB`")
            return nil
        }
        guard Self.bytes.contains(rate) else {
            diagnostics.report(value.place, "`read` is out of range", expected: "1B/s to 1000GB/s")
            return nil
        }
        return rate
    }

    // MARK: Contradictions

    /// - Parameter timeout: that the request has, its own or of `http`.
    func checkContradictions(_ spec: RequestSpec, _ map: MapReader, timeout: Duration) {
        let wanted = spec.expect
        let bodyCaptures = spec.captures.contains { if case .header = $0.source { false } else { true } }
        if spec.method == .head {
            let reason = "the response to HEAD has no body"
            if wanted.needsBody { exclude("expect", map, "checks of a body", reason) }
            if bodyCaptures { exclude("capture", map, "captures from a body", reason) }
            if spec.readRate != nil { exclude("read", map, "`read`", reason) }
            if case .bytes? = spec.hangUp?.moment { exclude("hang_up", map, "hanging up after bytes of the body", reason) }
        }
        if let end = wanted.end {
            let reason = "`expect` wants no whole response, but `\(end.rawValue)`"
            for key in ["capture", "follow", "hang_up"] where map.has(key) && !(key == "follow" && spec.follow == 0) {
                exclude(key, map, "`\(key)`", reason)
            }
        }
        guard let hangUp = spec.hangUp else { return }
        let reason = "the request hangs up"
        if spec.follow > 0 { exclude("follow", map, "`follow`", reason) }
        if !spec.captures.isEmpty { exclude("capture", map, "`capture`", reason) }
        if wanted.needsBody { exclude("expect", map, "checks of a body", reason) }
        if wanted.within != nil { exclude("expect", map, "`within`", "a request that hangs up has no time") }
        if hangUp.moment == .beforeResponse, map.has("expect"), wanted.end == nil, !wanted.needsBody, wanted.within == nil {
            exclude("expect", map, "`expect`", "the request hangs up before the response")
        }
        if case .time(let time) = hangUp.moment, time >= timeout {
            exclude(
                "hang_up", map, "hanging up after \(DurationText.string(time))",
                "the request times out after \(DurationText.string(timeout))")
        }
    }

    private func exclude(_ key: String, _ map: MapReader, _ what: String, _ reason: String) {
        diagnostics.report(map.keyPlace(key), "\(what) cannot be had: \(reason)")
    }
}
