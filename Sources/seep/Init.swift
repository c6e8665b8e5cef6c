import ArgumentParser
import Foundation
import Harness

/// `seep init [FOLDER]`.
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a commented scenario to start from, and the schema by which editors complete and check it.")

    @Argument(help: "Where `scenario.yaml` and `scenario.schema.json` go; it is made if need be.")
    var folder = "."

    func run() throws {
        let place = folder.hasSuffix("/") ? folder : folder + "/"
        let (scenario, schema) = (place + "scenario.yaml", place + "scenario.schema.json")
        // What somebody wrote stays; the schema of this Seep takes the place of an older one.
        if FileManager.default.fileExists(atPath: scenario) {
            throw Self.failure("\(scenario) is there already, and stays as it is: name another folder, or move it away")
        }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for (path, content) in [(scenario, PackageResources.starter_yaml), (schema, PackageResources.scenario_schema_json)] {
                try Data(content).write(to: URL(fileURLWithPath: path), options: .atomic)
                print(path)
            }
        } catch {
            throw Self.failure("the files cannot be written to \(folder): \(error.localizedDescription)")
        }
        print("\nNext: set DATABASE_URL, look at target and requests, then\n  seep check \(folder)\n  seep run \(folder)")
    }

    private static func failure(_ text: String) -> ExitCode {
        Reading.complain("seep: \(text)")
        return ExitCode(RunStatus.usage.rawValue)
    }
}
