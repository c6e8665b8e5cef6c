import Foundation

/// `docs/performance.md`: all tables, and what is promised and was not met.
struct Page {
    let text: String
    let shortfalls: [String]

    static func measure(_ options: Options) throws -> Page {
        guard ProcessInfo.processInfo.activeProcessorCount >= 2 else {
            throw Failure("two cores are needed: one for the server, one for the client")
        }
        let before = Machine.loadAverage
        let versions = try JSONDecoder().decode([String: String].self, from: Data(firstLine(of: [options.probe, "versions"]).utf8))
        let revision = firstLine(of: ["git", "rev-parse", "--short", "HEAD"])
        let clients = [Client.seep(options.probe, version: revision), .hey, .wrk, .ab]

        let server = try Nginx(core: options.serverCore)
        defer { server.stop() }
        say(
            "throughput: \(options.connections) connections, \(options.rounds) rounds of \(clients.count) clients, about \(options.seconds) s each"
        )
        let throughput = try Throughput.measure(
            clients, url: server.url, connections: options.connections, rounds: options.rounds, seconds: options.seconds,
            core: options.clientCore)
        say(
            "memory: \(options.manyConnections) connections, \(grouped(Double(options.manyRequests))) requests, at most \(options.manyLimit) s"
        )
        let memory = try MemorySeries.measure(
            options.probe, url: server.url, connections: options.manyConnections, requests: options.manyRequests, limit: options.manyLimit,
            core: options.clientCore)
        server.stop()
        say("sampling: \(options.sessions) idle sessions, \(options.samplingSeconds) s")
        let sampling = try SamplingCost.measure(options.probe, sessions: options.sessions, seconds: options.samplingSeconds)
        say("small things")
        let small = try Probe.lines(
            "micro", of: Child([options.probe, "micro"], core: options.clientCore).finish(within: 300).output, as: Probe.Micro.self)

        let machine = Machine.read(
            seepVersion: revision.isEmpty ? "unknown" : "commit \(revision)", probe: versions, postgres: sampling.result.postgresVersion)
        let shortfalls = shortfalls(throughput, memory, sampling)
        let text = page(options, machine, before, throughput, memory, sampling, small)
        let missing = shortfalls.map { "- \($0)\n" }.joined()
        return Page(text: text + (missing.isEmpty ? "" : "\n## Not met in this run\n\n" + missing), shortfalls: shortfalls)
    }

    private static func shortfalls(_ throughput: Throughput, _ memory: MemorySeries, _ sampling: SamplingCost) -> [String] {
        var found: [String] = []
        if let ratio = throughput.ratio("Seep, general", to: "hey"), ratio < 1 {
            found.append("\(decimals(ratio, 2))× hey in requests per CPU second; at least 1.0× is wanted")
        }
        if memory.growthKB > 1024 { found.append("memory grew by \(memory.growthKB) kB; at most 1 MB is wanted") }
        if memory.summary.given < memory.requests {
            found.append("only \(memory.summary.given) of \(memory.requests) requests were made in the time allowed")
        }
        if sampling.result.seen != sampling.result.sessions {
            found.append("the sampler saw \(sampling.result.seen) of \(sampling.result.sessions) sessions")
        }
        if sampling.achieved < 9.5 {
            found.append("\(decimals(sampling.achieved, 1)) samples a second; ten were asked for (was the machine busy?)")
        }
        return found
    }

    private static func page(
        _ options: Options, _ machine: Machine, _ before: String, _ throughput: Throughput, _ memory: MemorySeries,
        _ sampling: SamplingCost,
        _ small: [Probe.Micro]
    ) -> String {
        var text = """
            # Performance

            Made by `make bench`; do not edit. Figures of other machines differ, ratios less so.

            | | |
            |---|---|
            \(machine.lines.joined(separator: "\n"))
            | load average of a minute | \(before) at the start, \(Machine.loadAverage) at the end |

            """
        if !options.remark.isEmpty { text += "\n\(options.remark)\n" }
        text += """

            ## Requests per second of processor time

            \(throughput.connections) kept-alive connections to nginx on the loopback interface, which answers with \(Nginx.body.utf8.count) bytes; nginx has core \(options.serverCore), the
            client core \(options.clientCore). \(options.rounds) rounds of about \(options.seconds) s for each client, in rotated order; medians. CPU is user and system time of the
            client's process from start to end, as wait4(2) tells it. Each is called so that it stays on one core and keeps connections.
            Seep checks every status and writes every request down in two histograms and the first 20,000 to a file, as in a run.

            \(throughput.markdown(reference: "hey"))
            ## Memory

            The load engine with \(grouped(Double(memory.connections))) connections, as the kernel tells it while the load runs.

            \(memory.markdown())
            ## Sampling

            \(sampling.result.sessions) idle sessions in a throwaway PostgreSQL, sampled ten times a second for \(Int(sampling.result.seconds.rounded())) s; each session is tied to the process that
            holds it. Not bound to a core.

            \(sampling.markdown())
            ## Small things

            Processor time of one, the median of five rounds.

            | what | each |
            |---|---:|

            """
        for line in small { text += "| \(line.what) | \(decimals(line.nanosecondsEach, line.nanosecondsEach < 100 ? 1 : 0)) ns |\n" }
        return text
    }
}
