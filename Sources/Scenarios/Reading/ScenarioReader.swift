import Foundation

/// Reads a scenario: a YAML file, or a folder with `scenario.yaml`.
///
/// Everything that is wrong is reported at once. What can be given is in `docs/scenario.md`.
package enum ScenarioReader {
    package struct Options: Sendable {
        /// Where `${VAR}` is looked up.
        package var environment: [String: String]
        /// Each `a.b=value` or `requests.0.get=/x`, put in before anything is checked.
        package var sets: [String]
        /// Whether a variable may be unset: what depends on it is then not checked, and kept as written or left at its default.
        package var allowUnset: Bool
        /// Which of the scenario's `environments` is put over it; `nil`: none.
        package var environmentName: String?

        package init(
            environment: [String: String] = [:], sets: [String] = [], allowUnset: Bool = false, environmentName: String? = nil
        ) {
            self.environmentName = environmentName
            self.environment = environment
            self.sets = sets
            self.allowUnset = allowUnset
        }
    }

    /// - Parameter path: of the file or folder; relative to the working directory when not absolute.
    /// - Throws: all that is wrong, sorted by place; a file that cannot be read is one problem without a line.
    package static func read(path: String, options: Options) throws(ScenarioProblems) -> Scenario {
        let location = try ScenarioLocation(path)
        switch ScenarioSources.text(of: location.file) {
        case .success(let text): return try read(text: text, location: location, options: options)
        case .failure(let problem): throw location.problem(problem.message)
        }
    }

    private static func read(text: String, location: ScenarioLocation, options: Options) throws(ScenarioProblems) -> Scenario {
        let diagnostics = Diagnostics()
        var expander = VariableExpander(
            environment: options.environment, allowUnset: options.allowUnset, diagnostics: diagnostics)
        var sources = ScenarioSources(diagnostics: diagnostics, expander: expander)
        let path = URL(fileURLWithPath: location.file).standardizedFileURL.resolvingSymlinksInPath().path
        guard var root = sources.tree(text: text, file: location.file, chain: [path]) else { throw diagnostics.sorted }
        sources.choose(options.environmentName, in: &root)
        for set in options.sets {
            SetFlag(set, diagnostics: diagnostics)?.apply(to: &root)
        }
        expander.expand(&root)
        let decoder = ScenarioDecoder(
            diagnostics: diagnostics, folder: location.folder, defaultName: location.name, secretValues: expander.secrets,
            matrixNames: MatrixNames.inMatrix(of: root))
        return try decoder.decode(root)
    }
}

/// The file of a scenario, its folder, and the name that they give it.
struct ScenarioLocation {
    /// As the user gave it, or below the folder that the user gave.
    let file: String
    /// Absolute.
    let folder: String
    let name: String

    init(_ path: String) throws(ScenarioProblems) {
        var isFolder: ObjCBool = false
        guard !path.isEmpty, FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Self.problem(
                path, "there is no such file or folder", expected: "a YAML file, or a folder with `scenario.yaml`",
                hint: "`scenarios/first.yaml` of the repository is one to begin with")
        }
        file = isFolder.boolValue ? (path.hasSuffix("/") ? path : path + "/") + "scenario.yaml" : path
        guard !isFolder.boolValue || FileManager.default.fileExists(atPath: file) else {
            throw Self.problem(
                path, "the folder has no `scenario.yaml`", expected: "a YAML file, or a folder with `scenario.yaml`",
                hint: "`scenarios/first.yaml` of the repository is one to begin with")
        }
        let url = URL(fileURLWithPath: file).standardizedFileURL
        folder = url.deletingLastPathComponent().path
        let stem = url.deletingPathExtension().lastPathComponent
        let parent = url.deletingLastPathComponent().lastPathComponent
        name = stem == "scenario" && parent != "/" ? parent : stem
    }

    func problem(_ message: String) -> ScenarioProblems { Self.problem(file, message) }

    private static func problem(_ file: String, _ message: String, expected: String? = nil, hint: String? = nil) -> ScenarioProblems {
        ScenarioProblems([ScenarioProblem(file: file, message: message, expected: expected, hint: hint)])
    }
}
