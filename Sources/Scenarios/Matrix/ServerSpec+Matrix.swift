extension Template {
    /// What the names of placeholders for matrix values begin with.
    static let matrixPrefix = "matrix."

    /// Whether the text has a placeholder for a value of the matrix.
    package var namesMatrix: Bool { placeholders.contains { $0.hasPrefix(Self.matrixPrefix) } }

    /// The template with the matrix's values put in; other placeholders stay.
    ///
    /// - Parameter values: by name, without `matrix.`.
    /// - Throws: ``TemplateError/unknown(placeholder:known:)`` for a name that has no value.
    package func puttingIn(matrix values: [String: String]) throws(TemplateError) -> Template {
        var result = ""
        for piece in TemplatePiece.pieces(of: text) {
            switch piece {
            case .text(let text): result += Template(verbatim: text).text
            case .placeholder(let name) where name.hasPrefix(Self.matrixPrefix):
                guard let value = values[String(name.dropFirst(Self.matrixPrefix.count))] else {
                    throw .unknown(placeholder: name, known: values.keys.sorted().map { Self.matrixPrefix + $0 })
                }
                result += Template(verbatim: value).text
            case .placeholder(let name): result += "{{\(name)}}"
            case .malformed(let text): throw .malformed(text)
            }
        }
        return Template(result)
    }
}

extension ServerSpec {
    /// The server as it is in one cell: with the matrix's values in every text.
    ///
    /// - Parameter values: by name; one that is not given to this cell is empty or missing.
    package func puttingIn(matrix values: [String: String]) throws(TemplateError) -> ServerSpec {
        var server = self
        server.target = try target?.puttingIn(matrix: values)
        server.setup = try setup?.puttingIn(matrix: values)
        server.prepare = try prepare?.puttingIn(matrix: values)
        server.command = try command?.puttingIn(matrix: values)
        server.pgbouncer = try pgbouncer?.puttingIn(matrix: values)
        for (name, value) in environment { server.environment[name] = try value.puttingIn(matrix: values) }
        for key in fromMatrix.keys.sorted() {
            guard let text = try text(of: key, matrix: values), !text.isEmpty else { continue }
            switch key {
            case "workers": server.workers = Self.count(text)
            case "threads": server.threads = Self.count(text)
            case "pool": server.pool = Self.count(text)
            case "expect": server.expect = text
            case "ready": server.ready = text
            case "workdir": server.workdir = text
            default: preconditionFailure("the reader takes no `\(key)` from the matrix")
            }
        }
        server.fromMatrix = [:]
        return server
    }

    /// The text of a key that the matrix gives, in one cell; `nil` when the cell has no value for it.
    package func text(of key: String, matrix values: [String: String]) throws(TemplateError) -> String? {
        guard let template = fromMatrix[key] else { return nil }
        let names = template.placeholders.compactMap { $0.hasPrefix("matrix.") ? String($0.dropFirst(7)) : nil }
        guard names.allSatisfy({ values[$0] != nil }) else { return nil }
        return try template.puttingIn(matrix: values).expand([:])
    }

    private static func count(_ text: String) -> Int? {
        if case .integer(let digits) = CoreScalar.resolve(text) { Int(digits) } else { nil }
    }
}
