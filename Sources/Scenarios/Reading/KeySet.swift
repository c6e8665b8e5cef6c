/// The keys of one map of the scenario file.
struct KeySet {
    /// Of what, for a message: `a request`.
    let owner: String
    let accepted: [String]
    /// Designed, but not built yet: refused by name, never ignored.
    let planned: [String]

    init(_ owner: String, _ accepted: [String], planned: [String] = []) {
        self.owner = owner
        self.accepted = accepted
        self.planned = planned
    }

    static let scenario = KeySet(
        "a scenario",
        ["include", "environments", "name"] + inEnvironments,
        planned: planned)

    private static let inEnvironments = [
        "target", "authorized", "database", "http", "requests", "load", "waves", "tests", "servers", "thresholds",
    ]

    private static let planned = ["data", "soak", "expected", "matrix", "repeat"]

    static let environment = KeySet("an environment", inEnvironments, planned: planned)

    static let database = KeySet("`database`", ["url", "settings", "every", "sessions", "budget", "pgbouncer"])

    static let sessions = KeySet("`sessions`", ["application_name", "role", "database", "client_addr"])

    static let http = KeySet(
        "`http`", ["version", "reuse", "timeout", "headers", "transport"], planned: ["auth", "proxy", "tls"])

    static let methods = ["get", "post", "put", "patch", "delete", "head", "options"]

    static let request = KeySet(
        "a request",
        ["name"] + methods + ["method", "url", "weight", "headers", "body", "json", "form", "follow", "expect"],
        planned: ["capture", "hang_up", "read", "before", "steps", "think"])

    static let expectation = KeySet(
        "`expect`", ["status"], planned: ["json", "body", "headers", "within"])

    static let phase = KeySet(
        "a phase of the load",
        ["concurrency", "requests", "rate", "duration", "arrivals", "max_in_flight"])

    static let waves = KeySet("`waves`", ["count", "settle"], planned: ["soak"])

    static let tests = KeySet("`tests`", ["baseline", "warm_up", "unit_dose", "long_idle"])

    static let server = KeySet(
        "a server",
        [
            "setup", "command", "workdir", "env", "ready", "ready_within", "stop", "workers", "threads", "pool", "expect",
            "pgbouncer",
        ])

    static let threshold = KeySet("a threshold", ["is", "abort", "grace"])

    static let stop = KeySet("`stop`", ["signal", "within"])
}
