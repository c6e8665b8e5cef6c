/// Turns the tree of a scenario into the value, and finds everything that is wrong with it.
///
/// Aspects are in extensions; each reader gives `nil` or a default where something is wrong, which it has reported.
struct ScenarioDecoder {
    let diagnostics: Diagnostics
    /// Relative paths start here; absolute.
    let folder: String
    let defaultName: String
    /// Values of the environment that must not be shown.
    let secretValues: Set<String>
    /// Names that the scenario's matrix gives values for.
    var matrixNames: [String] = []

    /// - Throws: all problems, those reported before included.
    func decode(_ root: YAMLValue) throws(ScenarioProblems) -> Scenario {
        guard let map = MapReader(root, .scenario, diagnostics) else { throw diagnostics.sorted }
        let servers = map["servers"].map(servers) ?? []
        let authorized = map["authorized"].flatMap { diagnostics.boolean($0, "`authorized`") } ?? false
        let checksReach = !authorized && !map.wasMeant("authorized")
        let scope = PlaceholderScope(data: map["data"].map(self.data) ?? [])
        var http = map["http"].flatMap { self.http($0, scope, checksReach: checksReach, hasServers: hasServers(map)) } ?? HTTPSettings()
        let headers = http.takeTemplates()
        let context = RequestContext(checksReach: checksReach, timeout: http.timeout, headers: headers, scope: scope)
        var scenario = Scenario(
            name: name(map, root), folder: folder, target: target(map, checksReach: checksReach), authorized: authorized,
            data: scope.data.compactMap(\.file.set), http: http, requests: requests(map, context), servers: servers)
        scenario.database = map["database"].flatMap(database)
        if let load = map["load"].flatMap(load) { scenario.load = load }
        if let waves = map["waves"].flatMap(waves) { scenario.waves = waves }
        if let tests = map["tests"].flatMap(tests) { scenario.tests = tests }
        if let thresholds = map["thresholds"] { scenario.thresholds = self.thresholds(thresholds, of: scenario) }
        matrix(map, of: &scenario)
        scenario.expected = map["expected"].flatMap(expected)
        scenario.secretValues = secretValues
        guard diagnostics.isEmpty else { throw diagnostics.sorted }
        return scenario
    }

    private func name(_ map: MapReader, _ root: YAMLValue) -> String {
        guard let value = map["name"] else {
            _ = diagnostics.folderName(
                defaultName, "the name of the file or folder, which names the scenario,", at: root.place)
            return defaultName
        }
        guard let name = diagnostics.text(value, "`name`"), diagnostics.folderName(name, "`name`", at: value.place) else {
            return defaultName
        }
        return name
    }

    private func hasServers(_ map: MapReader) -> Bool { map.has("servers") || map.wasMeant("servers") }

    private func target(_ map: MapReader, checksReach: Bool) -> Template {
        let expected = "a base URL like `http://127.0.0.1:8000`"
        let hasServers = hasServers(map)
        guard let value = map.required("target", expected: expected),
            let template = diagnostics.template(value, "`target`", known: ["port"] + matrixPlaceholders, expected: expected)
        else { return "" }
        guard value.scalar?.isUnknown != true else { return template }
        if !hasServers, template.placeholders.contains("port") {
            diagnostics.report(
                value.place, "`{{port}}` needs `servers`", help: "without them nothing is started, so that there is no free port to pick")
        }
        check(target: template, "`target`", at: value.place, checksReach: checksReach)
        return template
    }

    /// Reports a base URL that cannot be loaded; one that needs values of the matrix is checked when there are some.
    func check(target template: Template, _ owner: String, at place: Place, checksReach: Bool) {
        let expected = "a base URL like `http://127.0.0.1:8000`"
        // Any port does for the check.
        guard let text = try? template.expand(["port": "65535"]) else { return }
        do throws(HTTPURLError) {
            let url = try HTTPURL(text)
            if url.path.contains("?") {
                diagnostics.report(place, "\(owner) must not have a query", expected: expected)
            }
            if checksReach { checkReach(of: url, owner, at: place) }
        } catch {
            diagnostics.report(place, "\(owner) is no URL to load: \(error.reason)", expected: expected, help: error.help)
        }
    }

    /// Reports a host that may not be loaded without leave.
    func checkReach(of url: HTTPURL, _ owner: String, at place: Place) {
        guard HostReach(host: url.host).needsAuthorization else { return }
        diagnostics.report(
            place, "the host of \(owner) is neither loopback nor private", expected: "`localhost`, or an address of a private network",
            help: "where you may load this host, say so with `authorized: true`")
    }
}
