import ArgumentParser
import Foundation
import Harness

/// `seep init [FOLDER]`.
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a commented scenario to start from, and the schema by which editors complete and check it.")

    @Argument(help: "Where `scenario.yaml` and `scenario.schema.json` go; it is made if need be.")
    var folder = "."

    private static let files: [(name: String, content: [UInt8])] = [
        ("scenario.yaml", PackageResources.starter_yaml), ("scenario.schema.json", PackageResources.scenario_schema_json),
    ]

    func run() throws {
        let manager = FileManager.default
        let paths = Self.files.map { folder.hasSuffix("/") ? folder + $0.name : "\(folder)/\($0.name)" }
        for (path, file) in zip(paths, Self.files) where manager.fileExists(atPath: path) {
            // The schema of this Seep may take the place of an older one; what somebody wrote stays.
            if file.name.hasSuffix(".json") { continue }
            throw Self.failure("\(path) is there already, and stays as it is: name another folder, or move it away", .usage)
        }
        do {
            try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for (path, file) in zip(paths, Self.files) {
                try Data(file.content).write(to: URL(fileURLWithPath: path), options: .atomic)
                print(path)
            }
        } catch {
            throw Self.failure("the files cannot be written to \(folder): \(error.localizedDescription)", .usage)
        }
        let shown = folder == "." ? "." : folder
        print("\nNext: set DATABASE_URL, look at target and requests, then\n  seep check \(shown)\n  seep run \(shown)")
    }

    private static func failure(_ text: String, _ status: RunStatus) -> ExitCode {
        Reading.complain("seep: \(text)")
        return ExitCode(status.rawValue)
    }
}
