import Foundation
import Measurements
import Verdicts

/// `run.json` and `verdict.json` of a cell.
enum RunFiles {
    static func write(_ info: RunInfo, to directory: String) throws(RunFailure) {
        try JSONFile.write(JSONFile.encode(info, snakeCase: true), to: directory + "/run.json")
    }

    static func write(_ verdict: Verdict, to directory: String) throws(RunFailure) {
        try JSONFile.write(encode(verdict), to: directory + "/verdict.json")
    }

    static func encode(_ verdict: Verdict) throws(RunFailure) -> Data { try JSONFile.encode(verdict, snakeCase: false) }

    static func readInfo(_ directory: String) throws(RunFailure) -> RunInfo {
        let info = try JSONFile.read(RunInfo.self, from: directory + "/run.json", snakeCase: true)
        guard info.schema <= RunInfo.currentSchema else {
            throw RunFailure(
                .usage,
                "\(directory)/run.json has schema \(info.schema), and this Seep reads up to \(RunInfo.currentSchema). Use the Seep that wrote it, or a newer one."
            )
        }
        return info
    }
}
