extension Template {
    /// The names between the braces, each once, in order of appearance; those before a malformed one when there is one.
    package var placeholders: [String] {
        var names: [String] = []
        for piece in TemplatePiece.pieces(of: text) {
            if case .placeholder(let name) = piece, !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// The text with every placeholder replaced by its value, and `{{{{` by `{{`.
    ///
    /// Values are put in as they are: what looks like a placeholder in a value stays.
    package func expand(_ values: [String: String]) throws(TemplateError) -> String {
        var expanded = ""
        for piece in TemplatePiece.pieces(of: text) {
            switch piece {
            case .text(let text): expanded += text
            case .placeholder(let name):
                guard let value = values[name] else { throw .unknown(placeholder: name, known: values.keys.sorted()) }
                expanded += value
            case .malformed(let text): throw .malformed(text)
            }
        }
        return expanded
    }

    /// A template that expands to `text`, whatever is in it.
    package init(verbatim text: String) {
        self.init(String(decoding: TemplateScanner.escape(Array(text.utf8)), as: UTF8.self))
    }
}

/// A template that cannot be expanded.
package enum TemplateError: Error, Hashable, CustomStringConvertible {
    case unknown(placeholder: String, known: [String])
    /// A `{{` that no placeholder follows, with what does.
    case malformed(String)
    /// What stands between the braces of a `{{random …}}` that is none.
    case random(String)

    package var description: String {
        switch self {
        case .unknown(let name, let known):
            known.isEmpty
                ? "`{{\(name)}}` is not known; no placeholder is, here"
                : "`{{\(name)}}` is not known; these are: \(known.map { "{{\($0)}}" }.quotedList)"
        case .malformed(let text):
            "`\(text)` is no placeholder like `{{port}}`; write `{{{{` for the two braces themselves"
        case .random(let words):
            "`{{\(words)}}` is no range; write `{{random 1 100}}`: two whole numbers, the smaller first"
        }
    }
}

/// A part of a template: `{{name}}`, spaces allowed inside the braces, or the text between; `{{{{` is the text `{{`.
enum TemplatePiece: Hashable {
    case text(String)
    /// What stands between the braces: a name, or a name and arguments with single spaces between.
    case placeholder(String)
    /// Some characters from a `{{` on that no placeholder follows; always the last piece.
    case malformed(String)

    static func pieces(of template: String) -> [TemplatePiece] {
        TemplateScanner.parts(of: Array(template.utf8)).map { part in
            switch part {
            case .text(let bytes): .text(String(decoding: bytes, as: UTF8.self))
            case .placeholder(let words): .placeholder(words)
            case .malformed(let text): .malformed(text)
            }
        }
    }
}
