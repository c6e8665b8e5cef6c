/// YAML to compact JSON: keys in the order of the file, numbers with the digits of the file, text in UTF-8.
///
/// A plain scalar has the type that YAML 1.2 gives its text, also where a variable brought the text; in quotes it is a string.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private let diagnostics: Diagnostics

    init(diagnostics: Diagnostics) { self.diagnostics = diagnostics }

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
            let members = diagnostics.members(value, "a request's `json`", expected: "a map") ?? []
            for (index, member) in members.enumerated() {
                if index > 0 { append(",") }
                write(ScalarText(member.key, isPlain: false), at: member.keyPlace)
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
            if let text = diagnostics.literal(scalar, at: place, "a request's `json`") { append(Self.quoted(text)) }
        }
    }

    private mutating func append(_ text: String) { bytes += text.utf8 }

    /// A JSON string of RFC 8259, with its quotes.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
