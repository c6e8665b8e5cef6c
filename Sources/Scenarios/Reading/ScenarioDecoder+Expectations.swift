/// `expect` of a request, and `capture`.
extension ScenarioDecoder {
    private static let statuses = 100...599
    private static let within: ClosedRange<Duration> = .milliseconds(1)...(.seconds(3600))
    private static let ends = RequestSpec.Expectation.End.allCases.map(\.rawValue)
    private static let expectationText =
        "a status from 100 to 599, a list of them, an end like `cut`, or a map of \(KeySet.expectation.accepted.quotedList)"

    func expectation(_ value: YAMLValue, _ texts: RequestTexts) -> RequestSpec.Expectation? {
        switch value.content {
        case .scalar(let scalar):
            if !scalar.isUnknown, case .string = diagnostics.resolved(scalar), TemplatePiece.isPlain(scalar.written),
                scalar.text.contains(where: \.isLetter)
            {
                if let end = RequestSpec.Expectation.End(rawValue: scalar.text) { return RequestSpec.Expectation(end: end) }
                diagnostics.report(
                    value.place, "`expect` is no status and no end", expected: Self.expectationText,
                    help: Suggestion.nearest(to: scalar.written, among: Self.ends).map { "did you mean `\($0)`?" }
                        ?? "ends without a whole response are \(Self.ends.quotedList)")
                return nil
            }
            return status(value, texts).map { RequestSpec.Expectation(status: $0) }
        case .sequence:
            return status(value, texts).map { RequestSpec.Expectation(status: $0) }
        case .mapping(let members):
            guard let map = MapReader(value, .expectation, diagnostics) else { return nil }
            if members.isEmpty { diagnostics.report(value.place, "`expect` is empty", expected: Self.expectationText) }
            return expectation(map, texts)
        }
    }

    private func expectation(_ map: MapReader, _ texts: RequestTexts) -> RequestSpec.Expectation {
        var expectation = RequestSpec.Expectation()
        if let status = map["status"].flatMap({ self.status($0, texts) }) { expectation.status = status }
        expectation.headers = map["headers"].map { headerChecks($0, texts) } ?? []
        expectation.body = map["body"].map { bodyChecks($0, texts) } ?? []
        expectation.json = map["json"].map { jsonChecks($0, texts) } ?? []
        expectation.within = map["within"].flatMap { diagnostics.duration($0, "`within`", in: Self.within) }
        if let value = map["end"], let word = diagnostics.word(value, "`end`", of: Self.ends),
            let end = RequestSpec.Expectation.End(rawValue: word)
        {
            expectation.end = end
            for key in KeySet.expectation.accepted where key != "end" && map.has(key) {
                diagnostics.report(
                    map.keyPlace(key), "`\(key)` and `end` exclude one another",
                    help: "a response that ends in `\(end.rawValue)` is not whole")
            }
        }
        return expectation
    }

    // MARK: Status

    private func status(_ value: YAMLValue, _ texts: RequestTexts) -> RequestSpec.Expectation.Status? {
        switch value.content {
        case .sequence(let values):
            if values.isEmpty { diagnostics.report(value.place, "`expect` is empty", expected: Self.expectationText) }
            return .exactly(Set(values.compactMap(number)).sorted())
        case .mapping:
            diagnostics.reportType(value, "`status`", expected: "a status from 100 to 599, or a list of them")
            return nil
        case .scalar(let scalar):
            if !TemplatePiece.isPlain(scalar.written) { return statusTemplate(value, texts).map { .template($0) } }
            return number(value).map { .exactly([$0]) }
        }
    }

    private func number(_ value: YAMLValue) -> Int? {
        if let scalar = value.scalar, !TemplatePiece.isPlain(scalar.written) {
            diagnostics.report(
                value.place, "a list of statuses holds numbers", expected: "a status from 100 to 599",
                help: "a placeholder stands alone: `status: \"{{page.status}}\"`")
            return nil
        }
        return diagnostics.integer(value, "a status", in: Self.statuses)
    }

    /// One placeholder and nothing else, which brings a status.
    private func statusTemplate(_ value: YAMLValue, _ texts: RequestTexts) -> String? {
        guard let template = texts.template(value, "`status`", use: .status) else { return nil }
        switch template.pieces.count == 1 ? template.pieces[0] : .text("") {
        case .data, .captured: return template.writtenText
        case .random(let range) where Self.statuses.contains(range.lowerBound) && Self.statuses.contains(range.upperBound):
            return template.writtenText
        default:
            diagnostics.report(
                value.place, "this brings no status", expected: "a status from 100 to 599, or one placeholder like `{{page.status}}`")
            return nil
        }
    }

    // MARK: Headers, body, JSON

    private func headerChecks(_ value: YAMLValue, _ texts: RequestTexts) -> [RequestSpec.Expectation.Named] {
        let expected = "a map of names of headers and what their values must be"
        guard let members = diagnostics.members(value, "`headers`", expected: expected) else { return [] }
        if members.isEmpty { diagnostics.report(value.place, "`headers` is empty", expected: expected) }
        return members.flatMap { member -> [RequestSpec.Expectation.Named] in
            guard checkHeaderName(member.key, at: member.keyPlace, isSent: false) else { return [] }
            let checks: [RequestSpec.Expectation.Check]
            if case .mapping = member.value.content {
                checks = self.checks(member.value, .checks, texts)
            } else {
                checks = text(member.value, "a check of a header", texts).map { [.contains($0)] } ?? []
            }
            return checks.map { RequestSpec.Expectation.Named(name: member.key, check: $0) }
        }
    }

    private func bodyChecks(_ value: YAMLValue, _ texts: RequestTexts) -> [RequestSpec.Expectation.Check] {
        switch value.content {
        case .scalar: return text(value, "a check of the body", texts).map { [.contains($0)] } ?? []
        case .mapping: return checks(value, .bodyChecks, texts)
        case .sequence(let values):
            if values.isEmpty { diagnostics.report(value.place, "`body` is empty", expected: "texts that the body must contain") }
            return values.flatMap { element -> [RequestSpec.Expectation.Check] in
                guard case .sequence = element.content else { return bodyChecks(element, texts) }
                diagnostics.reportType(element, "a check of the body", expected: "text, or a map of checks")
                return []
            }
        }
    }

    private func jsonChecks(_ value: YAMLValue, _ texts: RequestTexts) -> [RequestSpec.Expectation.Named] {
        let expected = "a map of members like `meta.total_count` and what their values must be"
        guard let members = diagnostics.members(value, "`json`", expected: expected) else { return [] }
        if members.isEmpty { diagnostics.report(value.place, "`json` is empty", expected: expected) }
        return members.flatMap { member -> [RequestSpec.Expectation.Named] in
            guard checkPath(member.key, at: member.keyPlace) else { return [] }
            return jsonChecks(member.value, texts).map { RequestSpec.Expectation.Named(name: member.key, check: $0) }
        }
    }

    private func jsonChecks(_ value: YAMLValue, _ texts: RequestTexts) -> [RequestSpec.Expectation.Check] {
        switch value.content {
        case .mapping: return checks(value, .checks, texts)
        case .sequence:
            diagnostics.reportType(value, "a check of JSON", expected: "text, a number, or a map of \(KeySet.checks.accepted.quotedList)")
            return []
        case .scalar(let scalar): return jsonCheck(scalar, at: value.place, texts).map { [$0] } ?? []
        }
    }

    private func jsonCheck(_ scalar: ScalarText, at place: Place, _ texts: RequestTexts) -> RequestSpec.Expectation.Check? {
        if scalar.isUnknown { return nil }
        switch CoreScalar(scalar) {
        case .null: return .equals("null")
        case .boolean(let boolean): return .equals(boolean ? "true" : "false")
        case .integer(let digits), .real(let digits):
            // Beyond 2⁵³ two whole numbers may be the same Double.
            if let number = Double(digits), number.isFinite, abs(number) <= 9_007_199_254_740_992 { return .compares(.equal, number) }
            return .equals(digits)
        case .string:
            if let comparison = ComparisonText(scalar.text) {
                guard TemplatePiece.isPlain(scalar.written), let number = comparison.number else {
                    guard !TemplatePiece.isPlain(scalar.written) else { break }
                    diagnostics.report(
                        place, "a comparison is with a number, not with a placeholder", expected: "text, or a comparison like `>0`",
                        help: "for the text itself write `{equals: …}`")
                    return nil
                }
                return .compares(comparison.operation, number)
            }
        }
        return texts.template(scalar, at: place, "a check of JSON").map { .equals($0.writtenText) }
    }

    /// A map of checks, of which each must hold.
    private func checks(_ value: YAMLValue, _ keys: KeySet, _ texts: RequestTexts) -> [RequestSpec.Expectation.Check] {
        guard let map = MapReader(value, keys, diagnostics) else { return [] }
        if case .mapping(let members) = value.content, members.isEmpty {
            diagnostics.report(value.place, "\(keys.owner) is empty", expected: "one of \(keys.accepted.quotedList)")
        }
        var checks: [RequestSpec.Expectation.Check] = []
        if let value = map["equals"] {
            if let template = texts.template(value, "`equals`") { checks.append(.equals(template.writtenText)) }
        }
        if let value = map["contains"] {
            let values: [YAMLValue] = if case .sequence(let values) = value.content { values } else { [value] }
            checks += values.compactMap { text($0, "`contains`", texts).map { .contains($0) } }
        }
        if let value = map["matches"], let pattern = pattern(value, "`matches`") { checks.append(.matches(pattern)) }
        if let value = map["exists"], let exists = diagnostics.boolean(value, "`exists`") {
            checks.append(.exists(exists))
            for key in ["equals", "contains", "matches"] where !exists && map.has(key) {
                diagnostics.report(map.keyPlace(key), "`\(key)` and `exists: false` exclude one another")
            }
        }
        return checks
    }

    /// What must be found somewhere: not empty, for that is found everywhere.
    private func text(_ value: YAMLValue, _ owner: String, _ texts: RequestTexts) -> String? {
        guard let template = texts.template(value, owner) else { return nil }
        guard !template.pieces.isEmpty else {
            diagnostics.report(
                value.place, "\(owner) is empty, and so always holds", expected: "text", help: "for an empty text write `{equals: \"\"}`")
            return nil
        }
        return template.writtenText
    }

    // MARK: Captures

    private static let captureText = "one of `{json: items.0.id}`, `{header: X-Token}` and `{match: 'id=([0-9]+)'}`"

    func captures(_ value: YAMLValue) -> [RequestSpec.Capture] {
        let expected = "a map of names, each with \(Self.captureText)"
        guard let members = diagnostics.members(value, "`capture`", expected: expected) else { return [] }
        if members.isEmpty { diagnostics.report(value.place, "`capture` is empty", expected: expected) }
        return members.compactMap { member in
            let name = member.key
            guard TemplatePiece.pieces(of: "{{\(name)}}") == [.placeholder(name)], !name.contains("."), !name.contains(" ") else {
                diagnostics.report(
                    member.keyPlace, "this cannot be the name of what is captured",
                    expected: "a letter or `_`, then letters, digits, `_` and `-`")
                return nil
            }
            guard !RequestTemplate.ownNames.contains(name) else {
                diagnostics.report(member.keyPlace, "`{{\(name)}}` stands for something else", expected: "another name")
                return nil
            }
            // Where it is wrong its name is known all the same, so that its uses are not reported too.
            return RequestSpec.Capture(name: name, source: source(member.value) ?? .header(""))
        }
    }

    private func source(_ value: YAMLValue) -> RequestSpec.Capture.Source? {
        guard case .mapping = value.content else {
            diagnostics.reportType(value, "a capture", expected: Self.captureText)
            return nil
        }
        guard let map = MapReader(value, .capture, diagnostics) else { return nil }
        let given = KeySet.capture.accepted.filter(map.has)
        if let other = given.dropFirst().first {
            diagnostics.report(map.keyPlace(other), "a capture has one source, and `\(given[0])` is given", expected: Self.captureText)
        }
        guard let key = given.first, let value = map[key] else {
            if !map.isMisplaced, !KeySet.capture.accepted.contains(where: map.wasMeant) {
                diagnostics.report(map.place, "a capture has no source", expected: Self.captureText)
            }
            return nil
        }
        switch key {
        case "json":
            guard let path = diagnostics.text(value, "`json`", expected: "a member like `items.0.id`") else { return nil }
            return value.scalar?.isUnknown == true || checkPath(path, at: value.place) ? .json(path: path) : nil
        case "header":
            guard let name = diagnostics.text(value, "`header`", expected: "the name of a header") else { return nil }
            return value.scalar?.isUnknown == true || checkHeaderName(name, at: value.place, isSent: false) ? .header(name) : nil
        default: return pattern(value, "`match`").map { .match($0) }
        }
    }

    // MARK: Parts

    /// Names and numbers with dots between.
    private func checkPath(_ path: String, at place: Place) -> Bool {
        let parts = path.split(separator: ".", omittingEmptySubsequences: false)
        let isRight = parts.allSatisfy { !$0.isEmpty && $0 != "$" } && !path.hasControlCharacters && path.utf8.count <= 500
        if !isRight {
            diagnostics.report(
                place, "this is no path to a member of JSON", expected: "names and indices with dots between, like `items.0.id`",
                help: path.hasPrefix("$") || path.hasPrefix(".") ? "leave out what stands before the first name" : nil)
        }
        return isRight
    }

    /// A regular expression; no placeholders, for a value could change what it matches.
    private func pattern(_ value: YAMLValue, _ owner: String) -> String? {
        let expected = "a regular expression, like `id=([0-9]+)`"
        guard let pattern = diagnostics.text(value, owner, expected: expected) else { return nil }
        if value.scalar?.isUnknown == true { return pattern }
        guard !pattern.isEmpty, !pattern.contains("{{") else {
            diagnostics.report(
                value.place, pattern.isEmpty ? "\(owner) is empty" : "\(owner) holds `{{`", expected: expected,
                help: pattern.isEmpty ? nil : "a brace itself is written `\\{`")
            return nil
        }
        do {
            _ = try Regex(pattern)
            return pattern
        } catch {
            // What a variable holds is not shown.
            let reason = value.scalar?.hasVariables == true ? "" : ": \(SecretText.masking(String(describing: error)))"
            diagnostics.report(
                value.place, "\(owner) is no regular expression\(reason)", expected: expected,
                help: "YAML leaves backslashes as they are in single quotes")
            return nil
        }
    }
}

/// `>0`, `<= 2.5`: a comparison, and what stands behind it.
private struct ComparisonText {
    let operation: RequestSpec.Expectation.Comparison
    /// `nil` when no number stands there.
    let number: Double?

    init?(_ text: String) {
        // The longer first: `<=` begins with `<`.
        let operations = RequestSpec.Expectation.Comparison.allCases.sorted { $0.rawValue.count > $1.rawValue.count }
        guard let operation = operations.first(where: { text.hasPrefix($0.rawValue) }) else { return nil }
        self.operation = operation
        let behind = text.dropFirst(operation.rawValue.count).drop { $0 == " " }
        switch CoreScalar.resolve(String(behind)) {
        case .integer(let digits), .real(let digits): number = Double(digits).flatMap { $0.isFinite ? $0 : nil }
        default: number = nil
        }
    }
}

extension TemplatePiece {
    /// Whether a text holds no placeholder.
    static func isPlain(_ text: String) -> Bool {
        pieces(of: text).allSatisfy { if case .text = $0 { true } else { false } }
    }
}
