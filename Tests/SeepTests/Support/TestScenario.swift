import Foundation

/// Scenarios that need little time, before `leaky`, the server that holds its sessions as it is told.
enum TestScenario {
    /// Two waves of 40 and nothing else, on a database that runs already.
    static let short = """
        name: short
        target: http://127.0.0.1:{{port}}
        database: ${SEEP_TEST_DATABASE}
        requests: [{get: /query}]
        load: {concurrency: 4, requests: 40}
        waves: {count: 2, settle: 300ms}
        tests: {baseline: off, warm_up: off, unit_dose: off, long_idle: off}
        servers:
          app:
            command: exec ${SEEP_TEST_LEAKY} --port {{port}} --shape clean
            ready: /health
            stop: {signal: TERM, within: 2s}
        """

    /// The variables that these scenarios ask for; the cache, too, is the test's own where it is given.
    static func environment(_ database: String = "throwaway", cache: String? = nil) -> [String: String] {
        var variables = ["SEEP_TEST_DATABASE": database, "SEEP_TEST_LEAKY": BuiltProducts.folder + "/leaky"]
        // The server has it from us, unless the throwaway's own takes its place.
        if database != "throwaway" { variables["DATABASE_URL"] = database }
        variables["XDG_CACHE_HOME"] = cache
        return variables
    }

    /// ``short`` with other values, as `--set` gives them.
    static func flags(_ values: KeyValuePairs<String, String>) -> [String] { values.flatMap { ["--set", "\($0.key)=\($0.value)"] } }
}
