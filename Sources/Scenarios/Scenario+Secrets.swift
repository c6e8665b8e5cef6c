extension Scenario {
    /// The scenario with its secrets struck out, for a record that others may read; it can be shown, not run.
    ///
    /// Struck out are: the password in the database's URL, in either form and among its parameters; the values of headers, of
    /// variables in the servers' `env`, of parameters in requests' URLs and of form fields named like a secret (`Authorization`,
    /// `Cookie`, `*token*`, `*key*`, `*secret*`, `*password*` …); the texts of JSON bodies under such names; the password or token of
    /// `http.auth`; passwords in any URL; and, wherever they stand, the values of environment variables that are named so. Left out
    /// are the rows of data files, and files that are sent as bodies.
    package var withoutSecrets: Scenario {
        let striking = Striking(values: secretValues)
        var scenario = self
        scenario.secretValues = []
        scenario.name = striking.text(name)
        scenario.target = striking.template(target)
        if case .url(let url) = database?.source {
            scenario.database?.source = .url(striking.text(ConnectionString.withoutPassword(url)))
        }
        scenario.database?.settings = database?.settings.mapValues(striking.text) ?? [:]
        scenario.database?.pgbouncer = database?.pgbouncer.map(striking.connection)
        scenario.http = striking.http(http)
        for index in data.indices {
            scenario.data[index].file = striking.text(data[index].file)
            scenario.data[index].rows = DataRows()
        }
        scenario.requests = requests.map(striking.request)
        scenario.servers = servers.map(striking.server)
        scenario.thresholds = thresholds.compactMap(striking.threshold)
        scenario.matrix = matrix.map(striking.matrix)
        return scenario
    }
}

/// Strikes secrets out of the parts of a scenario.
private struct Striking {
    /// The secret values as they are, as JSON writes them, and as a form does, the longest first, so that none is struck in part.
    private let values: [String]

    /// A value shorter than this is struck only where its name shows it: elsewhere it would strike what only looks like it.
    private static let shortestValue = 4

    init(values: Set<String>) {
        var forms: Set<String> = []
        for value in values where value.utf8.count >= Self.shortestValue {
            forms.insert(value)
            forms.insert(String(JSONWriter.quoted(value).dropFirst().dropLast()))
            forms.insert(String(decoding: FormEncoding.encode(value), as: UTF8.self))
            forms.insert(Template(verbatim: value).text)
        }
        self.values = forms.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    }

    func text(_ text: String) -> String {
        let struck = values.reduce(text) { $0.replacing($1, with: SecretText.struckOut) }
        return SecretText.strikingURLPasswords(struck)
    }

    func template(_ template: Template) -> Template { Template(text(template.text)) }

    func connection(_ url: Template) -> Template { template(Template(ConnectionString.withoutPassword(url.text))) }

    func header(_ header: HTTPSettings.Header) -> HTTPSettings.Header {
        let isSecret = SecretText.isSecret(name: header.name)
        return HTTPSettings.Header(name: header.name, value: isSecret ? SecretText.struckOut : text(header.value))
    }

    func http(_ http: HTTPSettings) -> HTTPSettings {
        var struck = http
        struck.headers = http.headers.map(header)
        switch http.auth {
        case .basic(let user, _): struck.auth = .basic(user: text(user), password: SecretText.struckOut)
        case .bearer: struck.auth = .bearer(SecretText.struckOut)
        case nil: break
        }
        struck.proxy = http.proxy.map { SecretText.strikingURLPasswords(text($0)) }
        struck.tls.authorities = http.tls.authorities.map(text)
        struck.tls.certificate = http.tls.certificate.map(text)
        struck.tls.key = http.tls.key.map(text)
        struck.socket = http.socket.map(template)
        return struck
    }

    func request(_ request: RequestSpec) -> RequestSpec {
        var struck = request
        struck.name = text(request.name)
        struck.url = url(text(request.url))
        struck.headers = request.headers.map(header)
        struck.body = request.body.map { BodyStriking(text: text, parameters: parameters).body($0) }
        struck.expect = expectation(request.expect)
        struck.captures = request.captures.map(capture)
        if let flow = request.flow { struck.flow = RequestSpec.Flow(before: flow.before.map(part), steps: flow.steps.map(part)) }
        return struck
    }

    private func part(_ part: RequestSpec.Flow.Part) -> RequestSpec.Flow.Part {
        if case .request(let request) = part { .request(self.request(request)) } else { part }
    }

    private func expectation(_ expectation: RequestSpec.Expectation) -> RequestSpec.Expectation {
        func check(_ check: RequestSpec.Expectation.Check, name: String = "") -> RequestSpec.Expectation.Check {
            func value(_ value: String) -> String { SecretText.isSecret(name: name) ? SecretText.struckOut : text(value) }
            return switch check {
            case .equals(let wanted): .equals(value(wanted))
            case .contains(let wanted): .contains(value(wanted))
            case .matches(let pattern): .matches(value(pattern))
            case .compares, .exists: check
            }
        }
        func named(_ named: RequestSpec.Expectation.Named) -> RequestSpec.Expectation.Named {
            RequestSpec.Expectation.Named(name: text(named.name), check: check(named.check, name: named.name))
        }
        var struck = expectation
        struck.headers = expectation.headers.map(named)
        struck.body = expectation.body.map { check($0) }
        struck.json = expectation.json.map(named)
        return struck
    }

    private func capture(_ capture: RequestSpec.Capture) -> RequestSpec.Capture {
        guard case .match(let pattern) = capture.source else { return capture }
        return RequestSpec.Capture(name: capture.name, source: .match(text(pattern)))
    }

    /// A threshold names requests, whose names may come from anywhere.
    func threshold(_ threshold: Threshold) -> Threshold? {
        guard var parsed = try? ThresholdParser.parse(text(threshold.text)) else { return nil }
        parsed.abort = threshold.abort
        parsed.grace = threshold.grace
        return parsed
    }

    func matrix(_ matrix: Matrix) -> Matrix {
        func entry(_ entry: Matrix.Entry) -> Matrix.Entry {
            Matrix.Entry(server: entry.server, entry.values.map(value))
        }
        return Matrix(
            axes: matrix.axes.map { axis in Matrix.Axis(axis.name, axis.values.map { value(Matrix.Value(axis.name, $0)).text }) },
            exclude: matrix.exclude.map(entry), include: matrix.include.map(entry))
    }

    func value(_ value: Matrix.Value) -> Matrix.Value {
        Matrix.Value(value.name, SecretText.isSecret(name: value.name) ? SecretText.struckOut : text(value.text))
    }

    func server(_ server: ServerSpec) -> ServerSpec {
        var struck = server
        struck.setup = server.setup.map(template)
        struck.command = server.command.map(template)
        struck.target = server.target.map(template)
        struck.prepare = server.prepare.map(template)
        struck.fromMatrix = server.fromMatrix.mapValues(template)
        struck.workdir = text(server.workdir)
        struck.ready = server.ready.map(text)
        struck.pgbouncer = server.pgbouncer.map(connection)
        for (name, value) in server.environment {
            struck.environment[name] = SecretText.isSecret(name: name) ? Template(SecretText.struckOut) : environment(value)
        }
        return struck
    }

    /// A variable may hold a URL of the database, with a password among its parameters.
    private func environment(_ value: Template) -> Template {
        let isURL = ["postgres://", "postgresql://"].contains(where: value.text.hasPrefix)
        return template(isURL ? Template(ConnectionString.withoutPassword(value.text)) : value)
    }

    private func url(_ url: String) -> String {
        guard let question = url.firstIndex(of: "?") else { return url }
        return url[...question] + parameters(url[question...].dropFirst())
    }

    private func parameters(_ text: Substring) -> String {
        text.split(separator: "&", omittingEmptySubsequences: false).map { parameter in
            guard let equals = parameter.firstIndex(of: "="), SecretText.isSecret(name: parameter[..<equals]) else {
                return String(parameter)
            }
            return String(parameter[...equals]) + SecretText.struckOut
        }.joined(separator: "&")
    }
}
