/// Readers of single values: each gives the value, or `nil` when it is wrong, which is reported, or unknown, because a variable in it
/// is allowed to be unset.
extension Diagnostics {
    /// A scalar with text in it; numbers are texts too, a missing value is none.
    func scalar(_ value: YAMLValue, _ owner: String, expected: String) -> ScalarText? {
        guard let scalar = value.scalar, CoreScalar(scalar) != .null else {
            reportType(value, owner, expected: expected)
            return nil
        }
        return scalar
    }

    /// Text without placeholders; `{{{{` reads as `{{`.
    func text(_ value: YAMLValue, _ owner: String, expected: String = "text") -> String? {
        guard let scalar = scalar(value, owner, expected: expected) else { return nil }
        return literal(scalar, at: value.place, owner)
    }

    /// The text of a scalar that may hold no placeholder.
    func literal(_ scalar: ScalarText, at place: Place, _ owner: String) -> String? {
        var text = ""
        for segment in scalar.segments {
            switch segment {
            case .expanded(let value): text += value
            case .written(let written):
                guard checkPlaceholders(written, known: [], at: place, owner) else { return nil }
                for case .text(let piece) in TemplatePiece.pieces(of: written) { text += piece }
            }
        }
        return text
    }

    /// Text with the placeholders of `known`.
    func template(_ value: YAMLValue, _ owner: String, known: [String], expected: String = "text") -> Template? {
        guard let scalar = scalar(value, owner, expected: expected) else { return nil }
        // Taken apart and put together again, so that a brace at the end of a variable makes no placeholder with what follows it.
        var written = ""
        var literal = ""
        func flush() {
            written += Template(verbatim: literal).text
            literal = ""
        }
        for segment in scalar.segments {
            switch segment {
            case .expanded(let value): literal += value
            case .written(let text):
                guard checkPlaceholders(text, known: known, at: value.place, owner) else { return nil }
                for piece in TemplatePiece.pieces(of: text) {
                    switch piece {
                    case .text(let text), .malformed(let text): literal += text
                    case .placeholder(let name):
                        flush()
                        written += "{{\(name)}}"
                    }
                }
            }
        }
        flush()
        return Template(written)
    }

    private func checkPlaceholders(_ written: String, known: [String], at place: Place, _ owner: String) -> Bool {
        var right = true
        for piece in TemplatePiece.pieces(of: written) {
            switch piece {
            case .text: break
            case .placeholder(let name) where known.contains(name): break
            case .placeholder(let name):
                right = false
                reportPlaceholder(name, known: known, at: place, owner)
            case .malformed(let text):
                right = false
                reportMalformed(text, at: place)
            }
        }
        return right
    }

    /// - Parameter text: as written, from the braces on.
    func reportMalformed(_ text: String, at place: Place) {
        report(
            place, "`\(SecretText.masking(text))` is no placeholder like `{{port}}`", help: "write `{{{{` for the two braces themselves")
    }

    private func reportPlaceholder(_ name: String, known: [String], at place: Place, _ owner: String) {
        if name.hasPrefix(Template.matrixPrefix) { return reportMatrixPlaceholder(name, known: known, at: place, owner) }
        let names = known.map { "{{\($0)}}" }
        let expected =
            switch names.count {
            case 0: "no placeholder here"
            case 1: names.quotedList
            default: "one of \(names.quotedList)"
            }
        let help =
            if KeySet.server.accepted.contains(name) {
                "`{{\(name)}}` is the `\(name)` that the server declares, where it declares it"
            } else if let nearest = Suggestion.nearest(to: name, among: known) {
                "did you mean `{{\(nearest)}}`?"
            } else {
                "write `{{{{` for the two braces themselves"
            }
        report(place, "`{{\(name)}}` is not known in \(owner)", expected: expected, help: help)
    }

    /// A whole number in decimal; in quotes only when it comes from a variable.
    func integer(_ value: YAMLValue, _ owner: String, in range: ClosedRange<Int>, or alternative: String? = nil) -> Int? {
        let span = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        let expected = span + (alternative.map { ", or \($0)" } ?? "")
        guard let scalar = value.scalar, case .integer(let digits) = resolved(scalar) else {
            if value.scalar?.isUnknown != true { reportType(value, owner, expected: expected) }
            return nil
        }
        guard let number = Int(digits), range.contains(number) else {
            report(value.place, "\(owner) is out of range", expected: expected)
            return nil
        }
        return number
    }

    /// `true` or `false`, as YAML 1.2 writes them.
    func boolean(_ value: YAMLValue, _ owner: String) -> Bool? {
        if let scalar = value.scalar {
            if scalar.isUnknown { return nil }
            if case .boolean(let boolean) = resolved(scalar) { return boolean }
        }
        reportType(
            value, owner, expected: "`true` or `false`", help: "`yes`, `no`, `on` and `off` are words in YAML 1.2, not truth values")
        return nil
    }

    /// The type of a scalar's text; quotes do not make text of what a variable brings, because inside `{ }` it must be quoted.
    func resolved(_ scalar: ScalarText) -> CoreScalar {
        scalar.isPlain || scalar.hasVariables ? CoreScalar.resolve(scalar.text) : .string
    }

    /// A duration in a range, both ends allowed.
    func duration(_ value: YAMLValue, _ owner: String, in range: ClosedRange<Duration>, or alternative: String? = nil) -> Duration? {
        let span = "a duration from \(DurationText.string(range.lowerBound)) to \(DurationText.string(range.upperBound))"
        let expected = span + (alternative.map { ", or \($0)" } ?? "")
        guard let scalar = scalar(value, owner, expected: expected), !scalar.isUnknown else { return nil }
        guard let duration = DurationText.parse(scalar.text) else {
            let isNumber = if case .string = CoreScalar.resolve(scalar.text) { false } else { true }
            report(
                value.place, "\(owner) is no duration", expected: expected,
                help: isNumber ? "give a unit: `ms`, `s`, `m` or `h`" : "durations look like `100ms`, `5s`, `1.5s`, `2m`, `1h30m`")
            return nil
        }
        guard range.contains(duration) else {
            report(value.place, "\(owner) is out of range", expected: expected)
            return nil
        }
        return duration
    }

    /// One word of a list.
    ///
    /// - Parameter normal: from another spelling to that of the list.
    func word(_ value: YAMLValue, _ owner: String, of words: [String], normal: (String) -> String = { $0 }) -> String? {
        let expected = words.count == 1 ? words.quotedList : "one of \(words.quotedList)"
        guard let scalar = scalar(value, owner, expected: expected), !scalar.isUnknown else { return nil }
        let word = normal(scalar.text)
        if words.contains(word) { return word }
        report(
            value.place, "\(owner) is none of its words", expected: expected,
            help: Suggestion.nearest(to: scalar.written, among: words).map { "did you mean `\($0)`?" })
        return nil
    }

    /// A name that can be a folder: no `/`, no control characters, not `.` or `..`, 1 to 100 bytes.
    func folderName(_ text: String, _ owner: String, at place: Place) -> Bool {
        let isRight =
            !text.isEmpty && text.utf8.count <= 100 && text != "." && text != ".." && !text.contains("/") && !text.hasControlCharacters
        if !isRight {
            report(
                place, "\(owner) cannot be the name of a folder",
                expected: "1 to 100 bytes without `/` and control characters, not `.` or `..`")
        }
        return isRight
    }
}

extension String {
    /// Whether a control character (C0, DEL, C1) is in the text.
    var hasControlCharacters: Bool {
        unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
