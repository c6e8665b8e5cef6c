import Foundation

/// The measurements, in the order of the page.
enum Sections {
    private static let direct = "Seep, direct"
    private static let general = "Seep, general"
    private static let perCPU = "requests per CPU second"

    /// Seep beside other clients.
    static func clients(_ options: Options, server: Nginx, revision: String) -> [Section] {
        let rounds = "\(options.rounds) rounds of about \(options.seconds) s for each client, in rotated order; medians."
        return [
            Section.attempt("Requests per second of processor time") {
                let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-locust-\(UUID().uuidString)")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(at: folder) }
                var clients = [
                    seep(options, direct, revision, 140_000, ["--transport", "direct"]),
                    seep(options, general, revision, 50_000, ["--transport", "general"]), .wrk, .ab, .h2load, .hey,
                ]
                if !options.locust.isEmpty { clients.append(try .locust(options.locust, folder: folder)) }
                let table = throughput(clients, server.url, options)
                var targets = [("wrk", 1.0), ("ab", 1.0), ("h2load --h1", 1.1), ("hey", 3.0)].map { peer, wanted in
                    Target.atLeast(wanted, "direct against \(peer), \(perCPU)", table.ratio(direct, to: peer))
                }
                targets.append(.atLeast(1.1, "general against hey, \(perCPU)", table.ratio(general, to: "hey")))
                if let ratio = table.ratio(direct, to: "Locust, FastHttpUser") {
                    targets.append(.told("direct against Locust, \(perCPU)", decimals(ratio, 0) + "×"))
                }
                let text = """
                    \(options.connections) kept-alive connections to nginx on the loopback interface, which answers with \(Nginx.body.utf8.count) bytes. \(rounds)
                    Each client is called so that it stays on one core and keeps connections; Locust runs for 10 s, since it takes a second to begin.
                    Seep checks every status and writes every request down in histograms and the first 20,000 to a file, as in a run.\(options.locust.isEmpty ? "\nLocust could not be installed, and is left out." : "")
                    k6 is not there: Debian has no package of it.

                    \(table.markdown(against: [direct, general]))
                    """
                return (text, targets)
            },
            Section.attempt("Over TLS") {
                let authority = ["--authorities", server.authority]
                let table = throughput(
                    [
                        seep(options, direct, revision, 100_000, ["--transport", "direct"] + authority),
                        seep(options, general, revision, 40_000, ["--transport", "general"] + authority), .wrk,
                    ], server.secureURL, options)
                let text = """
                    The same over TLS 1.3, \(Nginx.cipher) for all. \(rounds)
                    Seep verifies the certificate, wrk does not; a connection is made once.

                    \(table.markdown(against: [direct]))
                    """
                return (text, [.atLeast(1, "direct over TLS against wrk over TLS, \(perCPU)", table.ratio(direct, to: "wrk"))])
            },
            Section.attempt("HTTP/2") {
                let table = throughput(
                    [
                        seep(options, general, revision, 40_000, ["--transport", "general", "--http2", "--authorities", server.authority]),
                        .h2loadHTTP2,
                    ], server.http2URL, options)
                let text = """
                    \(options.connections) requests in flight on one connection, over TLS as above. \(rounds)

                    \(table.markdown(against: [general]))
                    """
                let ratio = table.ratio(general, to: "h2load").map { decimals($0, 2) + "×" } ?? "not measured"
                return (text, [.told("general over HTTP/2 against h2load, \(perCPU)", ratio)])
            },
        ]
    }

    private static func seep(_ options: Options, _ name: String, _ revision: String, _ perSecond: Int, _ flags: [String]) -> Client {
        .seep(options.probe, name, version: revision, perSecond: perSecond, options: flags)
    }

    private static func throughput(_ clients: [Client], _ url: String, _ options: Options) -> Throughput {
        Throughput(
            clients, url: url, connections: options.connections, rounds: options.rounds, seconds: options.seconds,
            core: options.clientCore)
    }

    /// The load engine by itself.
    static func engine(_ options: Options, server: Nginx) -> [Section] {
        [
            Section.attempt("Start of sends") {
                let lateness = try Lateness(
                    options.probe, url: server.url, rounds: options.rounds, seconds: options.latenessSeconds, core: options.clientCore)
                let text = """
                    Requests on a schedule, whatever the server does; how long after its moment each was sent. \(options.rounds) rounds of \(options.latenessSeconds) s, in turn. The p99 of
                    a round is that of its worst second, so that of the whole round is no larger; its first second, in which connections are made,
                    is left out.

                    \(lateness.markdown())
                    """
                return (text, lateness.targets)
            },
            Section.attempt("Memory with many connections") {
                let many = try ManyConnections(options, server: server)
                let text = """
                    One round each; \(grouped(Double(many.connections))) connections, all of them busy, 20 requests on each, or as many as came in \(options.manyLimit) s.

                    \(many.markdown())
                    """
                return (text, many.targets)
            },
            Section.attempt("Growth") {
                let growth = try Growth(options, url: server.url)
                let text = """
                    \(options.growthRounds) rounds, medians. With the connections, those of Seep and wrk beside each other for about \(options.seconds + 1) s each, connecting included; with
                    the requests in the scenario, which are dealt in turn, \(options.connections) connections.

                    \(growth.markdown())
                    """
                return (text, growth.targets)
            },
            Section.attempt("Memory over time") {
                let series = try MemorySeries.measure(
                    options.probe, url: server.url, connections: options.seriesConnections, requests: options.seriesRequests,
                    limit: options.seriesLimit, core: options.clientCore)
                let text = """
                    The direct transport with \(grouped(Double(series.connections))) connections, in one process, as the kernel tells it while the load runs.

                    \(series.markdown())
                    """
                return (text, series.targets)
            },
        ]
    }

    /// What takes no load.
    static func rest(_ options: Options) -> [Section] {
        [
            Section.attempt("Judging a recorded run") {
                let judged = try JudgedDay(options)
                let text = """
                    `seep judge` on the files of a run as the package's own writers make them: ten samples a second of 500 sessions that rotate, 20 classes
                    active in every second, waves of half an hour. \(options.rounds) rounds; not bound to a core.

                    \(judged.markdown())
                    """
                return (text, judged.targets)
            },
            Section.attempt("Sampling") {
                let sampling = try SamplingCost.measure(options.probe, sessions: options.sessions, seconds: options.samplingSeconds)
                let text = """
                    \(sampling.result.sessions) idle sessions in a throwaway PostgreSQL \(sampling.result.postgresVersion), sampled ten times a second for \(Int(sampling.result.seconds.rounded())) s; each
                    session is tied to the process that holds it. Not bound to a core.

                    \(sampling.markdown())
                    """
                return (text, sampling.targets)
            },
            Section.attempt("Small things") {
                let small = try Probe.lines(
                    "micro", of: Child([options.probe, "micro"], core: options.clientCore).finish(within: 300).output, as: Probe.Micro.self)
                var text = "Processor time of one, the median of five rounds.\n\n| what | each |\n|---|---:|\n"
                for line in small {
                    text += "| \(line.what) | \(decimals(line.nanosecondsEach, line.nanosecondsEach < 100 ? 1 : 0)) ns |\n"
                }
                return (text, [])
            },
        ]
    }
}
