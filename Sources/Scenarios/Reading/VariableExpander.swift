/// Puts the environment's variables into scalars that are parsed already, so that a value cannot change the structure.
///
/// Grammar: `${NAME}` is the value of a variable; `${NAME:-text}` the text where the variable is unset or empty, in which braces are
/// balanced and further variables may stand; `$${` stands for `${`. `NAME` is a letter or `_`, then letters, digits or `_`.
/// Anything else with a `$` is text.
struct VariableExpander {
    private let environment: [String: String]
    private let allowUnset: Bool
    private let diagnostics: Diagnostics
    /// The values of variables whose names say that they are secret, and the passwords of those that hold a database's URL.
    private(set) var secrets: Set<String> = []

    init(environment: [String: String], allowUnset: Bool, diagnostics: Diagnostics) {
        self.environment = environment
        self.allowUnset = allowUnset
        self.diagnostics = diagnostics
    }

    mutating func expand(_ value: inout YAMLValue) {
        switch value.content {
        case .scalar(var scalar):
            guard scalar.written.contains("${"), scalar.segments == [.written(scalar.written)] else { return }
            scalar.segments = []
            expand(Substring(scalar.written), into: &scalar, at: value.place, depth: 0)
            value.content = .scalar(scalar)
        case .sequence(var values):
            for index in values.indices { expand(&values[index]) }
            value.content = .sequence(values)
        case .mapping(var members):
            for index in members.indices { expand(&members[index].value) }
            value.content = .mapping(members)
        }
    }

    private static let depthLimit = 8

    private mutating func expand(_ text: Substring, into scalar: inout ScalarText, at place: Place, depth: Int) {
        guard depth <= Self.depthLimit else {
            diagnostics.report(place, "variables are nested more than \(Self.depthLimit) deep")
            return
        }
        var rest = text
        var written = ""
        while let dollar = rest.firstIndex(of: "$") {
            written += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                written += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                scalar.append(written: written)
                written = ""
                guard let variable = Variable(&rest) else {
                    diagnostics.report(
                        place, "a `${` without a variable's name and a closing `}`", expected: "`${NAME}` or `${NAME:-default}`",
                        help: "write `$${` for the characters themselves")
                    scalar.isUnknown = true
                    return
                }
                put(variable, into: &scalar, at: place, depth: depth)
            } else {
                written += "$"
                rest = rest.dropFirst()
            }
        }
        scalar.append(written: written + rest)
    }

    private mutating func put(_ variable: Variable, into scalar: inout ScalarText, at place: Place, depth: Int) {
        let value = environment[variable.name]
        if let fallback = variable.fallback, value ?? "" == "" {
            expand(fallback, into: &scalar, at: place, depth: depth + 1)
        } else if let value {
            scalar.segments.append(.expanded(value))
            if SecretText.isSecret(name: variable.name), !value.isEmpty { secrets.insert(value) }
            secrets.formUnion(ConnectionString.passwords(in: value))
        } else {
            scalar.isUnknown = true
            scalar.segments.append(.expanded("${\(variable.name)}"))
            if !allowUnset {
                diagnostics.report(
                    place, "the environment variable `\(variable.name)` is not set",
                    help: "set it, or write `${\(variable.name):-default}`; `seep check --allow-unset` checks the rest without it")
            }
        }
    }
}

extension ScalarText {
    fileprivate mutating func append(written text: String) {
        if !text.isEmpty { segments.append(.written(text)) }
    }
}

/// `${NAME}` or `${NAME:-fallback}`.
private struct Variable {
    let name: String
    let fallback: Substring?

    /// Takes a variable from the front of `text`, which begins with `${`.
    init?(_ text: inout Substring) {
        let inner = text.dropFirst(2)
        let name = inner.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        guard let first = name.first, !first.isNumber else { return nil }
        self.name = String(name)
        let behind = inner.dropFirst(name.count)
        if behind.first == "}" {
            fallback = nil
            text = behind.dropFirst()
            return
        }
        guard behind.hasPrefix(":-") else { return nil }
        let body = behind.dropFirst(2)
        var open = 1
        guard
            let end = body.firstIndex(where: { character in
                if character == "{" { open += 1 }
                if character == "}" { open -= 1 }
                return open == 0
            })
        else { return nil }
        fallback = body[..<end]
        text = body[end...].dropFirst()
    }
}
