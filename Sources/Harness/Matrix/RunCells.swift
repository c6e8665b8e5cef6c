import Foundation
import Reports
import Verdicts

/// The cells of recorded runs, read from their folders for a comparison.
struct RunCells {
    /// A cell with the folder of its run.
    struct Entry {
        var report: CellReport
        /// Without links, so that `latest` and the run that it leads to are one.
        var run: String
    }

    var entries: [Entry] = []

    /// - Parameter paths: folders of cells and of runs.
    /// - Throws: a folder that is neither.
    init(paths: [String]) throws(RunFailure) {
        var seen: Set<String> = []
        for path in paths {
            for directory in try Self.cells(in: path) {
                let real = URL(fileURLWithPath: directory).resolvingSymlinksInPath().path
                guard seen.insert(real).inserted else { continue }
                let run = URL(fileURLWithPath: real).deletingLastPathComponent().path
                entries.append(Entry(report: try CellReport(directory: directory), run: run))
            }
        }
    }

    /// Folders with `run.json` or `failure.json`, in the order of the run's plan, else of their names.
    static func cells(in path: String) throws(RunFailure) -> [String] {
        if isCell(path) { return [path] }
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { isCell(path + "/" + $0) }
        guard !names.isEmpty else {
            throw RunFailure(
                .usage,
                "\(path) holds no run: expected the folder of a cell with its run.json, or the folder of a run. Try results/SCENARIO/latest."
            )
        }
        let planned = try RunPlanFile.read(from: path)?.cells.map(ResultsFolder.safe) ?? []
        let places = Dictionary(planned.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        return names.sorted { (places[$0] ?? .max, $0) < (places[$1] ?? .max, $1) }.map { path + "/" + $0 }
    }

    private static func isCell(_ path: String) -> Bool {
        ["/run.json", "/failure.json"].contains { FileManager.default.fileExists(atPath: path + $0) }
    }

    var reports: [CellReport] { entries.map(\.report) }

    var scenarios: [String] {
        var names: [String] = []
        for name in reports.map(\.summary.scenario) where !names.contains(name) { names.append(name) }
        return names
    }

    /// Runs of one configuration of one run folder together, in the order of their first cells; a name that several folders have gets
    /// its folder before it.
    func groups() -> [Comparison.Group] {
        struct Key: Hashable {
            var run: String
            var name: String
        }
        var keys: [Key] = []
        var cells: [Key: [CellFigures]] = [:]
        for entry in entries {
            let key = Key(run: entry.run, name: entry.report.figures.configuration)
            if cells[key] == nil { keys.append(key) }
            cells[key, default: []].append(entry.report.figures)
        }
        let counts = Dictionary(keys.map { ($0.name, 1) }, uniquingKeysWith: +)
        return keys.map { key in
            let folder = (key.run as NSString).lastPathComponent
            return Comparison.Group(name: counts[key.name] == 1 ? key.name : "\(folder)/\(key.name)", cells: cells[key] ?? [])
        }
    }

    /// Runs of one configuration together, whatever run they are of; in the order of their first cells.
    static func byConfiguration(_ reports: [CellReport]) -> [Comparison.Group] {
        var names: [String] = []
        var cells: [String: [CellFigures]] = [:]
        for figures in reports.map(\.figures) {
            if cells[figures.configuration] == nil { names.append(figures.configuration) }
            cells[figures.configuration, default: []].append(figures)
        }
        return names.map { Comparison.Group(name: $0, cells: cells[$0] ?? []) }
    }
}
