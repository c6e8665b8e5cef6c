import Yams

/// What libyaml says of a text that is no YAML, with its place.
struct YAMLErrorReport {
    private let message: String
    private let place: Place
    private let help: String?

    init(_ error: any Error, text: String, place: (_ line: Int, _ column: Int) -> Place) {
        let source = SourceText(path: "", text: text)
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _), YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            message = [context?.text, problem].compactMap(\.self).joined(separator: " ")
            self.place = place(mark.line, mark.column)
            let begin = context.flatMap { $0.mark.line < mark.line ? "what is not ended begins on line \($0.mark.line)" : nil }
            help = Self.help(for: problem, line: source.line(mark.line) ?? "", column: mark.column) ?? begin
        case YamlError.reader(let problem, let offset, _, _):
            message = problem
            let index = offset.flatMap { text.index(text.startIndex, offsetBy: $0, limitedBy: text.endIndex) } ?? text.startIndex
            if case .file(let line, let column, _) = source.place(of: index) {
                self.place = place(line, column)
            } else {
                self.place = place(1, 1)
            }
            help = "the file must be UTF-8 without control characters"
        default:
            message = "the text could not be read"
            self.place = place(1, 1)
            help = nil
        }
    }

    func report(to diagnostics: Diagnostics) {
        diagnostics.report(place, "not YAML: \(message)", help: help)
    }

    private static func help(for problem: String, line: String, column: Int) -> String? {
        let scalars = Array(line.unicodeScalars)
        let character = scalars.indices.contains(column - 1) ? scalars[column - 1] : nil
        if problem.contains("cannot start any token") {
            if character == "\t" { return "indent with spaces; YAML takes no tabs" }
            return "put the value in quotes"
        }
        if line.contains("{{") || line.contains("${") {
            return "a value that begins with `{{`, and any `${…}` inside `{ }` or `[ ]`, stands in quotes"
        }
        if problem.contains("mapping values are not allowed") {
            return "put a value that holds `: ` in quotes, or indent this key like the others"
        }
        return problem.contains("another document") ? "one scenario a file, without `---` between" : nil
    }
}
