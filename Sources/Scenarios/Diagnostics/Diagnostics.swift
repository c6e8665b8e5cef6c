/// What is wrong so far, while a scenario is read.
///
/// Used by one reader on one thread; reporting never stops the reading, so that everything wrong is found at once.
final class Diagnostics {
    private var sources: [SourceText] = []
    private var found: [ScenarioProblem] = []
    private var known: Set<ScenarioProblem> = []
    /// The data files with problems, in the order of their reports.
    private var dataFiles: [String] = []

    /// Makes a file known whose places will be reported.
    ///
    /// - Returns: its number, for ``Place``; the first is the scenario's own.
    func add(_ source: SourceText) -> Int {
        sources.append(source)
        return sources.count - 1
    }

    var isEmpty: Bool { found.isEmpty }

    /// - Parameters:
    ///   - message: must not hold an expanded value; quote with ``SecretText/masking(_:)`` where it holds a written one.
    ///   - help: what to do.
    func report(_ place: Place, _ message: String, expected: String? = nil, help: String? = nil) {
        let problem =
            switch place {
            case .file(let line, let column, let source):
                ScenarioProblem(
                    file: sources[source].path, line: line, column: column, text: sources[source].line(line).map(SecretText.masking),
                    message: message, expected: expected, hint: help)
            case .flag(let name, let text, let column):
                ScenarioProblem(
                    file: name, column: column, text: SecretText.masking(text), message: message, expected: expected, hint: help)
            case .dataFile(let path, let line):
                ScenarioProblem(file: path, line: line, message: message, expected: expected, hint: help)
            }
        if case .dataFile(let path, _) = place, !dataFiles.contains(path) { dataFiles.append(path) }
        // An alias in YAML is read wherever it stands, and is wrong once.
        if known.insert(problem).inserted { found.append(problem) }
    }

    /// All problems by place: the file's first, then those of the files it includes, of data files, and the flags' in the order of
    /// their reports.
    var sorted: ScenarioProblems {
        let ordered = found.enumerated().sorted { one, other in
            key(one.element, one.offset) < key(other.element, other.offset)
        }
        return ScenarioProblems(ordered.map(\.element))
    }

    private func key(_ problem: ScenarioProblem, _ offset: Int) -> (Int, Int, Int, Int) {
        if problem.column == nil, let index = dataFiles.firstIndex(of: problem.file) {
            return (sources.count + index, problem.line ?? 0, 0, offset)
        }
        guard let line = problem.line else { return (Int.max, 0, 0, offset) }
        return (sources.firstIndex { $0.path == problem.file } ?? 0, line, problem.column ?? 0, offset)
    }
}
