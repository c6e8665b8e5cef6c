/// What the scenario around a request says about it.
struct RequestContext {
    /// Whether hosts must be near.
    let checksReach: Bool
    /// Of `http`.
    let timeout: Duration
    /// Of `http`, those with placeholders: each request without a header of that name has them.
    let headers: [HTTPSettings.Header]
    var scope: PlaceholderScope
}

/// `requests`: what is sent.
extension ScenarioDecoder {
    private static let requestLimit = 10_000
    private static let weights = 1...10_000
    private static let redirects = 0...50
    private static let timeouts: ClosedRange<Duration> = .milliseconds(1)...(.seconds(3600))
    private static let methodText = "`get: /path`, likewise \(KeySet.methods.dropFirst().quotedList), or `method` and `url`"

    func requests(_ map: MapReader, _ context: RequestContext) -> [RequestSpec] {
        let expected = "a list of requests, each like `get: /path`"
        guard let value = map.required("requests", expected: expected),
            let elements = diagnostics.elements(value, "`requests`", expected: expected)
        else { return [] }
        if elements.isEmpty {
            diagnostics.report(value.place, "`requests` is empty", expected: expected)
        }
        let count = elements.reduce(0) { $0 + FlowParts.count(in: $1) }
        guard count <= Self.requestLimit else {
            let parts = count == elements.count ? "" : " and parts of flows"
            diagnostics.report(value.place, "`requests` holds \(count) requests\(parts)", expected: "at most \(Self.requestLimit)")
            return []
        }
        return UniqueNames(diagnostics).apply(to: elements.compactMap { entry($0, context) })
    }

    /// A request, or a flow.
    private func entry(_ value: YAMLValue, _ context: RequestContext) -> NamedRequest? {
        if case .mapping(let members) = value.content, members.contains(where: { $0.key == "steps" || $0.key == "before" }) {
            return flow(value, context)
        }
        return request(value, .request, context)
    }

    /// - Parameter keys: of a request alone, or of one in a flow.
    func request(_ value: YAMLValue, _ keys: KeySet, _ context: RequestContext) -> NamedRequest? {
        guard let map = MapReader(value, keys, diagnostics) else { return nil }
        let texts = RequestTexts(context.scope, diagnostics)
        let line = methodAndURL(map)
        let url = line.flatMap { self.url($0.url, texts, checksReach: context.checksReach) }
        let weight = map["weight"].flatMap(self.weight)
        let headers = map["headers"].map { self.headers($0, "a request's `headers`", texts) } ?? []
        let shared = context.headers.filter { shared in !headers.contains { $0.name.lowercased() == shared.name.lowercased() } }
        let body = self.body(map, texts)
        let follow = map["follow"].flatMap { diagnostics.integer($0, "`follow`", in: Self.redirects) }
        let expect = map["expect"].flatMap { self.expectation($0, texts) }
        let captures = map["capture"].map(self.captures) ?? []
        let timeout = map["timeout"].flatMap { diagnostics.duration($0, "`timeout`", in: Self.timeouts) }
        let hangUp = map["hang_up"].flatMap(self.hangUp)
        let readRate = map["read"].flatMap(self.readRate)
        let name = map["name"].flatMap(requestName)
        // A later request of a flow may name what this one was meant to capture, also where it is wrong otherwise.
        let captured = captures.map(\.name)
        guard let line, let url else { return NamedRequest(spec: nil, place: value.place, isNamed: false, captured: captured) }
        // The name shows what is written: what a variable brings could be a secret.
        let written = line.url.scalar?.written ?? ""
        var spec = RequestSpec(
            name: name ?? "\(line.method.rawValue) \(SecretText.masking(written))", method: line.method, url: url, weight: weight ?? 1,
            headers: shared + headers, body: body, isTemplated: texts.hasPlaceholders || !shared.isEmpty, follow: follow ?? 0,
            expect: expect ?? RequestSpec.Expectation(), captures: captures, timeout: timeout, hangUp: hangUp, readRate: readRate)
        checkContradictions(spec, map, timeout: timeout ?? context.timeout)
        if !spec.isTemplated { spec = spec.mappingTexts(\.literal) }
        return NamedRequest(spec: spec, place: map["name"]?.place ?? value.place, isNamed: name != nil, captured: captured)
    }

    func weight(_ value: YAMLValue) -> Int? { diagnostics.integer(value, "`weight`", in: Self.weights) }

    func requestName(_ value: YAMLValue) -> String? {
        guard let name = diagnostics.text(value, "a request's `name`") else { return nil }
        guard !name.isEmpty, name.utf8.count <= 200, !name.hasControlCharacters else {
            diagnostics.report(
                value.place, "this cannot be a request's name", expected: "1 to 200 bytes without control characters")
            return nil
        }
        return name
    }

    private func methodAndURL(_ map: MapReader) -> (method: RequestSpec.Method, url: YAMLValue)? {
        let expected = Self.methodText
        let given = KeySet.methods.filter(map.has)
        if let other = given.dropFirst().first {
            diagnostics.report(map.keyPlace(other), "a request has one method, and `\(given[0])` is given", expected: expected)
            return nil
        }
        if let method = given.first {
            for key in ["method", "url"] where map.has(key) {
                diagnostics.report(map.keyPlace(key), "`\(key)` and `\(method)` exclude one another", expected: expected)
            }
            guard let url = map[method], let verb = RequestSpec.Method(rawValue: method.uppercased()) else { return nil }
            return (verb, url)
        }
        guard map.has("method") || map.has("url") else {
            if !(KeySet.methods + ["method", "url"]).contains(where: map.wasMeant), !map.isMisplaced {
                diagnostics.report(map.place, "a request needs a method and a URL", expected: expected)
            }
            return nil
        }
        let verb = map.required("method", expected: "a method, like `GET`").flatMap { value in
            diagnostics.word(value, "`method`", of: RequestSpec.Method.allCases.map(\.rawValue)) { $0.uppercased() }
        }
        let url = map.required("url", expected: "a path, like `/path`")
        guard let url, let verb, let method = RequestSpec.Method(rawValue: verb) else { return nil }
        return (method, url)
    }

    private static let urlText = "a path that begins with `/`, or a URL"

    private func url(_ value: YAMLValue, _ texts: RequestTexts, checksReach: Bool) -> String? {
        let owner = "a request's URL"
        guard let template = texts.template(value, owner, expected: Self.urlText, use: .url(isStart: true)) else { return nil }
        if value.scalar?.isUnknown == true { return template.writtenText }
        let beginning: String
        switch template.pieces.first {
        case .text(let text): beginning = text
        case nil: beginning = ""
        default: beginning = "/"
        }
        let isPath = beginning.hasPrefix("/")
        for case .text(let text) in template.pieces where isPath || template.hasPlaceholders {
            guard let problem = HTTPURL.problem(ofCharacters: text) else { continue }
            diagnostics.report(
                value.place, "this \(isPath ? "path" : "URL") cannot be sent: \(problem.reason)", expected: Self.urlText, help: problem.help
            )
            return nil
        }
        if !isPath, !checkAbsolute(beginning, template, at: value.place, checksReach: checksReach) { return nil }
        return template.writtenText
    }

    /// - Parameter beginning: up to the first placeholder.
    private func checkAbsolute(_ beginning: String, _ template: RequestTemplate, at place: Place, checksReach: Bool) -> Bool {
        let behind = beginning.firstRange(of: "://").map { beginning[$0.upperBound...] }
        if template.hasPlaceholders, let behind, !behind.contains(where: { $0 == "/" || $0 == "?" }) {
            diagnostics.report(
                place, "a placeholder stands in the host or the port of a URL", expected: "placeholders in the path or the query only")
            return false
        }
        do throws(HTTPURLError) {
            let url = try HTTPURL(beginning)
            if checksReach { checkReach(of: url, "a request", at: place) }
            return true
        } catch {
            let help = beginning.contains("://") ? error.help : "a path begins with `/`"
            diagnostics.report(place, "this is no URL to load: \(error.reason)", expected: Self.urlText, help: help)
            return false
        }
    }
}
