import Foundation

/// How each client is called, beside those of Client.swift.
extension Client {
    /// - Parameter options: of `seep-bench load`.
    static func seep(_ program: String, _ name: String, version: String, perSecond: Int, options: [String]) -> Client {
        Client(
            name: name, version: version,
            command: { url, connections, requests, _ in
                [program, "load", url, "-c", "\(connections)", "-n", "\(requests)"] + options
            },
            count: { output in
                (try? Probe.summary(of: output, as: Probe.Load.self)).map { ($0.given - $0.unexpected, $0.unexpected) }
            }, perSecond: perSecond)
    }

    /// nghttp2's client, over HTTP/1.1.
    static var h2load: Client {
        Client(
            name: "h2load --h1", version: packageVersion("nghttp2-client"),
            command: { url, connections, requests, _ in
                ["h2load", "--h1", "-t", "1", "-c", "\(connections)", "-n", "\(requests)", url + "/"]
            }, count: h2loadCount, perSecond: 110_000)
    }

    /// Over HTTP/2, with all requests in flight on one connection, as libcurl does it.
    static var h2loadHTTP2: Client {
        Client(
            name: "h2load", version: packageVersion("nghttp2-client"),
            command: { url, connections, requests, _ in
                ["h2load", "-t", "1", "-c", "1", "-m", "\(connections)", "-n", "\(requests)", url + "/"]
            }, count: h2loadCount, perSecond: 150_000)
    }

    private static func h2loadCount(_ output: String) -> (done: Int, failed: Int)? {
        // `requests: 100000 total, 100000 started, 100000 done, 100000 succeeded, 0 failed, 0 errored, 0 timeout`
        guard let total = number(in: output, before: " total,"), let good = number(in: output, before: " succeeded,") else { return nil }
        return (good, total - good)
    }

    /// Python; its fastest sort of user.
    ///
    /// - Parameter folder: where its script is put.
    static func locust(_ program: String, folder: URL) throws -> Client {
        let script = folder.appendingPathComponent("locustfile.py")
        try """
        from locust import FastHttpUser, task


        class Reader(FastHttpUser):
            @task
            def read(self):
                self.client.get("/")

        """.write(to: script, atomically: true, encoding: .utf8)
        // `locust 2.47.0 from /…`
        let version = firstLine(of: [program, "--version"]).split(separator: " ").dropFirst().first.map(String.init) ?? ""
        return Client(
            name: "Locust, FastHttpUser", version: version,
            command: { url, connections, _, seconds in
                [program, "-f", script.path, "--headless", "-u", "\(connections)", "-r", "\(connections)", "-t", "\(seconds)s"]
                    + ["--host", url, "--json", "--skip-log-setup"]
            }, count: locustCount, perSecond: 4_000, leastSeconds: 10)
    }

    private static func locustCount(_ output: String) -> (done: Int, failed: Int)? {
        struct Line: Decodable {
            var num_requests: Int
            var num_failures: Int
        }
        // After what it says of itself.
        guard let start = output.range(of: "\n[\n")?.lowerBound ?? (output.hasPrefix("[") ? output.startIndex : nil),
            let lines = try? JSONDecoder().decode([Line].self, from: Data(output[start...].utf8)), let line = lines.first
        else { return nil }
        return (line.num_requests - line.num_failures, line.num_failures)
    }
}
