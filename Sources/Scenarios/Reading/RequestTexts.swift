/// What a placeholder in a request may name.
struct PlaceholderScope {
    var data: [(name: String, file: DataFile)] = []
    /// What the requests before in the same flow capture; `nil` outside of flows.
    var captured: [String]?
}

/// Reads the texts of one request, all of them as ``RequestTemplate``s, and knows whether any has a placeholder.
///
/// When none has, ``literal(_:)`` makes the request's texts final.
final class RequestTexts {
    /// Where a text goes, and so what a value of a data file must not be.
    enum Use {
        case url(isStart: Bool)
        case header
        case status
        case jsonValue
        case anywhere
    }

    let scope: PlaceholderScope
    private(set) var hasPlaceholders = false
    private let diagnostics: Diagnostics

    init(_ scope: PlaceholderScope, _ diagnostics: Diagnostics) {
        self.scope = scope
        self.diagnostics = diagnostics
    }

    /// `nil` when it is no text or holds a wrong placeholder, both of which are reported.
    func template(_ value: YAMLValue, _ owner: String, expected: String = "text", use: Use = .anywhere) -> RequestTemplate? {
        guard let scalar = diagnostics.scalar(value, owner, expected: expected) else { return nil }
        return template(scalar, at: value.place, owner, use: use)
    }

    func template(_ scalar: ScalarText, at place: Place, _ owner: String, use: Use = .anywhere) -> RequestTemplate? {
        var pieces: [RequestTemplate.Piece] = []
        var isRight = true
        for segment in scalar.segments {
            switch segment {
            case .expanded(let value): pieces.append(.text(value))
            case .written(let written):
                for part in TemplatePiece.pieces(of: written) {
                    switch part {
                    case .text(let text): pieces.append(.text(text))
                    case .malformed(let text):
                        isRight = false
                        diagnostics.reportMalformed(text, at: place)
                    case .placeholder(let words):
                        guard let piece = piece(words, at: place, owner) else {
                            isRight = false
                            continue
                        }
                        let isStart = pieces.allSatisfy { $0 == .text("") }
                        isRight = check(piece, at: place, owner, use: Self.at(use, isStart: isStart)) && isRight
                        pieces.append(piece)
                    }
                }
            }
        }
        guard isRight else { return nil }
        let template = RequestTemplate(pieces: pieces)
        if template.hasPlaceholders { hasPlaceholders = true }
        return template
    }

    private static func at(_ use: Use, isStart: Bool) -> Use {
        if case .url = use { .url(isStart: isStart) } else { use }
    }

    // MARK: Placeholders

    private func piece(_ words: String, at place: Place, _ owner: String) -> RequestTemplate.Piece? {
        let piece: RequestTemplate.Piece
        do throws(TemplateError) {
            piece = try RequestTemplate.piece(words)
        } catch {
            if case .random = error {
                diagnostics.report(
                    place, "`{{\(words)}}` is no range", expected: "`{{random 1 100}}`: two whole numbers, the smaller first")
            } else {
                reportUnknown(words, at: place, owner)
            }
            return nil
        }
        switch piece {
        case .captured(let name):
            if scope.captured?.contains(name) == true { return piece }
            reportUnknown(name, at: place, owner)
            return nil
        case .data(let set, let column): return isKnown(set, column, at: place, owner) ? piece : nil
        default: return piece
        }
    }

    private func reportUnknown(_ name: String, at place: Place, _ owner: String) {
        let known = ["vu", "n", "uuid"] + (scope.captured ?? [])
        let columns = scope.data.flatMap { entry in (entry.file.set?.columns ?? []).map { "\(entry.name).\($0)" } }
        let written = (known + ["random 1 100"]).map { "{{\($0)}}" }
        let near = Suggestion.nearest(to: name, among: known + columns).map { "did you mean `{{\($0)}}`?" }
        let isData = scope.data.contains { $0.name == name }
        let help =
            near
            ?? (isData
                ? "`\(name)` is a data set: name a column of it, as in `{{\(name).column}}`"
                : scope.captured == nil
                    ? "values of responses are captured in flows; write `{{{{` for the two braces themselves"
                    : "a request before this one in the flow has to `capture` it; write `{{{{` for the two braces themselves")
        diagnostics.report(
            place, "`{{\(name)}}` is not known in \(owner)", expected: "one of \(written.quotedList), or a column of a data set",
            help: help)
    }

    private func isKnown(_ set: String, _ column: String, at place: Place, _ owner: String) -> Bool {
        let names = scope.data.map(\.name)
        if set == "matrix" {
            diagnostics.reportMatrixPlaceholder("matrix.\(column)", known: [], at: place, owner)
            return false
        }
        guard let entry = scope.data.first(where: { $0.name == set }) else {
            diagnostics.report(
                place, "there is no data set `\(set)`",
                expected: names.isEmpty ? "a data set of `data`, and there is none" : names.oneOf,
                help: Suggestion.nearest(to: set, among: names).map { "did you mean `{{\($0).\(column)}}`?" })
            return false
        }
        // A file that could not be read was reported.
        guard let known = entry.file.set else { return true }
        guard known.columns.contains(column) else {
            diagnostics.report(
                place, "the data set `\(set)` has no column `\(column)`",
                expected: Array(known.columns.prefix(20)).oneOf,
                help: Suggestion.nearest(to: column, among: known.columns).map { "did you mean `{{\(set).\($0)}}`?" })
            return false
        }
        return true
    }

    // MARK: Values

    private func check(_ piece: RequestTemplate.Piece, at place: Place, _ owner: String, use: Use) -> Bool {
        switch (piece, use) {
        case (.data(let set, let column), _): return check(set, column, at: place, use: use)
        case (_, .url(isStart: true)):
            diagnostics.report(
                place, "a URL cannot begin with this placeholder", expected: "a path that begins with `/`, or a URL",
                help: "only a column of a data set can bring a whole path")
            return false
        default: return true
        }
    }

    private func check(_ set: String, _ column: String, at place: Place, use: Use) -> Bool {
        guard let file = scope.data.first(where: { $0.name == set })?.file,
            let found = file.firstProblem(column: column, { DataValue.problem($0, use: use) })
        else { return true }
        let line = place.line.map { " on line \($0)" } ?? ""
        diagnostics.report(
            .dataFile(path: file.path, line: found.line), "`\(column)` of this row \(found.message)",
            help: "the scenario uses the column\(line) in \(DataValue.words(use))")
        return false
    }
}

/// Which values of a data file cannot be put where the scenario wants them.
private enum DataValue {
    static func words(_ use: RequestTexts.Use) -> String {
        switch use {
        case .url: "a URL"
        case .header: "a header"
        case .status: "`status`"
        case .jsonValue: "`json`, as a number"
        case .anywhere: "a text"
        }
    }

    /// The end of the sentence, in words that hold nothing of the value; `nil` when the value is right.
    static func problem(_ value: ArraySlice<UInt8>, use: RequestTexts.Use) -> String? {
        switch use {
        case .anywhere: return nil
        case .header:
            return value.contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F } ? "holds a line break or another control character" : nil
        case .status:
            return (100...599).contains(Int(String(decoding: value, as: UTF8.self)) ?? 0) && value.count == 3
                ? nil : "is no status from 100 to 599"
        case .jsonValue:
            let text = String(decoding: value, as: UTF8.self)
            switch CoreScalar.resolve(text) {
            case .boolean, .integer, .real:
                return JSONWriter.isNumber(text) || text == "true" || text == "false" ? nil : "is no number of JSON"
            case .null, .string: return text == "null" ? nil : "is no number of JSON"
            }
        case .url(let isStart):
            if isStart, value.first != UInt8(ascii: "/") { return "does not begin with `/`, and the URL begins with it" }
            if value.contains(UInt8(ascii: " ")) { return "holds a space; write `%20`, or `+` in a query" }
            if value.contains(UInt8(ascii: "#")) { return "holds a `#`, which is never sent; write `%23`" }
            if value.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "holds a line break or another control character" }
            return value.contains { $0 >= 0x80 } ? "holds a character that is not ASCII; percent-encode it" : nil
        }
    }
}

extension RequestSpec {
    /// The request with every text read as a template and replaced.
    func mappingTexts(_ map: (RequestTemplate) -> [UInt8]) -> RequestSpec {
        func text(_ text: String) -> String {
            guard let template = try? RequestTemplate(text) else { return text }
            return String(decoding: map(template), as: UTF8.self)
        }
        func check(_ check: Expectation.Check) -> Expectation.Check {
            switch check {
            case .equals(let value): .equals(text(value))
            case .contains(let value): .contains(text(value))
            case .matches, .compares, .exists: check
            }
        }
        func named(_ named: Expectation.Named) -> Expectation.Named { Expectation.Named(name: named.name, check: check(named.check)) }
        var mapped = self
        mapped.url = text(url)
        mapped.headers = headers.map { HTTPSettings.Header(name: $0.name, value: text($0.value)) }
        if let body, !body.isLiteral, let template = try? RequestTemplate(body.bytes) { mapped.body?.bytes = map(template) }
        mapped.expect.headers = expect.headers.map(named)
        mapped.expect.body = expect.body.map(check)
        mapped.expect.json = expect.json.map(named)
        return mapped
    }
}
