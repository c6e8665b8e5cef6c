/// One thing that is wrong with a scenario: what, where, what was expected, what to do.
///
/// Holds the text as written by the user, never what a `${VAR}` expands to; passwords written out in a line are masked.
package struct ScenarioProblem: Hashable, Sendable, CustomStringConvertible {
    /// The path of the file as the user gave it, or the name of a flag (`--set`).
    package var file: String
    /// From 1; `nil` for a flag.
    package var line: Int?
    /// From 1, counted in Unicode scalars; for a flag, within its value. `nil` when the whole is meant.
    package var column: Int?
    /// The line of the file, or the value of the flag.
    package var text: String?
    package var message: String
    package var expected: String?
    package var hint: String?

    package init(
        file: String, line: Int? = nil, column: Int? = nil, text: String? = nil, message: String, expected: String? = nil,
        hint: String? = nil
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.text = text
        self.message = message
        self.expected = expected
        self.hint = hint
    }

    /// The problem as a compiler would print it: place and message, the line, a caret, what was expected, what to do.
    package var description: String {
        var lines = ["\(place): error: \(message)"]
        if let text, !text.isEmpty {
            lines += Self.excerpt(of: text, at: column)
        }
        if let expected { lines.append("expected: \(expected)") }
        if let hint { lines.append("help: \(hint)") }
        return lines.joined(separator: "\n")
    }

    private var place: String {
        guard let line else { return file }
        guard let column else { return "\(file):\(line)" }
        return "\(file):\(line):\(column)"
    }

    /// The longest part of a line that is shown, in Unicode scalars.
    private static let excerptLength = 160

    private static func excerpt(of text: String, at column: Int?) -> [String] {
        // Control characters of a file must not reach a terminal; a tab is kept, and repeated before the caret.
        var scalars = text.unicodeScalars.map { $0 != "\t" && $0.properties.generalCategory == .control ? "·" : $0 }
        var offset = (column ?? 1) - 1
        if scalars.count > excerptLength {
            let start = max(0, min(offset - excerptLength / 2, scalars.count - excerptLength))
            scalars = Array(scalars[start..<start + excerptLength])
            offset -= start
            if start > 0 { scalars[0] = "…" }
            scalars[excerptLength - 1] = "…"
        }
        let shown = "    " + string(scalars)
        guard column != nil, offset <= scalars.count else { return [shown] }
        let padding = scalars[..<offset].map { $0 == "\t" ? "\t" : " " as Unicode.Scalar }
        return [shown, "    " + string(padding) + "^"]
    }

    private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}

/// Everything that is wrong with a scenario, sorted by place: the file from top to bottom, then the flags.
package struct ScenarioProblems: Error, Hashable, CustomStringConvertible {
    /// At least one.
    package var problems: [ScenarioProblem]

    package init(_ problems: [ScenarioProblem]) { self.problems = problems }

    package var description: String {
        problems.map(\.description).joined(separator: "\n\n")
    }
}
