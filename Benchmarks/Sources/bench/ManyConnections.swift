import Foundation

/// What the load engine holds in memory with very many connections.
struct ManyConnections {
    struct Line {
        let what: String
        let load: Probe.Load
        let cpu: Double
        let wall: Double
    }

    let connections: Int
    private(set) var lines: [Line] = []

    /// - Parameter limit: seconds of load, after which a run is stopped.
    init(_ options: Options, server: Nginx) throws {
        connections = options.manyConnections
        for (transport, url) in [
            ("direct", server.url), ("direct", server.secureURL), ("general", server.url), ("general", server.secureURL),
        ] {
            let secure = url == server.secureURL
            let child = try Child(
                [options.probe, "load", url, "-c", "\(connections)", "-n", "\(connections * 20)", "--transport", transport]
                    + ["--limit", "\(options.manyLimit)"] + (secure ? ["--authorities", server.authority] : []), core: options.clientCore)
            let finished = try child.finish(within: Double(options.manyLimit) * 3 + 60)
            let load = try Probe.summary(of: finished.output, as: Probe.Load.self)
            lines.append(Line(what: transport + (secure ? ", TLS" : ""), load: load, cpu: finished.cpu, wall: finished.wall))
            say("\(connections) connections, \(transport)\(secure ? ", TLS" : ""): \(load.peakKB) kB, \(decimals(finished.cpu, 1)) s")
        }
    }

    var targets: [Target] {
        let count = grouped(Double(connections))
        return lines.map { line in
            let whole = line.load.unexpected == 0 && line.load.opened >= connections
            let measured = megabytes(line.load.peakKB) + (whole ? "" : ", \(grouped(Double(line.load.unexpected))) requests failed")
            guard line.what == "direct" else { return Target.told("memory with \(count) connections, \(line.what)", measured) }
            return Target(
                what: "memory with \(count) connections, direct", wanted: "under 130 MB", measured: measured,
                isMet: whole && line.load.peakKB < 130 * 1024)
        }
    }

    func markdown() -> String {
        var text = "| transport | connections opened | requests | failed | VmHWM | time | CPU per request, connecting included |\n"
        text += "|---|---:|---:|---:|---:|---:|---:|\n"
        for line in lines {
            text += "| \(line.what) | \(grouped(Double(line.load.opened))) | \(grouped(Double(line.load.given))) "
            text += "| \(grouped(Double(line.load.unexpected))) | \(megabytes(line.load.peakKB)) | \(decimals(line.wall, 1)) s "
            text += "| \(decimals(line.cpu / Double(max(line.load.given, 1)) * 1e6, 1)) µs |\n"
        }
        return text
    }
}
