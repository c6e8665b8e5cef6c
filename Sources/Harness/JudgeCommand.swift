package import Foundation
package import Measurements
package import Verdicts

/// Judges a recorded run again, from its files alone.
package enum JudgeCommand {
    package struct Outcome: Sendable {
        package var directory: String
        package var info: RunInfo
        package var verdict: Verdict
        /// Files that end in the middle of a line.
        package var unfinished: [String]
        /// Whether `verdict.json` held another verdict, byte for byte, under the same rules.
        package var differs: Bool
        package var json: Data
    }

    /// - Parameter path: the folder of a cell, or one that holds folders of cells (a run, or `latest`).
    /// - Throws: a folder that is none, a file that cannot be read, and why.
    package static func judge(path: String) throws(RunFailure) -> [Outcome] {
        let cells = try cellFolders(in: path)
        var outcomes: [Outcome] = []
        for directory in cells { outcomes.append(try judgeCell(directory)) }
        return outcomes
    }

    /// The content of `verdict.json`; of several cells an array, in their order.
    package static func json(_ outcomes: [Outcome]) throws(RunFailure) -> Data {
        outcomes.count == 1 ? outcomes[0].json : try JSONFile.encode(outcomes.map(\.verdict), snakeCase: false)
    }

    static func cellFolders(in path: String) throws(RunFailure) -> [String] {
        let manager = FileManager.default
        if manager.fileExists(atPath: path + "/run.json") { return [path] }
        let names = (try? manager.contentsOfDirectory(atPath: path)) ?? []
        let cells = names.sorted().map { path + "/" + $0 }.filter { manager.fileExists(atPath: $0 + "/run.json") }
        guard !cells.isEmpty else {
            throw RunFailure(
                .usage,
                "\(path) holds no run: expected the folder of a cell with its run.json, or the folder of a run. Try results/SCENARIO/latest."
            )
        }
        return cells
    }

    private static func judgeCell(_ directory: String) throws(RunFailure) -> Outcome {
        let info = try RunFiles.readInfo(directory)
        let replay: Replay.Outcome
        do {
            replay = try Replay.judge(directory: directory, facts: info.facts)
        } catch {
            throw RunFailure(.usage, "\(directory)/\(error)")
        }
        let verdict = replay.verdict.telling(localFailures: info.totals?.localFailures ?? 0)
        let json = try RunFiles.encode(verdict)
        let path = directory + "/verdict.json"
        let before = FileManager.default.contents(atPath: path)
        if before == nil { try JSONFile.write(json, to: path) }
        return Outcome(
            directory: directory, info: info, verdict: verdict, unfinished: replay.unfinished,
            differs: before.map { $0 != json } ?? false, json: json)
    }
}
