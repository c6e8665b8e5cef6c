/// `thresholds`: a list of texts, or of maps with `is`, `abort` and `grace`.
extension ScenarioDecoder {
    private static let most = 100

    /// - Parameter scenario: with all of its requests.
    func thresholds(_ value: YAMLValue, of scenario: Scenario) -> [Threshold] {
        let expected = "a list of thresholds like `latency.p99 < 400ms`"
        guard let elements = diagnostics.elements(value, "`thresholds`", expected: expected) else { return [] }
        guard elements.count <= Self.most else {
            diagnostics.report(elements[Self.most].place, "there are more than \(Self.most) thresholds")
            return []
        }
        let names = Names(
            requests: scenario.sentRequests.map(\.name), flows: scenario.requests.filter { $0.flow != nil }.map(\.name))
        return elements.compactMap { element in
            if case .mapping = element.content { return threshold(element, names) }
            return parse(element, names)
        }
    }

    /// What a threshold may name, and what it may not although it has a name.
    private struct Names {
        let requests: [String]
        let flows: [String]
    }

    private func threshold(_ value: YAMLValue, _ names: Names) -> Threshold? {
        guard let map = MapReader(value, .threshold, diagnostics) else { return nil }
        let abort = map["abort"].flatMap { diagnostics.boolean($0, "`abort`") } ?? false
        let grace = map["grace"].flatMap { diagnostics.duration($0, "`grace`", in: .zero...(.seconds(86_400))) }
        if map.has("grace"), !map.has("abort") {
            diagnostics.report(
                map.keyPlace("grace"), "`grace` belongs to `abort: true`",
                help: "a threshold that does not end the run is judged at its end")
        }
        guard let text = map.required("is", expected: "a threshold like `latency.p99 < 400ms`"), var threshold = parse(text, names) else {
            return nil
        }
        if abort, threshold.metric == .sessionsFloor {
            diagnostics.report(map.keyPlace("abort"), "`sessions.floor` cannot end a run: what it is about is over when it is known")
        }
        threshold.abort = abort
        threshold.grace = abort ? grace ?? .zero : .zero
        return threshold
    }

    private func parse(_ value: YAMLValue, _ names: Names) -> Threshold? {
        let expected = "a threshold like `latency.p99 < 400ms`"
        guard let scalar = diagnostics.scalar(value, "a threshold", expected: expected), !scalar.isUnknown else { return nil }
        let threshold: Threshold
        do throws(ThresholdParser.Problem) {
            threshold = try ThresholdParser.parse(scalar.text)
        } catch {
            // What a variable holds is not shown.
            let message = scalar.hasVariables ? "this is no threshold once its variables are put in" : error.message
            diagnostics.report(
                place(value, scalar, error.offset), message, expected: error.expected, help: scalar.hasVariables ? nil : error.help)
            return nil
        }
        if let request = threshold.request, !names.requests.contains(request) {
            let offset = scalar.text.unicodeScalars.firstIndex(of: "{").map {
                scalar.text.unicodeScalars.distance(from: scalar.text.startIndex, to: $0) + 1
            }
            reportUnknown(request, hasVariables: scalar.hasVariables, names, at: place(value, scalar, offset ?? 0))
            return nil
        }
        return threshold
    }

    private func reportUnknown(_ request: String, hasVariables: Bool, _ names: Names, at place: Place) {
        let expected =
            names.requests.count <= 10 ? "one of \(names.requests.map(SecretText.masking).quotedList)" : "the name of a request"
        if names.flows.contains(request) {
            diagnostics.report(
                place, "a flow has no figures of its own", expected: expected, help: "name one of its requests; `seep check` lists them")
            return
        }
        let nearest = Suggestion.nearest(to: request, among: names.requests)
        diagnostics.report(
            place, hasVariables ? "no request has this name" : "no request has the name `\(SecretText.masking(request))`",
            expected: expected, help: hasVariables ? nil : nearest.map { "did you mean `\(SecretText.masking($0))`?" })
    }

    /// The place within a scalar that stands on one line as it is read; else that of the scalar.
    private func place(_ value: YAMLValue, _ scalar: ScalarText, _ offset: Int) -> Place {
        guard scalar.segments == [.written(scalar.written)], !scalar.written.contains("\n"), !scalar.written.contains("\\"),
            case .file(let line, let column, let source) = value.place
        else { return value.place }
        return .file(line: line, column: column + offset + (scalar.isPlain ? 0 : 1), source: source)
    }
}
