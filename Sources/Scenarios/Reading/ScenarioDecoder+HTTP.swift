/// `http`: how requests travel.
extension ScenarioDecoder {
    private static let timeouts: ClosedRange<Duration> = .milliseconds(1)...(.seconds(3600))

    /// Its headers are templates yet, see ``HTTPSettings/takeTemplates()``.
    func http(_ value: YAMLValue, _ scope: PlaceholderScope, checksReach: Bool, hasServers: Bool) -> HTTPSettings? {
        guard let map = MapReader(value, .http, diagnostics) else { return nil }
        var http = HTTPSettings()
        if let value = map["version"],
            let word = diagnostics.word(value, "`version`", of: HTTPSettings.Version.allCases.map(\.rawValue)),
            let version = HTTPSettings.Version(rawValue: word)
        {
            http.version = version
        }
        if let reuse = map["reuse"].flatMap(reuse) { http.reuse = reuse }
        if let timeout = map["timeout"].flatMap({ diagnostics.duration($0, "`timeout`", in: Self.timeouts) }) { http.timeout = timeout }
        http.headers = map["headers"].map { headers($0, "`http.headers`", RequestTexts(scope, diagnostics)) } ?? []
        http.auth = map["auth"].flatMap(auth)
        if map.has("auth"), http.headers.contains(where: { $0.name.lowercased() == "authorization" }) {
            diagnostics.report(map.keyPlace("auth"), "`auth` and a header `Authorization` exclude one another")
        }
        http.proxy = map["proxy"].flatMap { proxy($0, checksReach: checksReach) }
        if let tls = map["tls"].flatMap(tls) { http.tls = tls }
        http.socket = map["socket"].flatMap { socket($0, hasServers: hasServers) }
        if map.has("socket"), map.has("proxy") {
            diagnostics.report(
                map.keyPlace("proxy"), "`proxy` and `socket` exclude one another",
                help: "a connection to a Unix socket goes through no proxy")
        }
        if let value = map["transport"],
            let word = diagnostics.word(value, "`transport`", of: HTTPSettings.Transport.allCases.map(\.rawValue)),
            let transport = HTTPSettings.Transport(rawValue: word)
        {
            http.transport = transport
            if transport == .direct, http.version == .http2 {
                diagnostics.report(
                    value.place, "the direct transport speaks HTTP/1 only, and `version` is 2", expected: "`auto` or `general`")
            }
        }
        return http
    }

    private func reuse(_ value: YAMLValue) -> HTTPSettings.Reuse? {
        let expected = "`always`, `never`, or a number of requests from 1 to 1000000000"
        guard let scalar = diagnostics.scalar(value, "`reuse`", expected: expected), !scalar.isUnknown else { return nil }
        switch (scalar.text, diagnostics.resolved(scalar)) {
        case ("always", _): return .always
        case ("never", _): return .never
        case (_, .integer(let digits)):
            if let count = Int(digits), (1...1_000_000_000).contains(count) { return .requests(count) }
            diagnostics.report(value.place, "`reuse` is out of range", expected: expected)
        default:
            diagnostics.report(
                value.place, "`reuse` is none of its words", expected: expected,
                help: Suggestion.nearest(to: scalar.written, among: ["always", "never"]).map { "did you mean `\($0)`?" })
        }
        return nil
    }

    // MARK: Who we are

    private func auth(_ value: YAMLValue) -> HTTPSettings.Auth? {
        let expected = "`{basic: {user: …, password: …}}` or `{bearer: …}`"
        guard case .mapping = value.content else {
            diagnostics.reportType(value, "`auth`", expected: expected)
            return nil
        }
        guard let map = MapReader(value, .auth, diagnostics) else { return nil }
        if map.has("basic"), map.has("bearer") {
            diagnostics.report(map.keyPlace("bearer"), "`basic` and `bearer` exclude one another", expected: expected)
        }
        if let value = map["basic"] { return basic(value) }
        if let value = map["bearer"] {
            guard let token = diagnostics.text(value, "`bearer`", expected: "a token") else { return nil }
            guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                diagnostics.report(value.place, "`bearer` is no token", expected: "visible characters of ASCII, without spaces")
                return nil
            }
            return .bearer(token)
        }
        if !map.wasMeant("basic"), !map.wasMeant("bearer") { diagnostics.report(map.place, "`auth` names no way", expected: expected) }
        return nil
    }

    private func basic(_ value: YAMLValue) -> HTTPSettings.Auth? {
        guard let map = MapReader(value, .basic, diagnostics) else { return nil }
        let user = map.required("user", expected: "a name").flatMap { credential($0, "`user`") }
        let password = map.required("password", expected: "text; \"\" for none").flatMap { credential($0, "`password`") }
        guard let user, let password else { return nil }
        guard !user.contains(":") else {
            diagnostics.report(map["user"]?.place ?? map.place, "`user` holds a colon, which would begin the password")
            return nil
        }
        return .basic(user: user, password: password)
    }

    private func credential(_ value: YAMLValue, _ owner: String) -> String? {
        guard let text = diagnostics.text(value, owner) else { return nil }
        guard !text.hasControlCharacters else {
            diagnostics.report(value.place, "\(owner) holds a control character")
            return nil
        }
        return text
    }

    // MARK: Where through

    private func proxy(_ value: YAMLValue, checksReach: Bool) -> String? {
        let expected = "a URL like `http://user:password@127.0.0.1:3128`"
        guard let text = diagnostics.text(value, "`proxy`", expected: expected) else { return nil }
        if value.scalar?.isUnknown == true { return text }
        func wrong(_ reason: String, _ help: String? = nil) -> String? {
            diagnostics.report(value.place, "`proxy` cannot be used: \(reason)", expected: expected, help: help)
            return nil
        }
        guard let scheme = ["http://", "https://"].first(where: text.lowercased().hasPrefix) else {
            return wrong("it does not begin with `http://` or `https://`", "other kinds of proxies are not supported")
        }
        let behind = text.dropFirst(scheme.count)
        let authority = behind.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard ["", "/"].contains(behind.dropFirst(authority.count)) else { return wrong("it has a path") }
        let credentials = authority.lastIndex(of: "@").map { authority[..<$0] } ?? ""
        let host = authority.lastIndex(of: "@").map { authority[$0...].dropFirst() } ?? authority
        guard !credentials.contains("@") else { return wrong("an `@` in a user or a password is written `%40`") }
        guard HTTPURL.problem(ofCharacters: String(credentials)) == nil else {
            return wrong("its user or password holds a character that has to be percent-encoded")
        }
        guard host.drop(while: { $0 != "]" }).contains(":") || !host.contains("]") && host.contains(":") else {
            return wrong("it names no port")
        }
        do throws(HTTPURLError) {
            let url = try HTTPURL(scheme + host)
            if checksReach { checkReach(of: url, "`proxy`", at: value.place) }
            return text
        } catch {
            return wrong(error.reason, error.help)
        }
    }

    private func socket(_ value: YAMLValue, hasServers: Bool) -> Template? {
        let expected = "the path of a Unix socket"
        let known = hasServers ? ["port", "cache"] : []
        guard let template = diagnostics.template(value, "`socket`", known: known, expected: expected) else { return nil }
        if value.scalar?.isUnknown == true { return template }
        // Without placeholders, the path is known; `sun_path` has 108 bytes with the NUL at its end.
        let path = (try? template.expand([:])).map { ScenarioFiles.absolute($0, in: folder) }
        guard !template.text.isEmpty, !template.text.hasControlCharacters, (path?.utf8.count ?? 0) <= 107 else {
            let isLong = (path?.utf8.count ?? 0) > 107
            diagnostics.report(
                value.place, isLong ? "the path of `socket` has more than 107 bytes" : "`socket` is no path", expected: expected,
                help: isLong ? "no Unix socket can have this path; choose a folder with a shorter one" : nil)
            return nil
        }
        return template
    }

    // MARK: TLS

    private func tls(_ value: YAMLValue) -> HTTPSettings.TLS? {
        guard let map = MapReader(value, .tls, diagnostics) else { return nil }
        var tls = HTTPSettings.TLS()
        tls.authorities = map["ca"].flatMap { pem($0, "`ca`", holding: "CERTIFICATE", "certificates") }
        tls.certificate = map["certificate"].flatMap { pem($0, "`certificate`", holding: "CERTIFICATE", "a certificate") }
        tls.key = map["key"].flatMap { pem($0, "`key`", holding: "PRIVATE KEY", "a private key") }
        for (key, other) in [("certificate", "key"), ("key", "certificate")]
        where map.has(key) && !map.has(other) && !map.wasMeant(other) && !map.isMisplaced {
            diagnostics.report(map.keyPlace(key), "`\(key)` needs `\(other)`", expected: "both, or neither")
        }
        if let verify = map["verify"].flatMap({ diagnostics.boolean($0, "`verify`") }) { tls.verify = verify }
        return tls
    }

    /// The absolute path of a PEM file.
    private func pem(_ value: YAMLValue, _ owner: String, holding label: String, _ content: String) -> String? {
        let expected = "the path of a PEM file with \(content), relative to the scenario's folder"
        guard let path = filePath(value, owner, expected: expected) else { return nil }
        let absolute = ScenarioFiles.absolute(path, in: folder)
        switch ScenarioFiles.bytes(of: absolute) {
        case .failure(let problem):
            diagnostics.report(value.place, "what \(owner) names cannot be taken: \(problem.message)", expected: expected)
            return nil
        case .success(let bytes):
            let text = String(decoding: bytes, as: UTF8.self)
            guard text.contains("-----BEGIN"), text.contains("\(label)-----") else {
                diagnostics.report(
                    value.place, "what \(owner) names holds no \(content.replacing("a ", with: "")) in PEM", expected: expected)
                return nil
            }
            guard label != "PRIVATE KEY" || !text.contains("ENCRYPTED") else {
                diagnostics.report(
                    value.place, "the key has a password", expected: "a key without one",
                    help: "`openssl pkey -in FILE -out OTHER` takes it away")
                return nil
            }
            return absolute
        }
    }
}
