/// Where in the user's input a value stands.
enum Place: Hashable {
    /// Line and column from 1, the column in Unicode scalars, in one of the files that were read: 0 is the scenario's own.
    case file(line: Int, column: Int, source: Int = 0)
    /// A flag's value; the column is from 1 within `text`.
    case flag(name: String, text: String, column: Int)
    /// A line of a data file, which is not shown: it may hold anything. `nil` for the file as a whole.
    case dataFile(path: String, line: Int?)

    /// In the scenario's own files.
    var line: Int? {
        if case .file(let line, _, _) = self { line } else { nil }
    }
}

/// A file's text, cut into lines as libyaml counts them.
struct SourceText {
    /// The path as the user gave it.
    let path: String
    let text: String
    private let lines: [Range<String.UnicodeScalarView.Index>]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        lines = Self.lines(of: text.unicodeScalars)
    }

    /// The text of a line from 1; `nil` beyond the end.
    func line(_ number: Int) -> String? {
        guard lines.indices.contains(number - 1) else { return nil }
        return String(text.unicodeScalars[lines[number - 1]])
    }

    /// The index of a place, both counted from 1; `nil` when there is nothing there.
    func index(line: Int, column: Int) -> String.Index? {
        guard lines.indices.contains(line - 1), column >= 1 else { return nil }
        let range = lines[line - 1]
        return text.unicodeScalars.index(range.lowerBound, offsetBy: column - 1, limitedBy: range.upperBound)
    }

    /// The place of an index, for errors that give an offset only.
    func place(of index: String.Index) -> Place {
        let number = lines.lastIndex { $0.lowerBound <= index } ?? 0
        guard lines.indices.contains(number) else { return .file(line: 1, column: 1) }
        let column = text.unicodeScalars.distance(from: lines[number].lowerBound, to: min(index, lines[number].upperBound))
        return .file(line: number + 1, column: column + 1)
    }

    /// libyaml breaks lines at CR, LF, CR LF, NEL, LS and PS.
    private static func lines(of scalars: String.UnicodeScalarView) -> [Range<String.UnicodeScalarView.Index>] {
        var ranges: [Range<String.UnicodeScalarView.Index>] = []
        var start = scalars.startIndex
        var index = start
        while index < scalars.endIndex {
            let scalar = scalars[index]
            var next = scalars.index(after: index)
            if scalar == "\r" || scalar == "\n" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}" {
                ranges.append(start..<index)
                if scalar == "\r", next < scalars.endIndex, scalars[next] == "\n" { next = scalars.index(after: next) }
                start = next
            }
            index = next
        }
        ranges.append(start..<index)
        return ranges
    }
}
