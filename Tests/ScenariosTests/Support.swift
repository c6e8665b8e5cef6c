import Foundation
import Scenarios
import Testing

/// The fixtures beside the tests.
enum Fixture {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures").path

    static func path(_ name: String) -> String { "\(folder)/\(name)" }

    static func text(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }
}

/// A scenario in a folder of its own, removed with the value.
final class TemporaryScenario {
    let folder: String
    let file: String

    init(_ yaml: String, file name: String = "test.yaml", folders: [String] = [], files: [String: [UInt8]] = [:]) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("seep-scenarios-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in folders {
            try FileManager.default.createDirectory(at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        for (name, bytes) in files { try Data(bytes).write(to: folder.appendingPathComponent(name)) }
        let file = folder.appendingPathComponent(name)
        try Data(yaml.utf8).write(to: file)
        self.folder = folder.path
        self.file = file.path
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func read(environment: [String: String] = [:], sets: [String] = [], allowUnset: Bool = false) throws -> Scenario {
        try ScenarioReader.read(
            path: file, options: ScenarioReader.Options(environment: environment, sets: sets, allowUnset: allowUnset))
    }
}

/// Reads a text as a scenario file.
func read(
    _ yaml: String, environment: [String: String] = [:], sets: [String] = [], allowUnset: Bool = false, folders: [String] = [],
    files: [String: [UInt8]] = [:]
) throws -> Scenario {
    try TemporaryScenario(yaml, folders: folders, files: files).read(environment: environment, sets: sets, allowUnset: allowUnset)
}

/// What is wrong with a text, with places like `3:7`; empty when nothing is.
func problems(
    _ yaml: String, environment: [String: String] = [:], sets: [String] = [], allowUnset: Bool = false, files: [String: [UInt8]] = [:]
) throws -> [ScenarioProblem] {
    do {
        _ = try read(yaml, environment: environment, sets: sets, allowUnset: allowUnset, files: files)
        return []
    } catch let error as ScenarioProblems {
        return error.problems
    }
}

extension ScenarioProblem {
    /// `3:7`, or `--set` for a flag.
    var place: String { line.map { "\($0):\(column ?? 0)" } ?? file }
}
