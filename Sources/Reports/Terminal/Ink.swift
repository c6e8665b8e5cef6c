/// What a terminal may be sent: colours, and characters beyond ASCII.
package struct TerminalStyle: Hashable, Sendable {
    package var hasColour: Bool
    package var hasUnicode: Bool

    package init(hasColour: Bool, hasUnicode: Bool) {
        self.hasColour = hasColour
        self.hasUnicode = hasUnicode
    }

    package static let plain = TerminalStyle(hasColour: false, hasUnicode: true)
    package static let ascii = TerminalStyle(hasColour: false, hasUnicode: false)

    /// What the environment allows: `NO_COLOR` (no-color.org), `TERM=dumb`, and the character set of the locale.
    package static func detect(isTerminal: Bool, environment: [String: String]) -> TerminalStyle {
        let isDumb = environment["TERM"] == "dumb"
        let refuses = !(environment["NO_COLOR"] ?? "").isEmpty
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let folded = locale.lowercased()
        return TerminalStyle(
            hasColour: isTerminal && !isDumb && !refuses,
            hasUnicode: folded.contains("utf-8") || folded.contains("utf8") || (!isTerminal && locale.isEmpty))
    }

    package enum Ink: String, Hashable, Sendable {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case blue = "34"
        case magenta = "35"
        case cyan = "36"
    }

    package func paint(_ text: String, _ inks: Ink...) -> String {
        guard hasColour, !text.isEmpty else { return text }
        return "\u{1B}[\(inks.map(\.rawValue).joined(separator: ";"))m\(text)\u{1B}[0m"
    }

    func ink(_ tone: Tone) -> Ink {
        switch tone {
        case .good: .green
        case .bad: .red
        case .unsure: .yellow
        }
    }

    /// The line as the terminal can show it: without Unicode, a character of ASCII for each column.
    package func shown(_ line: String) -> String {
        guard !hasUnicode else { return line }
        var result = ""
        for character in line {
            if character.isASCII {
                result.append(character)
            } else {
                let width = DisplayWidth.of(String(character))
                result += Self.inASCII[character] ?? String(repeating: "?", count: width)
            }
        }
        return result
    }

    private static let inASCII: [Character: String] = [
        "·": "-", "–": "-", "—": "-", "−": "-", "→": ">", "…": ".", "“": "\"", "”": "\"", "’": "'", "×": "x", "≥": ">", "≤": "<", "✓": "+",
        "✗": "x", "█": "#", "▓": "=", "▒": "%", "░": ".", "┊": ":", "│": "|", "─": "-", "▁": "_", "▂": "_", "▃": ".", "▄": "-", "▅": "=",
        "▆": "+", "▇": "*",
    ]
}

/// How a run tells what it does.
package enum OutputMode: Hashable, Sendable {
    /// One block, redrawn in place.
    case live
    /// Lines that are never taken back.
    case plain
    /// Nothing but the verdict at the end.
    case quiet

    package static func choose(isTerminal: Bool, plain: Bool, quiet: Bool, environment: [String: String]) -> OutputMode {
        if quiet { return .quiet }
        return plain || !isTerminal || environment["TERM"] == "dumb" ? .plain : .live
    }
}
