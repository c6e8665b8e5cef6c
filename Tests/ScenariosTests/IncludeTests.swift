import Foundation
import Scenarios
import Testing

/// Scenarios of several files, and the environments in them.
@Suite struct IncludeTests {
    /// Files by name in a folder of their own; `test.yaml` is read.
    static func read(_ files: [String: String], environment: String? = nil, variables: [String: String] = [:]) throws -> Scenario {
        let main = try TemporaryScenario(files["test.yaml"] ?? "", folders: ["sub"])
        for (name, text) in files where name != "test.yaml" {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(main.folder)/\(name)"))
        }
        return try ScenarioReader.read(path: main.file, options: .init(environment: variables, environmentName: environment))
    }

    /// Problems as `file:line:column message`, files by name.
    static func problems(_ files: [String: String], environment: String? = nil) throws -> [String] {
        do {
            _ = try read(files, environment: environment)
            return []
        } catch let error as ScenarioProblems {
            return error.problems.map { problem in
                let place = [problem.line, problem.column].compactMap { $0.map(String.init) }.joined(separator: ":")
                return "\((problem.file as NSString).lastPathComponent):\(place) \(problem.message)"
            }
        }
    }

    static let common = """
        target: http://127.0.0.1:8000
        database: {url: throwaway, every: 50ms}
        http: {timeout: 2s, headers: {Accept: text/plain, X-A: a}}
        requests: [{get: /common}]
        waves: {count: 2, settle: 1s}
        """

    @Test func `what is included is overridden: maps are merged through and through, lists replaced`() throws {
        let scenario = try Self.read([
            "common.yaml": Self.common,
            "test.yaml": "include: common.yaml\nrequests: [{get: /ours}]\nhttp: {headers: {X-A: b}}\nwaves: {count: 7}\n",
        ])
        #expect(scenario.name == "test")
        #expect(scenario.requests.map(\.url) == ["/ours"])
        #expect(scenario.http.timeout == .seconds(2))
        #expect(scenario.http.headers == [.init(name: "Accept", value: "text/plain"), .init(name: "X-A", value: "b")])
        #expect(scenario.waves == WaveSettings(count: 7, settle: .seconds(1)))
    }

    @Test func `files are found from the one that names them, later ones win, and a short database merges as a map`() throws {
        let scenario = try Self.read(
            [
                "common.yaml": Self.common, "sub/one.yaml": "include: ../common.yaml\nwaves: {count: 3}\nname: one\n",
                "sub/two.yaml": "waves: {count: 4}\nhttp: {timeout: 9s}\n",
                "test.yaml": "include: [sub/one.yaml, \"sub/${WHICH}.yaml\"]\ndatabase: host=db dbname=shop\n",
            ], variables: ["WHICH": "two"])
        #expect(scenario.name == "one")
        #expect(scenario.waves == WaveSettings(count: 4, settle: .seconds(1)))
        #expect(scenario.http.timeout == .seconds(9))
        #expect(scenario.database?.source == .url("host=db dbname=shop"))
        #expect(scenario.database?.every == .milliseconds(50))
        #expect(!scenario.folder.hasSuffix("sub"))
    }

    @Test func `what is wrong is told in the file where it is written, the scenario's own first`() throws {
        let found = try Self.problems([
            "common.yaml": "waves: {count: 0}\ntarget: nonsense\nrequests: [{get: x}]\n",
            "test.yaml": "include: common.yaml\nhttp: {timeout: 9}\nrequests: [{get: y}]\n",
        ])
        #expect(found.map { $0.split(separator: " ")[0] } == ["test.yaml:2:17", "test.yaml:3:18", "common.yaml:1:16", "common.yaml:2:9"])
    }

    @Test(arguments: [
        ("include: nowhere.yaml\n", "test.yaml:1:10 what `include` names cannot be taken: there is no such file"),
        ("include: [common.yaml, sub]\n", "test.yaml:1:24 what `include` names cannot be taken: there is no such file"),
        ("include: test.yaml\n", "test.yaml:1:10 this file includes itself: test.yaml → test.yaml"),
        ("include: loop.yaml\n", "loop.yaml:1:10 this file includes itself: loop.yaml → sub/../loop.yaml"),
        ("include: list.yaml\n", "list.yaml:1:1 an included file must not be a list"),
        ("include: broken.yaml\n", "broken.yaml:2:1 not YAML"), ("include:\n", "test.yaml:1:9 `include` has no value"),
        ("include: {a: b}\n", "test.yaml:1:10 `include` must not be a map"),
    ]) func `an include that cannot be followed is told where it stands`(_ line: String, _ expected: String) throws {
        let found = try Self.problems([
            "common.yaml": Self.common, "loop.yaml": "include: sub/../loop.yaml\n", "list.yaml": "- a\n", "broken.yaml": "a: [\n",
            "test.yaml": line + Self.common,
        ])
        let start = expected.replacing("sub/../", with: "")
        #expect(found.contains { $0.hasPrefix(start) }, "\(found)")
    }

    @Test func `a key given twice is told, whether it is included or not`() throws {
        let found = try Self.problems([
            "common.yaml": Self.common, "test.yaml": "include: common.yaml\nwaves: {count: 3}\nwaves: {count: 4}\n",
        ])
        #expect(found.map { $0.contains("`waves` is given twice") } == [true])
    }

    // MARK: Environments

    static let withEnvironments =
        common + "\nenvironments:\n  ci: {waves: {count: 3}, requests: [{get: /ci}]}\n  nightly:\n    database: {every: 1s}\n"

    @Test(arguments: [(nil, 2, "/common"), ("ci", 3, "/ci"), ("nightly", 2, "/common")] as [(String?, Int, String)])
    func `the chosen environment is put over the scenario`(_ name: String?, _ waves: Int, _ url: String) throws {
        let scenario = try Self.read(["test.yaml": Self.withEnvironments], environment: name)
        #expect(scenario.waves == WaveSettings(count: waves, settle: .seconds(1)))
        #expect(scenario.requests.map(\.url) == [url])
        #expect(scenario.database?.every == (name == "nightly" ? .seconds(1) : .milliseconds(50)))
    }

    @Test func `environments may be included, and --set is over all`() throws {
        let main = try TemporaryScenario("include: more.yaml\nenvironments: {ci: {waves: {settle: 2s}}}\n")
        try Data(Self.withEnvironments.utf8).write(to: URL(fileURLWithPath: "\(main.folder)/more.yaml"))
        let options = ScenarioReader.Options(sets: ["waves.count=9"], environmentName: "ci")
        #expect(try ScenarioReader.read(path: main.file, options: options).waves == WaveSettings(count: 9, settle: .seconds(2)))
    }

    @Test func `a name that no environment has is told with those that there are`() throws {
        let file = try TemporaryScenario(Self.withEnvironments)
        let error = try #require(throws: ScenarioProblems.self) {
            try ScenarioReader.read(path: file.file, options: .init(environmentName: "nihgtly"))
        }
        #expect(
            error.description == """
                --environment: error: the scenario has no environment of this name
                    nihgtly
                    ^
                expected: one of `ci` and `nightly`
                help: did you mean `nightly`?
                """)
    }

    @Test func `what is wrong with an environment is told, chosen or not`() throws {
        let text = Self.common + "\nenvironments:\n  ci: {wavs: {count: 3}}\n  other: 3\n  third: {include: x.yaml}\n"
        let found = try Self.problems(["test.yaml": text])
        #expect(found.map { $0.split(separator: " ")[0] } == ["test.yaml:7:8", "test.yaml:8:10", "test.yaml:9:11"])
        #expect(try Self.problems(["test.yaml": text], environment: "ci").count == 3)
    }
}
