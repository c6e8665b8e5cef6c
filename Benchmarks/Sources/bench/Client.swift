import Foundation

/// A client that is measured: how it is called, and how many requests it says it made.
struct Client {
    let name: String
    let version: String
    /// The command for so many requests over so many connections.
    let command: (_ url: String, _ connections: Int, _ requests: Int, _ seconds: Int) -> [String]
    /// Requests done and failed, from its output; `nil`: unreadable.
    let count: (String) -> (done: Int, failed: Int)?
    /// Requests for a second of load, about.
    let perSecond: Int
    /// It takes so long to begin that a shorter run would measure that.
    var leastSeconds = 0

    static var hey: Client {
        Client(
            name: "hey", version: packageVersion("hey"),
            command: { url, connections, requests, _ in ["hey", "-c", "\(connections)", "-n", "\(requests)", url + "/"] },
            count: { output in
                // `  [200]	200000 responses`
                let statuses = output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter {
                    $0.hasSuffix(" responses")
                }
                guard !statuses.isEmpty else { return nil }
                var done = 0
                var failed = 0
                for line in statuses {
                    guard let count = line.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap({ Int($0) }) else {
                        return nil
                    }
                    if line.hasPrefix("[200]") { done += count } else { failed += count }
                }
                return (done, failed)
            }, perSecond: 45_000)
    }

    /// It runs for a time; it takes no number of requests.
    static var wrk: Client {
        Client(
            name: "wrk", version: packageVersion("wrk"),
            command: { url, connections, _, seconds in ["wrk", "-t", "1", "-c", "\(connections)", "-d", "\(seconds)s", url + "/"] },
            count: { output in
                // `  688123 requests in 5.00s, 130MB read`, and `Non-2xx or 3xx responses: 5`, where there are any
                guard let done = number(in: output, before: " requests in ") else { return nil }
                let failed = number(in: output, after: "Non-2xx or 3xx responses: ") ?? 0
                return (done - failed, failed)
            }, perSecond: 130_000)
    }

    static var ab: Client {
        Client(
            name: "ab", version: packageVersion("apache2-utils"),
            command: { url, connections, requests, _ in ["ab", "-k", "-q", "-c", "\(connections)", "-n", "\(requests)", url + "/"] },
            count: { output in
                guard let done = number(in: output, after: "Complete requests:"), let failed = number(in: output, after: "Failed requests:")
                else { return nil }
                return (done - failed, failed + (number(in: output, after: "Non-2xx responses:") ?? 0))
            }, perSecond: 110_000)
    }

    static func number(in text: String, after prefix: String) -> Int? {
        guard let range = text.range(of: prefix) else { return nil }
        return Int(text[range.upperBound...].drop { $0 == " " }.prefix { $0.isNumber })
    }

    static func number(in text: String, before suffix: String) -> Int? {
        guard let range = text.range(of: suffix) else { return nil }
        return Int(String(text[..<range.lowerBound].reversed().prefix { $0.isNumber }.reversed()))
    }

    static func packageVersion(_ package: String) -> String {
        firstLine(of: ["dpkg-query", "-W", "-f", "${Version}", package])
    }
}
