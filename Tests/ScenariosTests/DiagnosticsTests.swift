import Foundation
import Scenarios
import Testing

/// Every fixture of bad input, with what is said of it beside it in a file of the same name that ends in `.txt`.
///
/// Where the words change on purpose: `SEEP_RECORD=1 swift test --filter DiagnosticsTests` writes the files again.
@Suite struct DiagnosticsTests {
    static let fixtures: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: Fixture.folder)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    static let environment = ["DATABASE_URL": "host=db dbname=shop", "API_TOKEN": "s3cr3t value"]

    @Test(arguments: fixtures) func `a bad file is told from a good one, with place and help`(_ name: String) throws {
        let path = Fixture.path("\(name).yaml")
        let said = try #require(throws: ScenarioProblems.self) {
            try ScenarioReader.read(path: path, options: .init(environment: Self.environment))
        }
        let text = said.description.replacing(path, with: "\(name).yaml") + "\n"
        if ProcessInfo.processInfo.environment["SEEP_RECORD"] != nil {
            try Data(text.utf8).write(to: URL(fileURLWithPath: Fixture.path("\(name).txt")))
        }
        #expect(try text == Fixture.text("\(name).txt"))
    }

    @Test(arguments: fixtures) func `no diagnostic shows a password or what a variable holds`(_ name: String) throws {
        let said = try #require(throws: ScenarioProblems.self) {
            try ScenarioReader.read(path: Fixture.path("\(name).yaml"), options: .init(environment: Self.environment))
        }
        #expect(!said.description.contains("hunter2"))
        #expect(!said.description.contains("s3cr3t"))
    }

    @Test func `there are fixtures to read`() {
        #expect(Self.fixtures.count > 30)
    }
}
