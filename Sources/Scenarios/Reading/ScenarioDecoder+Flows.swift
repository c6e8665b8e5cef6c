/// Flows: entries of `requests` that have `steps`.
extension ScenarioDecoder {
    private static let partText = "a list of requests and pauses, like `[{get: /a}, {think: 1s}]`"
    private static let pauses: ClosedRange<Duration> = .zero...(.seconds(3600))

    func flow(_ value: YAMLValue, _ context: RequestContext) -> NamedRequest? {
        guard let map = MapReader(value, .flow, diagnostics) else { return nil }
        let name = map["name"].flatMap(requestName)
        let weight = map["weight"].flatMap(self.weight)
        var context = context
        context.scope.captured = []
        let before = map["before"].map { parts($0, "`before`", &context) } ?? []
        // A key of a request says that a request was meant, and was reported.
        guard let value = map.isMisplaced ? map["steps"] : map.required("steps", expected: Self.partText) else { return nil }
        let steps = parts(value, "`steps`", &context)
        let flow = RequestSpec.Flow(steps: [])
        let spec = RequestSpec(name: name ?? "flow", url: "", weight: weight ?? 1, flow: flow)
        return NamedRequest(spec: spec, place: map["name"]?.place ?? map.place, isNamed: name != nil, before: before, steps: steps)
    }

    /// What each captures is known to those behind it.
    private func parts(_ value: YAMLValue, _ owner: String, _ context: inout RequestContext) -> [NamedRequest.Part] {
        guard let elements = diagnostics.elements(value, owner, expected: Self.partText) else { return [] }
        var parts: [NamedRequest.Part] = []
        var hasRequest = false
        for element in elements {
            if let pause = FlowParts.pause(in: element) {
                if let part = think(element, pause) { parts.append(part) }
                continue
            }
            hasRequest = true
            guard let request = request(element, .step, context) else { continue }
            context.scope.captured?.append(contentsOf: request.captured)
            parts.append(.request(request))
        }
        if !hasRequest { diagnostics.report(value.place, "\(owner) holds no request", expected: Self.partText) }
        return parts
    }

    private func think(_ element: YAMLValue, _ pause: YAMLValue) -> NamedRequest.Part? {
        guard MapReader(element, .think, diagnostics) != nil else { return nil }
        let expected = "a duration like `1s`, or a range like `1s..3s`, up to 1h"
        guard let scalar = diagnostics.scalar(pause, "`think`", expected: expected), !scalar.isUnknown else { return nil }
        guard let ends = RampText.split(scalar.text) else {
            return diagnostics.duration(pause, "`think`", in: Self.pauses, or: "a range like `1s..3s`").map { .think(from: $0, to: $0) }
        }
        guard let from = DurationText.parse(ends.from), let to = DurationText.parse(ends.to) else {
            diagnostics.report(pause.place, "`think` is no range of durations", expected: expected, help: "both ends have a unit: `1s..3s`")
            return nil
        }
        guard from <= to, Self.pauses.contains(to) else {
            diagnostics.report(pause.place, "`think` is out of range", expected: expected, help: "the shorter comes first")
            return nil
        }
        return .think(from: from, to: to)
    }
}

/// What is under `requests`, before it is read.
enum FlowParts {
    /// How many requests and pauses an element has; 1 unless it is a flow.
    static func count(in element: YAMLValue) -> Int {
        guard case .mapping(let members) = element.content else { return 1 }
        let counts = members.filter { $0.key == "steps" || $0.key == "before" }.map { member -> Int in
            if case .sequence(let parts) = member.value.content { parts.count } else { 1 }
        }
        return counts.isEmpty ? 1 : 1 + counts.reduce(0, +)
    }

    /// The value of `think` in an element that is a pause, whatever else stands in it; a request that has one is a request.
    static func pause(in element: YAMLValue) -> YAMLValue? {
        guard case .mapping(let members) = element.content else { return nil }
        let isRequest = members.contains { KeySet.methods.contains($0.key) || $0.key == "url" || $0.key == "method" }
        return isRequest ? nil : members.first { $0.key == "think" }?.value
    }
}
