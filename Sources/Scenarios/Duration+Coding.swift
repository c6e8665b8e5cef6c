// Durations are written as people write them ("100ms", "1h30m") in the JSON of a run. Synthesised conformances pick these
// overloads for members of type Duration; without them a duration would be a pair of numbers of attoseconds.

extension KeyedEncodingContainer {
    mutating func encode(_ value: Duration, forKey key: Key) throws {
        try encode(DurationText.string(value), forKey: key)
    }

    mutating func encodeIfPresent(_ value: Duration?, forKey key: Key) throws {
        try encodeIfPresent(value.map(DurationText.string), forKey: key)
    }
}

extension KeyedDecodingContainer {
    func decode(_ type: Duration.Type, forKey key: Key) throws -> Duration {
        let text = try decode(String.self, forKey: key)
        guard let value = DurationText.parse(text) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self, debugDescription: "“\(text)” is no duration such as 100ms or 1h30m")
        }
        return value
    }

    func decodeIfPresent(_ type: Duration.Type, forKey key: Key) throws -> Duration? {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        return try decode(type, forKey: key)
    }
}

// A run that was recorded before there were kinds of arrivals, or thresholds, has none in its record: the overloads give what was then.

extension KeyedDecodingContainer {
    func decode(_ type: LoadPhase.Arrivals.Type, forKey key: Key) throws -> LoadPhase.Arrivals {
        try decodeIfPresent(type, forKey: key) ?? .uniform
    }

    package func decode(_ type: [Threshold].Type, forKey key: Key) throws -> [Threshold] {
        try decodeIfPresent(type, forKey: key) ?? []
    }
}
