/// `database`.
extension ScenarioDecoder {
    private static let urlText = "`throwaway`, a URI like `postgresql://user@host:5432/name`, or keywords like `host=… dbname=…`"

    /// The settings of a throwaway PostgreSQL where the scenario gives none of that name.
    private static let throwawaySettings = ["max_connections": "1000"]

    /// A map, or a URL alone.
    func database(_ value: YAMLValue) -> DatabaseSettings? {
        guard case .mapping = value.content else {
            return source(value, "`database`").map {
                DatabaseSettings(source: $0, settings: $0 == .throwaway ? Self.throwawaySettings : [:])
            }
        }
        guard let map = MapReader(value, .database, diagnostics) else { return nil }
        let source = map.required("url", expected: Self.urlText).flatMap { self.source($0, "`url`") }
        var settings = map["settings"].map(self.settings) ?? [:]
        if source == .throwaway {
            settings.merge(Self.throwawaySettings) { given, _ in given }
        } else if source != nil, map.has("settings") {
            diagnostics.report(map.keyPlace("settings"), "`settings` are for a `throwaway` PostgreSQL; this one is set by its owner")
        }
        let every = map["every"].flatMap { diagnostics.duration($0, "`every`", in: .milliseconds(10)...(.seconds(60))) }
        let sessions = map["sessions"].flatMap(self.sessions)
        let budget = map["budget"].flatMap(self.budget)
        let pgbouncer = map["pgbouncer"].flatMap { self.pgbouncer($0, known: ["port"]) }
        guard let source else { return nil }
        return DatabaseSettings(
            source: source, settings: settings, every: every ?? .milliseconds(100), sessions: sessions, budget: budget ?? .percent(80),
            pgbouncer: pgbouncer)
    }

    /// The URL of PgBouncer's admin console; `{{port}}` is the server's.
    ///
    /// - Parameter known: the placeholders that it may have; one with values of the matrix is looked at in each cell.
    func pgbouncer(_ value: YAMLValue, known: [String]) -> Template? {
        guard let template = diagnostics.template(value, "`pgbouncer`", known: known) else { return nil }
        if value.scalar?.isUnknown == true || template.namesMatrix { return template }
        return check(pgbouncer: template, "`pgbouncer`", at: value.place) ? template : nil
    }

    @discardableResult
    func check(pgbouncer template: Template, _ owner: String, at place: Place) -> Bool {
        guard let text = try? template.expand(["port": "6432"]), let problem = ConnectionString.problem(in: text) else { return true }
        diagnostics.report(
            place, "\(owner) is no PostgreSQL URL: \(problem)",
            expected: "PgBouncer's admin console, like `postgresql://role@host:6432/pgbouncer`")
        return false
    }

    private func source(_ value: YAMLValue, _ owner: String) -> DatabaseSettings.Source? {
        guard let scalar = diagnostics.scalar(value, owner, expected: Self.urlText) else { return nil }
        if scalar.isUnknown { return .url(scalar.text) }
        guard let text = diagnostics.literal(scalar, at: value.place, owner) else { return nil }
        if text == "throwaway" { return .throwaway }
        if let problem = ConnectionString.problem(in: text) {
            // A word alone may be `throwaway` misspelt; anything longer may hold a password and is not compared.
            let help = Suggestion.nearest(to: scalar.written, among: ["throwaway"]).map { "did you mean `\($0)`?" }
            diagnostics.report(value.place, "\(owner) is no PostgreSQL URL: \(problem)", expected: Self.urlText, help: help)
            return nil
        }
        return .url(text)
    }

    private func settings(_ value: YAMLValue) -> [String: String] {
        guard let members = diagnostics.members(value, "`settings`", expected: "a map of names and values of postgresql.conf") else {
            return [:]
        }
        var settings: [String: String] = [:]
        for member in members {
            let isName =
                member.key.first?.isLetter == true
                && member.key.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
            guard isName else {
                diagnostics.report(member.keyPlace, "this cannot be the name of a setting", expected: "letters, digits, `_` and `.`")
                continue
            }
            if member.key == "max_connections" {
                // The lowest leaves room for PostgreSQL's reserved slots and Seep's own; the highest is PostgreSQL's.
                settings[member.key] = diagnostics.integer(member.value, "`max_connections`", in: 10...262_143).map(String.init)
            } else if let text = diagnostics.text(member.value, "`\(member.key)`") {
                if text.hasControlCharacters {
                    diagnostics.report(member.value.place, "`\(member.key)` holds a control character")
                }
                settings[member.key] = text
            }
        }
        return settings
    }

    private func sessions(_ value: YAMLValue) -> SessionFilter? {
        guard let map = MapReader(value, .sessions, diagnostics) else { return nil }
        if case .mapping(let members) = value.content, members.isEmpty {
            diagnostics.report(value.place, "`sessions` is empty", expected: "at least one of \(KeySet.sessions.accepted.quotedList)")
        }
        func field(_ key: String) -> String? {
            guard let value = map[key], let text = diagnostics.text(value, "`\(key)`") else { return nil }
            if text.isEmpty || text.hasControlCharacters {
                diagnostics.report(value.place, "`\(key)` is empty or holds a control character", expected: "text")
            }
            return text
        }
        let address = field("client_addr")
        if let address, let value = map["client_addr"], value.scalar?.isUnknown != true, IPAddress(address) == nil {
            diagnostics.report(value.place, "`client_addr` is no address", expected: "an address as PostgreSQL prints it, like `10.0.0.7`")
        }
        return SessionFilter(
            applicationName: field("application_name"), role: field("role"), database: field("database"), clientAddress: address)
    }

    private func budget(_ value: YAMLValue) -> Budget? {
        let expected = "a share above 0% up to 100%, or a number of sessions"
        guard let scalar = value.scalar, scalar.text.hasSuffix("%") else {
            return diagnostics.integer(value, "`budget`", in: 0...1_000_000, or: "a share like `80%`").map(Budget.sessions)
        }
        switch CoreScalar.resolve(String(scalar.text.dropLast())) {
        case .integer(let digits), .real(let digits):
            if let share = Double(digits), share > 0, share <= 100 { return .percent(share) }
        default: break
        }
        diagnostics.report(value.place, "`budget` is out of range", expected: expected)
        return nil
    }
}
