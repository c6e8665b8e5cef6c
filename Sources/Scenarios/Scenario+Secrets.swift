extension Scenario {
    /// The scenario with its secrets struck out, for a record that others may read; it can be shown, not run.
    ///
    /// Struck out are: the password in the database's URL, in either form and among its parameters; the values of headers, of
    /// variables in the servers' `env`, of parameters in requests' URLs and of form fields named like a secret (`Authorization`,
    /// `Cookie`, `*token*`, `*key*`, `*secret*`, `*password*` …); passwords in any URL; and, wherever they stand, the values of
    /// environment variables that are named so.
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
        scenario.http.headers = http.headers.map(striking.header)
        scenario.requests = requests.map(striking.request)
        scenario.servers = servers.map(striking.server)
        scenario.thresholds = thresholds.compactMap(striking.threshold)
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

    func request(_ request: RequestSpec) -> RequestSpec {
        var struck = request
        struck.name = text(request.name)
        struck.url = url(text(request.url))
        struck.headers = request.headers.map(header)
        struck.body = request.body.map(body)
        return struck
    }

    /// A threshold names requests, whose names may come from anywhere.
    func threshold(_ threshold: Threshold) -> Threshold? {
        guard var parsed = try? ThresholdParser.parse(text(threshold.text)) else { return nil }
        parsed.abort = threshold.abort
        parsed.grace = threshold.grace
        return parsed
    }

    func server(_ server: ServerSpec) -> ServerSpec {
        var struck = server
        struck.setup = server.setup.map(template)
        struck.command = template(server.command)
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

    private func body(_ body: RequestSpec.Body) -> RequestSpec.Body {
        // Bytes that are no text hold no variable.
        guard let written = String(validating: body.bytes, as: UTF8.self) else { return body }
        let isForm = body.contentType == "application/x-www-form-urlencoded"
        return RequestSpec.Body(bytes: Array((isForm ? parameters(text(written)[...]) : text(written)).utf8), contentType: body.contentType)
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
