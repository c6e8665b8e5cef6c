import Foundation

/// `docs/performance.md`: what is promised with what came out, then each measurement.
struct Page {
    let text: String
    let missed: [Target]

    static func measure(_ options: Options) throws -> Page {
        guard ProcessInfo.processInfo.activeProcessorCount >= 2 else {
            throw Failure("two cores are needed: one for the server, one for the client")
        }
        let before = Machine.loadAverage
        let versions = try JSONDecoder().decode([String: String].self, from: Data(firstLine(of: [options.probe, "versions"]).utf8))
        let revision = firstLine(of: ["git", "rev-parse", "--short", "HEAD"])
        let server = try Nginx(core: options.serverCore)
        defer { server.stop() }
        var sections = Sections.clients(options, server: server, revision: revision)
        sections += Sections.engine(options, server: server)
        server.stop()
        sections += Sections.rest(options)

        let machine = Machine.read(seepVersion: revision.isEmpty ? "unknown" : "commit \(revision)", probe: versions)
        var text = head(options, machine, before) + targets(sections)
        for section in sections { text += "\n## \(section.title)\n\n\(section.text)" }
        return Page(text: text, missed: sections.flatMap(\.targets).filter { !$0.isMet })
    }

    private static func head(_ options: Options, _ machine: Machine, _ before: String) -> String {
        var text = """
            # Performance

            Made by `make bench`; do not edit. Figures of other machines differ, ratios less so.

            | | |
            |---|---|
            \(machine.lines.joined(separator: "\n"))
            | load average of a minute | \(before) at the start, \(Machine.loadAverage) at the end |

            nginx has core \(options.serverCore); each client runs by itself on core \(options.clientCore). CPU is user and system time of the client's process from start to end, as
            wait4(2) tells it.

            """
        if !options.remark.isEmpty { text += "\n\(options.remark)\n" }
        return text
    }

    private static func targets(_ sections: [Section]) -> String {
        var text = "\n## What is promised\n\n| what | promised | measured | met |\n|---|---|---|---|\n"
        for target in sections.flatMap(\.targets) {
            let met = target.wanted.isEmpty ? "told" : target.isMet ? "yes" : "**no**"
            text += "| \(target.what) | \(target.wanted) | \(target.measured) | \(met) |\n"
        }
        return text + """

            Allocations of Seep's own for a request are counted by a test, not here.

            """
    }
}
