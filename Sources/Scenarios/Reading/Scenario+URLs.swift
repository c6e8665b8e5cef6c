/// What `seep run URL…` takes in the place of a scenario file, each as it was typed.
package struct ScenarioFlags: Hashable, Sendable {
    /// At least one; all of the same scheme, host and port.
    package var urls: [String]
    /// `--database`: a URL, or `throwaway`.
    package var database: String?
    /// `-X`; by default GET, or POST with a body.
    package var method: String?
    /// `-H`, each `Name: value`.
    package var headers: [String]
    /// `-d`; sent as `application/x-www-form-urlencoded` unless a header says otherwise, as curl does.
    package var body: String?
    /// `--expect`: statuses with commas between.
    package var expect: String?
    /// `--sessions`: `application_name=cms`, with commas between several.
    package var sessions: String?
    /// `-c`, a whole number.
    package var concurrency: String?
    /// `-n`, a whole number.
    package var requests: String?
    /// `-z`, a duration.
    package var duration: String?
    /// `--rate`, like `10/s`.
    package var rate: String?
    /// `--name`; by default the host and the port.
    package var name: String?
    /// `--authorized`.
    package var authorized: Bool
    /// What connections need.
    package var connection: Connection

    /// `http` of a scenario, in flags.
    package struct Connection: Hashable, Sendable {
        /// `--timeout`, a duration.
        package var timeout: String?
        /// `--ca`, a path.
        package var authorities: String?
        /// `--insecure`.
        package var isInsecure: Bool
        /// `--proxy`, a URL.
        package var proxy: String?
        /// `--unix-socket`, a path.
        package var socket: String?
        /// `--user`, `name:password`.
        package var user: String?

        package init(
            timeout: String? = nil, authorities: String? = nil, isInsecure: Bool = false, proxy: String? = nil, socket: String? = nil,
            user: String? = nil
        ) {
            self.timeout = timeout
            self.authorities = authorities
            self.isInsecure = isInsecure
            self.proxy = proxy
            self.socket = socket
            self.user = user
        }
    }

    package init(
        urls: [String], database: String? = nil, method: String? = nil, headers: [String] = [], body: String? = nil, expect: String? = nil,
        sessions: String? = nil, concurrency: String? = nil, requests: String? = nil, duration: String? = nil, rate: String? = nil,
        name: String? = nil, authorized: Bool = false, connection: Connection = Connection()
    ) {
        self.urls = urls
        self.database = database
        self.method = method
        self.headers = headers
        self.body = body
        self.expect = expect
        self.sessions = sessions
        self.concurrency = concurrency
        self.requests = requests
        self.duration = duration
        self.rate = rate
        self.name = name
        self.authorized = authorized
        self.connection = connection
    }
}

extension Scenario {
    /// The scenario that the flags describe, checked as a file is; problems have the flag's name as their place.
    ///
    /// Nothing is expanded: the shell has done that, and braces are text.
    ///
    /// - Parameter folder: absolute; where relative paths start.
    package static func fromURLs(_ flags: ScenarioFlags, folder: String) throws(ScenarioProblems) -> Scenario {
        try FlagTree(flags).scenario(folder: folder)
    }
}

/// Builds the tree that a file would have from flags, so that both are read and checked by the same code.
struct FlagTree {
    private let flags: ScenarioFlags
    let diagnostics = Diagnostics()
    private static let urlFlag = "URL"

    init(_ flags: ScenarioFlags) { self.flags = flags }

    func scenario(folder: String) throws(ScenarioProblems) -> Scenario {
        guard let first = flags.urls.first else {
            diagnostics.report(place(Self.urlFlag, ""), "no URL is given", expected: "one or more, like `http://127.0.0.1:8000/path`")
            throw diagnostics.sorted
        }
        let urls = flags.urls.compactMap(parse)
        guard let base = urls.first, urls.count == flags.urls.count else { throw diagnostics.sorted }
        for (text, url) in zip(flags.urls, urls) where url.origin != base.origin {
            diagnostics.report(
                place(Self.urlFlag, text), "the URLs name different servers", expected: "scheme, host and port of the first",
                help: "one run judges one server; run the others on their own")
        }
        var root = [("target", scalar(base.origin, Self.urlFlag, first))]
        root.append(("requests", list(zip(flags.urls, urls).map { request($0, $1) })))
        if let database = flags.database {
            var entries = [("url", scalar(database, "--database"))]
            if let sessions = flags.sessions { entries.append(("sessions", filter(sessions))) }
            root.append(("database", map(entries)))
        } else if let sessions = flags.sessions {
            diagnostics.report(place("--sessions", sessions), "`--sessions` needs `--database`")
        }
        if let load = load() { root.append(("load", load)) }
        let http = connection()
        if !http.isEmpty { root.append(("http", map(http))) }
        if flags.authorized { root.append(("authorized", scalar("true", "--authorized"))) }
        if let name = flags.name { root.append(("name", scalar(name, "--name"))) }

        let decoder = ScenarioDecoder(
            diagnostics: diagnostics, folder: folder, defaultName: base.host.replacing(":", with: "-") + "-\(base.port)", secretValues: [])
        var scenario = try decoder.decode(map(root))
        if flags.body != nil {
            for index in scenario.requests.indices { scenario.requests[index].body?.contentType = "application/x-www-form-urlencoded" }
        }
        return scenario
    }

    private func parse(_ text: String) -> HTTPURL? {
        do throws(HTTPURLError) {
            return try HTTPURL(text)
        } catch {
            diagnostics.report(
                place(Self.urlFlag, text), "this is no URL to load: \(error.reason)", expected: "a URL like `http://127.0.0.1:8000/path`",
                help: error.help)
            return nil
        }
    }

    private func request(_ text: String, _ url: HTTPURL) -> YAMLValue {
        let path = url.path.hasPrefix("/") ? url.path : "/" + url.path
        let method = flags.method ?? (flags.body == nil ? "GET" : "POST")
        var entries = [("method", scalar(method, "--method")), ("url", scalar(path, Self.urlFlag, text))]
        if !flags.headers.isEmpty { entries.append(("headers", headers())) }
        if let body = flags.body { entries.append(("body", scalar(body, "--data", isText: true))) }
        if let expect = flags.expect {
            let statuses = expect.split(separator: ",", omittingEmptySubsequences: false)
            entries.append(("expect", list(statuses.map { scalar(String($0), "--expect", expect) })))
        }
        return map(entries)
    }

    private func headers() -> YAMLValue {
        var names: [String] = []
        var values: [String: [YAMLValue]] = [:]
        for header in flags.headers {
            guard let colon = header.firstIndex(of: ":") else {
                diagnostics.report(place("--header", header), "a header has a name and a value", expected: "`Name: value`")
                continue
            }
            let name = String(header[..<colon])
            let value = String(header[colon...].dropFirst().drop { $0 == " " || $0 == "\t" })
            if values[name] == nil { names.append(name) }
            values[name, default: []].append(scalar(value, "--header", header, isText: true))
        }
        return map(names.map { name in (name, list(values[name] ?? [])) }, flag: "--header")
    }

    func filter(_ text: String) -> YAMLValue {
        var entries: [(String, YAMLValue)] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let equals = part.firstIndex(of: "=") else {
                diagnostics.report(
                    place("--sessions", text), "a filter has a key and a value",
                    expected: "`key=value`, with commas between, of \(KeySet.sessions.accepted.quotedList)")
                continue
            }
            entries.append((String(part[..<equals]), scalar(String(part[equals...].dropFirst()), "--sessions", text, isText: true)))
        }
        return map(entries, flag: "--sessions")
    }

    private func load() -> YAMLValue? {
        let given = [
            ("concurrency", flags.concurrency, "--concurrency"), ("requests", flags.requests, "--requests"),
            ("duration", flags.duration, "--duration"), ("rate", flags.rate, "--rate"),
        ]
        let entries = given.compactMap { key, value, flag in value.map { (key, scalar($0, flag), flag) } }
        guard let flag = entries.last?.2 else { return nil }
        let members = entries.map { YAMLValue.Member(key: $0.0, keyPlace: $0.1.place, value: $0.1) }
        return YAMLValue(place: place(flag, flags.rate ?? ""), content: .mapping(members))
    }

    private func connection() -> [(String, YAMLValue)] {
        let given = flags.connection
        var entries: [(String, YAMLValue)] = []
        if let timeout = given.timeout { entries.append(("timeout", scalar(timeout, "--timeout"))) }
        var tls: [(String, YAMLValue)] = []
        if let path = given.authorities { tls.append(("ca", scalar(path, "--ca", isText: true))) }
        if given.isInsecure { tls.append(("verify", scalar("false", "--insecure"))) }
        if !tls.isEmpty { entries.append(("tls", map(tls))) }
        if let proxy = given.proxy { entries.append(("proxy", scalar(proxy, "--proxy", isText: true))) }
        if let socket = given.socket { entries.append(("socket", scalar(socket, "--unix-socket", isText: true))) }
        if let user = given.user, let basic = basic(user) { entries.append(("auth", map([("basic", basic)]))) }
        return entries
    }

    private func basic(_ user: String) -> YAMLValue? {
        let flag = "--user"
        guard let colon = user.firstIndex(of: ":") else {
            // It may be the password alone.
            diagnostics.report(place(flag, ""), "a user and a password are needed", expected: "`name:password`")
            return nil
        }
        let shown = user[...colon] + SecretText.struckOut
        let password = String(user[colon...].dropFirst())
        return map([
            ("user", scalar(String(user[..<colon]), flag, String(shown), isText: true)),
            ("password", scalar(password, flag, String(shown), isText: true)),
        ])
    }

    private func place(_ flag: String, _ text: String) -> Place { .flag(name: flag, text: text, column: 1) }

    func scalar(_ value: String, _ flag: String, _ typed: String? = nil, isText: Bool = false) -> YAMLValue {
        var scalar = ScalarText(verbatim: value)
        // A body or a header that is empty is empty text, not nothing.
        scalar.isPlain = !isText
        return YAMLValue(place: place(flag, typed ?? value), content: .scalar(scalar))
    }

    private func list(_ values: [YAMLValue]) -> YAMLValue {
        YAMLValue(place: values.first?.place ?? place(Self.urlFlag, ""), content: .sequence(values))
    }

    func map(_ entries: [(String, YAMLValue)], flag: String = "URL") -> YAMLValue {
        let members = entries.map { key, value in YAMLValue.Member(key: key, keyPlace: value.place, value: value) }
        return YAMLValue(place: members.first?.keyPlace ?? place(flag, ""), content: .mapping(members))
    }
}
