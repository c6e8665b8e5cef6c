/// The keys of one map of the scenario file.
struct KeySet {
    /// Of what, for a message: `a request`.
    let owner: String
    let accepted: [String]
    /// Keys that belong elsewhere, or are called otherwise here, and what to say of them.
    let elsewhere: [String: String]

    init(_ owner: String, _ accepted: [String], elsewhere: [String: String] = [:]) {
        self.owner = owner
        self.accepted = accepted
        self.elsewhere = elsewhere
    }

    static let scenario = KeySet(
        "a scenario",
        ["include", "environments", "name"] + inEnvironments,
        elsewhere: elsewhere)

    private static let inEnvironments = [
        "target", "authorized", "database", "data", "http", "requests", "load", "waves", "tests", "servers", "thresholds",
        "matrix", "repeat", "expected",
    ]

    private static let elsewhere = ["soak": "`waves: {soak: 8h}`", "settle": "`waves: {settle: 5s}`"]

    static let environment = KeySet("an environment", inEnvironments, elsewhere: elsewhere)

    static let database = KeySet("`database`", ["url", "settings", "every", "sessions", "budget", "pgbouncer"])

    static let sessions = KeySet("`sessions`", ["application_name", "role", "database", "client_addr"])

    static let data = KeySet("a data set", ["file", "pick"])

    static let http = KeySet(
        "`http`", ["version", "reuse", "timeout", "headers", "auth", "proxy", "tls", "socket", "transport"])

    static let auth = KeySet("`auth`", ["basic", "bearer"])

    static let basic = KeySet("`basic`", ["user", "password"])

    static let tls = KeySet(
        "`tls`", ["ca", "certificate", "key", "verify"], elsewhere: ["cert": "`certificate`", "insecure": "`verify: false`"])

    static let methods = ["get", "post", "put", "patch", "delete", "head", "options"]

    private static let ofEveryRequest =
        ["name"] + methods + [
            "method", "url", "headers", "body", "json", "form", "multipart", "follow", "expect", "hang_up", "read", "timeout",
        ]

    private static let pauses = ["wait", "sleep", "pause", "delay"]

    static let request = KeySet(
        "a request", ofEveryRequest.flatMap { $0 == "url" ? [$0, "weight"] : [$0] },
        elsewhere: [
            "think": "`{think: 1s}` is an element of the `steps` of a flow", "capture": "it belongs to a request in the `steps` of a flow",
            "auth": "see `http.auth`", "cookies": "a flow keeps cookies by itself; else write a header `Cookie`",
        ])

    /// A request in a flow.
    static let step = KeySet(
        "a request of a flow", ofEveryRequest + ["capture"],
        elsewhere: Dictionary(pauses.map { ($0, "write `{think: 1s}`") }, uniquingKeysWith: { first, _ in first }).merging(
            [
                "weight": "the flow as a whole has one, beside `steps`", "think": "a pause is an element of its own: `{think: 1s}`",
                "before": "it belongs beside `steps`", "steps": "flows do not nest", "auth": "see `http.auth`",
            ], uniquingKeysWith: { first, _ in first }))

    static let think = KeySet(
        "a pause", ["think"],
        elsewhere: Dictionary(
            ofEveryRequest.map { ($0, "a request is an element of its own") }, uniquingKeysWith: { first, _ in first }))

    static let flow = KeySet(
        "a flow", ["name", "weight", "before", "steps"],
        elsewhere: Dictionary(
            (ofEveryRequest + ["capture"]).filter { $0 != "name" }.map { ($0, "it belongs to a request in `steps` or `before`") },
            uniquingKeysWith: { first, _ in first }
        ).merging(["think": "`{think: 1s}` is an element of `steps`"], uniquingKeysWith: { first, _ in first }))

    static let expectation = KeySet(
        "`expect`", ["status", "headers", "body", "json", "within", "end"],
        elsewhere: [
            "header": "`headers`", "timeout": "an end is wanted by `end: timeout`, a time by `within: 2s`",
            "contains": "`body: {contains: …}`",
        ])

    private static let synonymsOfMatches = ["match": "`matches`", "regex": "`matches`", "regexp": "`matches`", "pattern": "`matches`"]

    static let bodyChecks = KeySet("a check of a body", ["contains", "matches", "equals"], elsewhere: synonymsOfMatches)

    static let checks = KeySet("a check", ["equals", "contains", "matches", "exists"], elsewhere: synonymsOfMatches)

    static let capture = KeySet(
        "a capture", ["json", "header", "match"],
        elsewhere: [
            "matches": "`match`", "regex": "`match`", "regexp": "`match`", "pattern": "`match`", "body": "`match`", "jsonpath": "`json`",
            "headers": "`header`",
        ])

    static let hangUp = KeySet("`hang_up`", ["when", "how"])

    static let bodyFile = KeySet("`body`", ["file", "type"])

    static let part = KeySet("a part of `multipart`", ["file", "type", "name"])

    static let phase = KeySet(
        "a phase of the load",
        ["concurrency", "requests", "rate", "duration", "arrivals", "max_in_flight"])

    static let waves = KeySet("`waves`", ["count", "soak", "settle"])

    static let tests = KeySet("`tests`", ["baseline", "warm_up", "unit_dose", "long_idle"])

    static let expected = KeySet("`expected`", ["requests_per_day", "restarts"])

    static let server = KeySet(
        "a server",
        [
            "target", "setup", "prepare", "command", "workdir", "env", "ready", "ready_within", "stop", "workers", "threads", "pool",
            "expect", "pgbouncer",
        ])

    static let threshold = KeySet("a threshold", ["is", "abort", "grace"])

    static let stop = KeySet("`stop`", ["signal", "within"])
}
