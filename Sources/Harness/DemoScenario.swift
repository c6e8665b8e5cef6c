import Glibc
package import Scenarios

/// The scenario of `seep demo`: one server that leaks and one that keeps a pool, with nothing to install but the binaries.
package enum DemoScenario {
    /// - Throws: where `leaky` was looked for.
    package static func make() throws(RunFailure) -> Scenario {
        let folder = executableFolder
        let leaky = folder + "/leaky"
        guard access(leaky, X_OK) == 0 else {
            throw RunFailure(.unusable, "\(leaky) is not there: the demo needs it beside seep. Build it with `make build`.")
        }
        func server(_ shape: String) -> ServerSpec {
            ServerSpec(
                name: shape, command: Template("\(leaky.shellQuoted) --port {{port}} --threads 8 --shape \(shape)"), ready: "/health",
                workers: 1, threads: 8)
        }
        return Scenario(
            name: "demo", folder: folder, target: "http://127.0.0.1:{{port}}", database: DatabaseSettings(source: .throwaway),
            requests: [
                RequestSpec(name: "a query", url: "/query", weight: 8),
                RequestSpec(name: "an error", url: "/error", expect: .exactly([500])),
                RequestSpec(name: "no query", url: "/none"),
            ],
            waves: WaveSettings(count: 3, settle: .seconds(2)), tests: TestSettings(baseline: .seconds(1), unitDose: 10),
            servers: [server("per-request"), server("threads")])
    }

    private static var executableFolder: String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}

extension String {
    /// One word for `/bin/sh`; braces doubled, since the command is a template.
    fileprivate var shellQuoted: String {
        "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
