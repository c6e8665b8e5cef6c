/// YAML to compact JSON: keys in the order of the file, numbers with the digits of the file, text in UTF-8.
///
/// A plain scalar has the type that YAML 1.2 gives its text, also where a variable brought the text; in quotes it is a string. A string
/// may hold placeholders. One that is tagged `!!int` or `!!float` and is a placeholder and nothing else is written without quotes.
struct JSONWriter {
    private var pieces: [RequestTemplate.Piece] = []
    private let diagnostics: Diagnostics
    private let texts: RequestTexts
    private static let owner = "a request's `json`"

    init(_ texts: RequestTexts, diagnostics: Diagnostics) {
        self.texts = texts
        self.diagnostics = diagnostics
    }

    /// What was written; the texts between its placeholders are escaped as JSON has it.
    var template: RequestTemplate { RequestTemplate(pieces: pieces) }

    mutating func write(_ value: YAMLValue) {
        switch value.content {
        case .scalar(let scalar): write(scalar, at: value.place)
        case .sequence(let values):
            append("[")
            for (index, value) in values.enumerated() {
                if index > 0 { append(",") }
                write(value)
            }
            append("]")
        case .mapping:
            append("{")
            let members = diagnostics.members(value, Self.owner, expected: "a map") ?? []
            for (index, member) in members.enumerated() {
                if index > 0 { append(",") }
                write(string: ScalarText(member.key, isPlain: false), at: member.keyPlace)
                append(":")
                write(member.value)
            }
            append("}")
        }
    }

    private mutating func write(_ scalar: ScalarText, at place: Place) {
        switch CoreScalar(scalar) {
        case .null: append("null")
        case .boolean(let boolean): append(boolean ? "true" : "false")
        case .integer(let digits): append(digits)
        case .real(let digits):
            if ["inf", "-inf", "nan"].contains(digits) {
                diagnostics.report(place, "JSON has no number for this", expected: "a finite number", help: "put it in quotes for text")
            }
            append(digits)
        case .string:
            // Plain YAML cannot begin with a brace: only a tag makes such a scalar plain.
            if scalar.isPlain, case .placeholder? = TemplatePiece.pieces(of: scalar.written).first, !scalar.hasVariables,
                TemplatePiece.pieces(of: scalar.written).count == 1
            {
                if let template = texts.template(scalar, at: place, Self.owner, use: .jsonValue) { pieces += template.pieces }
            } else {
                write(string: scalar, at: place)
            }
        }
    }

    private mutating func write(string scalar: ScalarText, at place: Place) {
        guard let template = texts.template(scalar, at: place, Self.owner) else { return }
        append("\"")
        for piece in template.pieces {
            if case .text(let text) = piece { append(Self.escaped(text)) } else { pieces.append(piece) }
        }
        append("\"")
    }

    private mutating func append(_ text: String) { pieces.append(.text(text)) }

    /// A JSON string of RFC 8259, with its quotes.
    static func quoted(_ text: String) -> String { "\"\(escaped(text))\"" }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Whether a text is a number of RFC 8259, section 6.
    static func isNumber(_ text: String) -> Bool {
        text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil
    }
}
