/// `requests`: what is sent.
extension ScenarioDecoder {
    private static let requestLimit = 10_000
    private static let weights = 1...10_000
    private static let redirects = 0...50
    private static let statuses = 100...599
    private static let methodText = "`get: /path`, likewise \(KeySet.methods.dropFirst().quotedList), or `method` and `url`"

    func requests(_ map: MapReader, checksReach: Bool) -> [RequestSpec] {
        let expected = "a list of requests, each like `get: /path`"
        guard let value = map.required("requests", expected: expected),
            let elements = diagnostics.elements(value, "`requests`", expected: expected)
        else { return [] }
        if elements.isEmpty {
            diagnostics.report(value.place, "`requests` is empty", expected: expected)
        }
        guard elements.count <= Self.requestLimit else {
            diagnostics.report(value.place, "`requests` holds \(elements.count) requests", expected: "at most \(Self.requestLimit)")
            return []
        }
        var named: [(spec: RequestSpec, place: Place, isNamed: Bool)] = []
        for element in elements {
            if let request = request(element, checksReach: checksReach) { named.append(request) }
        }
        return withUniqueNames(named)
    }

    /// A name that was given must be given once; one that comes of method and URL gets a number behind it.
    private func withUniqueNames(_ requests: [(spec: RequestSpec, place: Place, isNamed: Bool)]) -> [RequestSpec] {
        var taken: Set<String> = []
        for request in requests where request.isNamed {
            if !taken.insert(request.spec.name).inserted {
                diagnostics.report(request.place, "another request has this name", expected: "a name that no other request has")
            }
        }
        var lastNumber: [String: Int] = [:]
        return requests.map { request in
            guard !request.isNamed, !taken.insert(request.spec.name).inserted else { return request.spec }
            var spec = request.spec
            var number = lastNumber[request.spec.name] ?? 1
            repeat {
                number += 1
                spec.name = "\(request.spec.name) (\(number))"
            } while !taken.insert(spec.name).inserted
            lastNumber[request.spec.name] = number
            return spec
        }
    }

    private func request(_ value: YAMLValue, checksReach: Bool) -> (spec: RequestSpec, place: Place, isNamed: Bool)? {
        guard let map = MapReader(value, .request, diagnostics) else { return nil }
        let line = methodAndURL(map)
        let url = line.flatMap { self.url($0.url, checksReach: checksReach) }
        let weight = map["weight"].flatMap { diagnostics.integer($0, "`weight`", in: Self.weights) }
        let headers = map["headers"].map { self.headers($0, "a request's `headers`") }
        let body = self.body(map)
        let follow = map["follow"].flatMap { diagnostics.integer($0, "`follow`", in: Self.redirects) }
        let expect = map["expect"].flatMap(expectation)
        let name = map["name"].flatMap { requestName($0) }
        guard let line, let url else { return nil }
        // The name shows what is written: what a variable brings could be a secret.
        let written = line.url.scalar?.written ?? ""
        let spec = RequestSpec(
            name: name ?? "\(line.method.rawValue) \(SecretText.masking(written))", method: line.method, url: url, weight: weight ?? 1,
            headers: headers ?? [], body: body, follow: follow ?? 0, expect: RequestSpec.Expectation(status: expect ?? .success))
        return (spec, map["name"]?.place ?? value.place, name != nil)
    }

    private func requestName(_ value: YAMLValue) -> String? {
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
            if !(KeySet.methods + ["method", "url"]).contains(where: map.wasMeant) {
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

    private func url(_ value: YAMLValue, checksReach: Bool) -> String? {
        let expected = "a path that begins with `/`, or a URL"
        guard let text = diagnostics.text(value, "a request's URL", expected: expected) else { return nil }
        if value.scalar?.isUnknown == true { return text }
        if text.hasPrefix("/") {
            guard let problem = HTTPURL.problem(ofCharacters: text) else { return text }
            diagnostics.report(value.place, "this path cannot be sent: \(problem.reason)", expected: expected, help: problem.help)
            return nil
        }
        do throws(HTTPURLError) {
            let url = try HTTPURL(text)
            if checksReach { checkReach(of: url, "a request", at: value.place) }
            return text
        } catch {
            let help = text.contains("://") ? error.help : "a path begins with `/`"
            diagnostics.report(value.place, "this is no URL to load: \(error.reason)", expected: expected, help: help)
            return nil
        }
    }

    private func expectation(_ value: YAMLValue) -> RequestSpec.Expectation.Status? {
        let expected = "a status from 100 to 599, a list of them, or `{status: …}`"
        switch value.content {
        case .scalar:
            return status(value).map { .exactly([$0]) }
        case .sequence(let values):
            if values.isEmpty { diagnostics.report(value.place, "`expect` is empty", expected: expected) }
            return .exactly(Set(values.compactMap(status)).sorted())
        case .mapping:
            guard let map = MapReader(value, .expectation, diagnostics) else { return nil }
            guard let status = map["status"] else {
                // `expect: {within: 2s}` is planned, and reported so.
                if case .mapping(let members) = value.content, members.isEmpty {
                    diagnostics.report(value.place, "`expect` is empty", expected: expected)
                }
                return nil
            }
            if case .mapping = status.content {
                diagnostics.reportType(status, "`status`", expected: "a status from 100 to 599, or a list of them")
                return nil
            }
            return expectation(status)
        }
    }

    private func status(_ value: YAMLValue) -> Int? {
        if let scalar = value.scalar, !scalar.isPlain, !scalar.hasVariables, !TemplatePiece.isPlain(scalar.written) {
            _ = diagnostics.literal(scalar, at: value.place, "a request's `expect`")
            return nil
        }
        return diagnostics.integer(value, "a status", in: Self.statuses)
    }
}

extension TemplatePiece {
    /// Whether a text holds no placeholder.
    static func isPlain(_ text: String) -> Bool {
        pieces(of: text).allSatisfy { if case .text = $0 { true } else { false } }
    }
}
