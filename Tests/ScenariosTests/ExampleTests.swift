import Foundation
import Scenarios
import Testing

/// The scenarios of the repository.
@Suite struct ExampleTests {
    static let folder = URL(fileURLWithPath: #filePath).appending(path: "../../../scenarios").standardized.path

    static let files: [String] = {
        let found = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(".yaml") }.sorted()
    }()

    @Test(arguments: files) func `a scenario of the repository is right`(_ file: String) throws {
        let options = ScenarioReader.Options(environment: ["DATABASE_URL": "host=db dbname=shop"])
        let scenario = try ScenarioReader.read(path: "\(Self.folder)/\(file)", options: options)
        #expect(!scenario.requests.isEmpty)
    }

    @Test func `there is an example for each ability`() {
        let names = [
            "data", "flows", "rude-clients", "open-model", "expectations", "tls", "proxy", "unix-socket", "bodies", "thresholds",
            "environments", "soak",
        ]
        for name in names { #expect(Self.files.contains("abilities/\(name).yaml"), "\(name)") }
    }
}
