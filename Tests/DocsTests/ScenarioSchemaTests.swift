import Foundation
import Testing

@testable import Scenarios

/// The schema that `seep init` writes, and the scenario beside it.
@Suite struct ScenarioSchemaTests {
    private static let repository = URL(fileURLWithPath: #filePath).appending(path: "../../..").standardized.path
    private let schema: SchemaCheck

    init() throws {
        schema = try SchemaCheck(Data(contentsOf: URL(fileURLWithPath: Self.repository + "/Sources/seep/Resources/scenario.schema.json")))
    }

    /// As an editor sees it: scalars by the core schema of YAML, variables as they are written.
    private static func json(_ value: YAMLValue) -> JSON {
        switch value.content {
        case .sequence(let values): .list(values.map(json))
        case .mapping(let members): .object(Dictionary(members.map { ($0.key, json($0.value)) }, uniquingKeysWith: { first, _ in first }))
        case .scalar(let scalar):
            switch CoreScalar(scalar) {
            case .null: .null
            case .boolean(let truth): .bool(truth)
            case .integer(let digits), .real(let digits): Double(digits).map(JSON.number) ?? .text(digits)
            case .string: .text(scalar.text)
            }
        }
    }

    private func complaints(about file: String) throws -> [String] {
        let text = try String(contentsOfFile: "\(Self.repository)/\(file)", encoding: .utf8)
        var composer = YAMLComposer(diagnostics: Diagnostics()) { .file(line: $0, column: $1, source: 0) }
        let composed = composer.compose(text)
        let value = try #require(composed)
        return schema.complaints(about: Self.json(value))
    }

    private static func files(in folder: String) -> [String] {
        let found = FileManager.default.enumerator(atPath: "\(repository)/\(folder)")?.compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(".yaml") }.map { "\(folder)/\($0)" }.sorted()
    }

    @Test(arguments: files(in: "scenarios") + files(in: "Tests/ScenariosTests/Fixtures/Good") + ["Sources/seep/Resources/starter.yaml"])
    func `a scenario that is right fits the schema`(_ file: String) throws {
        let found = try complaints(about: file)
        #expect(found == [], "\(found)")
    }

    @Test(arguments: [
        "unknown-keys", "misplaced-soak", "wrong-types", "five-mistakes", "duration-without-unit", "list-at-the-top",
        "hang-ups-that-cannot-be",
    ])
    func `what an editor can see of a wrong one does not`(_ name: String) throws {
        #expect(try complaints(about: "Tests/ScenariosTests/Fixtures/\(name).yaml") != [])
    }

    @Test func `the schema has the keys that the reader takes`() {
        #expect(schema.properties().all == Set(KeySet.scenario.accepted))
        let sets: [(String, KeySet)] = [
            ("environment", .environment), ("database", .database), ("data", .data), ("http", .http), ("request", .request),
            ("requestOfFlow", .step), ("flow", .flow), ("capture", .capture), ("phase", .phase), ("waves", .waves), ("tests", .tests),
            ("expected", .expected), ("server", .server), ("threshold", .threshold),
        ]
        for (name, set) in sets { #expect(schema.properties(ofDefinition: name) == Set(set.accepted), "\(name)") }
        #expect(schema.properties("http", "auth").all == Set(KeySet.auth.accepted))
        #expect(schema.properties("http", "tls").all == Set(KeySet.tls.accepted))
    }

    @Test func `the scenario to start from is right, and names its schema`() throws {
        let path = Self.repository + "/Sources/seep/Resources/starter.yaml"
        let options = ScenarioReader.Options(environment: ["DATABASE_URL": "host=db dbname=shop"])
        #expect(try ScenarioReader.read(path: path, options: options).requests.count == 2)
        var night = options
        night.environmentName = "night"
        #expect(try ScenarioReader.read(path: path, options: night).waves.soak == .seconds(8 * 3600))
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("# yaml-language-server: $schema=scenario.schema.json\n"))
        // What is commented out is right, too.
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let servers = text.components(separatedBy: "of its own:\n#\n")[1].components(separatedBy: "\n\n")[0]
        let own = servers.split(separator: "\n").map { $0.dropFirst(2) }.joined(separator: "\n") + "\nrequests: [{get: /}]\n"
        let file = FileManager.default.temporaryDirectory.appending(path: "starter-\(UUID().uuidString).yaml").path
        try own.write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect(try ScenarioReader.read(path: file, options: options).servers.map(\.name) == ["gunicorn"])
    }
}
