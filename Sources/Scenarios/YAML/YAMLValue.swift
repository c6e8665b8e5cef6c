/// A value of a scenario file with its place: what the readers of this module work on, free of the YAML library.
struct YAMLValue {
    enum Content {
        case scalar(ScalarText)
        case sequence([YAMLValue])
        case mapping([Member])
    }

    struct Member {
        var key: String
        var keyPlace: Place
        var value: YAMLValue
    }

    var place: Place
    var content: Content

    var scalar: ScalarText? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// The kind of the content, for a message: `a map`, `a list`, `a number`.
    var kind: String {
        switch content {
        case .mapping: "a map"
        case .sequence: "a list"
        case .scalar(let scalar):
            switch CoreScalar(scalar) {
            case .null: "nothing"
            case .boolean: "true or false"
            case .integer, .real: "a number"
            case .string: "text"
            }
        }
    }
}

/// A scalar as written, and as it reads once its variables are put in.
struct ScalarText {
    enum Segment: Hashable {
        /// Stands in the file.
        case written(String)
        /// Came from the environment; must not be shown, and begins no placeholder.
        case expanded(String)
    }

    /// As in the file, before variables.
    var written: String
    var segments: [Segment]
    /// Whether it stands without quotes, so that its text decides its type.
    var isPlain: Bool
    /// Whether a variable in it is not set, and need not be: its text is unknown.
    var isUnknown = false

    init(_ written: String, isPlain: Bool) {
        self.written = written
        self.isPlain = isPlain
        segments = [.written(written)]
    }

    /// A text in which nothing is looked for, neither variables nor placeholders.
    init(verbatim text: String) {
        written = text
        isPlain = true
        segments = [.expanded(text)]
    }

    var text: String {
        segments.map { segment in
            switch segment {
            case .written(let text), .expanded(let text): text
            }
        }.joined()
    }

    var hasVariables: Bool {
        segments.contains { if case .expanded = $0 { true } else { false } }
    }
}
