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
        self.init(text.replacing("{{", with: "{{{{"))
    }
}

/// A template that cannot be expanded.
package enum TemplateError: Error, Hashable, CustomStringConvertible {
    case unknown(placeholder: String, known: [String])
    /// A `{{` that no placeholder follows, with what does.
    case malformed(String)

    package var description: String {
        switch self {
        case .unknown(let name, let known):
            known.isEmpty
                ? "`{{\(name)}}` is not known; no placeholder is, here"
                : "`{{\(name)}}` is not known; these are: \(known.map { "{{\($0)}}" }.quotedList)"
        case .malformed(let text):
            "`\(text)` is no placeholder like `{{port}}`; write `{{{{` for the two braces themselves"
        }
    }
}

/// A part of a template: `{{name}}`, spaces allowed inside the braces, or the text between; `{{{{` is the text `{{`.
///
/// A name is a letter or `_`, then letters, digits, `_`, `-` or `.`.
enum TemplatePiece: Hashable {
    case text(String)
    case placeholder(String)
    /// Some characters from a `{{` on that no placeholder follows; always the last piece.
    case malformed(String)

    static func pieces(of template: String) -> [TemplatePiece] {
        var pieces: [TemplatePiece] = []
        var text = ""
        var rest = Substring(template)
        while let open = rest.firstRange(of: "{{") {
            text += rest[..<open.lowerBound]
            rest = rest[open.upperBound...]
            if rest.hasPrefix("{{") {
                text += "{{"
                rest = rest.dropFirst(2)
                continue
            }
            if !text.isEmpty { pieces.append(.text(text)) }
            text = ""
            guard let close = rest.firstRange(of: "}}"), let name = name(rest[..<close.lowerBound]) else {
                return pieces + [.malformed("{{" + rest.prefix(20))]
            }
            pieces.append(.placeholder(name))
            rest = rest[close.upperBound...]
        }
        text += rest
        return text.isEmpty ? pieces : pieces + [.text(text)]
    }

    private static func name(_ inner: Substring) -> String? {
        let name = inner.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        guard let first = name.first, first.isASCII, first.isLetter || first == "_" else { return nil }
        guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) }) else { return nil }
        return String(name)
    }
}
