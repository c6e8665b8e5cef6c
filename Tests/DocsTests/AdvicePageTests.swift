import Foundation
import Testing

/// `docs/advice.md` and `results/reference`, and the two programs in `.ci` that make them.
@Suite struct AdvicePageTests {
    private let root = URL(fileURLWithPath: #filePath).appending(path: "../../..").standardized

    @Test func `the page of advice is what its program makes of the kept results`() throws {
        let made = try run("reference-page", "results/reference")
        #expect(made.status == 0)
        #expect(try text("advice.md") == made.output, "Run .ci/reference-page results/reference > docs/advice.md.")
    }

    @Test func `every server of the advice has a row`() throws {
        let scenario = try String(contentsOf: root.appending(path: "scenarios/advice/scenario.yaml"), encoding: .utf8)
        let servers = scenario.split(separator: "servers:\n")[1].split(separator: "\n")
            .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }.compactMap { $0.split(separator: ":").first?.dropFirst(2) }
        let tables = try JSON(Data(contentsOf: root.appending(path: ".ci/reference.json")))
        let rows = (tables["advice"]?.elements ?? []).flatMap { $0["rows"]?.elements ?? [] }.compactMap { $0.texts.first }
        #expect(servers.count > 30)
        #expect(Set(servers.map { "advice/\($0)" }) == Set(rows.filter { $0.hasPrefix("advice/") }))
    }

    @Test func `kept results are small, fit the schema of verdicts, and name no folder of a machine`() throws {
        let schema = try SchemaCheck(document("verdict.schema.json"))
        let folder = root.appending(path: "results/reference")
        var bytes = 0
        var verdicts = 0
        for file in try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)) {
            guard let file = file as? URL, let content = try? Data(contentsOf: file) else { continue }
            bytes += content.count
            #expect(!String(decoding: content, as: UTF8.self).contains(/\/(root|home|tmp)\/[a-z]/), "\(file.path)")
            guard file.lastPathComponent == "verdict.json" else { continue }
            verdicts += 1
            #expect(try schema.complaints(about: content) == [], "\(file.path)")
        }
        #expect(verdicts > 0)
        #expect(bytes < 3_000_000)
    }

    @Test func `a cell that contradicts what is known is told with its sessions, and one that confirms it is not`() throws {
        let kept = try Fixture()
        defer { kept.remove() }
        try kept.cell("advice/holds", left: 3)
        try kept.cell("advice/differs", left: 1)
        let tables = kept.folder.appending(path: "tables.json")
        try Data(
            """
            {"advice": [{"title": "Some", "rows": [["advice/holds", "one"], ["advice/differs", "other"], ["advice/later", "third"]]}],
             "others": [], "silent": ["no query"],
             "readings": [["Told.", {"advice/holds": "leak"}], ["Untrue.", {"advice/holds": "clean or bounded"}], ["Unseen.", {"advice/later": "leak"}]],
             "facts": [["one leaves each", "advice/holds", "each request"], ["the other leaves each", "advice/differs", "each request"]]}
            """.utf8
        ).write(to: tables)
        let page = try run("reference-page", kept.folder.path, tables.path)
        #expect(page.status == 0)
        #expect(page.output.contains("| one leaves each | leak | 3 left by 3 that asked the database | confirmed |"))
        #expect(page.output.contains("| the other leaves each | leak | 1 left by 3 that asked the database | **contradicted** |"))
        let end = try #require(page.output.components(separatedBy: "### What contradicts, with its sessions").last)
        #expect(end.contains("**the other leaves each**"))
        #expect(end.contains("| 5.1 | 1 | born | 77 | idle | `SELECT 1` |"))
        #expect(!end.contains("**one leaves each**"))
        #expect(page.output.contains("Not run yet: third."))
        #expect(page.output.contains("- Told.\n"))
        #expect(page.output.contains("Judged by rules number 4 "))
        #expect(!page.output.contains("Untrue."))
        #expect(!page.output.contains("Unseen."))
        #expect(page.output.contains("| full | `GC=off seep run scenarios/advice --server holds --only age=300` |"))
    }

    @Test func `of a run are kept the cells that came to their end, and a quick one does not replace a full one`() throws {
        let recorded = try Fixture()
        let kept = try Fixture()
        defer {
            recorded.remove()
            kept.remove()
        }
        try recorded.cell("whole", left: 3)
        try recorded.cell("interrupted", left: 3, flags: #"["cut-short"]"#)
        let figures = recorded.folder.appending(path: "comparison.csv")
        try Data("cell,verdict,peak,folder\nwhole,leak,4,/x/whole\ninterrupted,leak,4,/x/interrupted\n".utf8).write(to: figures)
        let target = kept.folder.appending(path: "shop")
        let first = try run("reference-keep", recorded.folder.path, target.path)
        #expect(first.output == "shop/interrupted: interrupted: not kept\nshop/whole: leak\n")
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: target.path)) == ["whole", "comparison.csv"])
        let table = target.appending(path: "comparison.csv")
        #expect(try String(contentsOf: table, encoding: .utf8) == "cell,verdict,peak,folder\nwhole,leak,4,whole\n")
        let cell = target.appending(path: "whole/cell.json")
        #expect(try JSON(Data(contentsOf: cell))["environment"]?["GC"] == .text("off"))
        #expect(try JSON(Data(contentsOf: cell))["environment"]?["AGE"] == .text("300"))
        // Two sessions, of which one died before the end.
        let sessions = try String(contentsOf: target.appending(path: "whole/sessions.csv"), encoding: .utf8)
        #expect(sessions.contains(",77,"))
        #expect(!sessions.contains(",78,"))

        try recorded.cell("whole", left: 3, quick: true)
        try Data("cell,verdict,peak,folder\nwhole,leak,2,/x/whole\n".utf8).write(to: figures)
        #expect(try run("reference-keep", recorded.folder.path, target.path).output.contains("whole: a full run is there: not kept"))
        #expect(try JSON(Data(contentsOf: cell))["quick"] == .bool(false))
        #expect(try String(contentsOf: table, encoding: .utf8).contains("whole,leak,4,"))
    }

    @Test func `a path of the machine in a file that is kept ends the keeping with its name`() throws {
        let recorded = try Fixture()
        defer { recorded.remove() }
        try recorded.cell("whole", left: 3, reason: "see /home/somebody/log")
        let failed = try run("reference-keep", recorded.folder.path, recorded.folder.path + "-kept")
        defer { try? FileManager.default.removeItem(atPath: recorded.folder.path + "-kept") }
        #expect(failed.status == 1)
        #expect(failed.errors.contains("a path of this machine: /home/somebody"))
    }

    /// One of the programs in `.ci`, run in the repository.
    private func run(_ program: String, _ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
        let process = Process()
        process.executableURL = root.appending(path: ".ci/\(program)")
        process.arguments = arguments
        process.currentDirectoryURL = root
        return try outcome(of: process)
    }
}

/// A folder with the files of cells that the programs read, both as recorded and as kept.
private struct Fixture {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "seep-advice-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// A leak in one wave of four requests, of which one asks nothing.
    func cell(_ name: String, left: Int, reason: String = "Some were left.", flags: String = "[]", quick: Bool = false) throws {
        let cell = folder.appending(path: name)
        let server = cell.lastPathComponent
        try FileManager.default.createDirectory(at: cell, withIntermediateDirectories: true)
        let files = [
            "verdict.json": """
            {"verdict": "leak", "rules": 4, "reason": "\(reason)", "flags": \(flags), "sessions_after": \(left), "sessions_peak": 4, "left_behind": \(left),
             "requests": 4, "unexpected": 0, "requests_per_second": 12.5, "queries": [],
             "leak_per_1000_requests": {"estimate": 750, "low": 200, "high": 2000}, "law": {"kind": "request", "low": 200, "high": 2000}}
            """,
            "waves.csv": """
            step,kind,dose,dose_per_class,left_behind,floor,void_reason
            1,wave,4,"a query 2xx=2; a query, then 404 4xx=1; no query 2xx=1",\(left),\(left),
            """,
            "sessions.csv": """
            t_s,step,event,pid,backend_start,state,last_query
            5.1,1,born,77,1,idle,SELECT 1
            5.1,1,born,78,1,idle,SELECT 1
            9.0,1,died,78,1,idle,SELECT 1
            """,
            "steps.csv": "id\n1\n", "summary.md": "one\n",
            "run.json": """
            {"cell": "\(server)", "configuration": {"server": "\(server)", "values": \(Self.values)}, "facts": {"quick": \(quick), "long_idle_seconds": 45},
             "scenario": {"servers": [{"name": "\(server)", "environment": {"GC": {"text": "off"}, "AGE": {"text": "{{matrix.age}}"}}, "command": {"text": "serve"}}]},
             "seed": 1, "started": "2026-01-01T00:00:00Z", "totals": {"latency_p99": 20}, \(Self.machine)}
            """,
            "cell.json": """
            {"server": "\(server)", "values": \(Self.values), "environment": {"GC": "off"}, "quick": \(quick), "long_idle_seconds": 45,
             "declared_room_per_worker": 8, "latency_p99_ms": 20, "started": "2026-01-01T00:00:00Z", \(Self.machine)}
            """,
        ]
        for (file, content) in files { try Data((content + "\n").utf8).write(to: cell.appending(path: file)) }
    }

    private static let values = #"[{"name": "age", "text": "300"}, {"name": "want", "text": "leak"}]"#
    private static let machine = """
        "host": {"cores": 2, "kernel": "Linux 6.1-x", "memory_bytes": 4000000000}, "versions": {"seep": "1", "postgresql": "15"}
        """
}
