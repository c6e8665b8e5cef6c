import Foundation

/// What the schemas of verdicts and scenarios use of JSON Schema 2020-12, and no more; a keyword that is not known here is a complaint, so
/// that the schema cannot say what nobody checks.
struct SchemaCheck {
    private let root: JSON

    private static let known: Set<String> = [
        "$schema", "$id", "$ref", "$defs", "title", "description", "type", "enum", "const", "minimum", "properties", "required",
        "additionalProperties", "items", "anyOf", "pattern", "maximum",
    ]

    init(_ data: Data) throws {
        root = try JSON(data)
    }

    /// What is wrong with a document, each with its place; empty: nothing.
    func complaints(about document: Data) throws -> [String] { complaints(about: try JSON(document)) }

    func complaints(about document: JSON) -> [String] { check(document, root, at: "$") }

    /// The words that the schema allows at a path of properties; `[]` goes into a list.
    func allowed(_ path: String...) -> Set<String> { Set(schema(at: path)?["enum"]?.texts ?? []) }

    /// The names of the properties of an object, by its path as above.
    func properties(_ path: String...) -> (all: Set<String>, required: Set<String>) {
        let schema = schema(at: path)
        return (Set((schema?["properties"]?.members ?? [:]).keys), Set(schema?["required"]?.texts ?? []))
    }

    /// The names of the properties of a definition.
    func properties(ofDefinition name: String) -> Set<String> { Set((root["$defs"]?[name]?["properties"]?.members ?? [:]).keys) }

    private func schema(at path: [String]) -> JSON? {
        var schema = resolved(root)
        for name in path { schema = resolved(name == "[]" ? schema?["items"] : schema?["properties"]?[name]) }
        return schema
    }

    private func resolved(_ schema: JSON?) -> JSON? {
        guard case .text(let reference) = schema?["$ref"] else { return schema }
        return root["$defs"]?[String(reference.dropFirst("#/$defs/".count))]
    }

    private func check(_ value: JSON, _ written: JSON?, at place: String) -> [String] {
        let unknown = (written?.members ?? [:]).keys.filter { !Self.known.contains($0) }
        var found = unknown.sorted().map { "\(place): the schema uses \($0), which is not checked here" }
        guard let schema = resolved(written) else { return found + ["\(place): no schema"] }
        if case .text(let type) = schema["type"], !Self.isA(type, value) { return found + ["\(place): no \(type)"] }
        if let choices = schema["enum"]?.elements, !choices.contains(value) { found.append("\(place): \(value) is none of \(choices)") }
        if let constant = schema["const"], constant != value { found.append("\(place): not \(constant)") }
        if case .number(let least) = schema["minimum"], case .number(let number) = value, number < least {
            found.append("\(place): below \(schema["minimum"] ?? .null)")
        }
        if case .number(let most) = schema["maximum"], case .number(let number) = value, number > most {
            found.append("\(place): above \(schema["maximum"] ?? .null)")
        }
        if case .text(let pattern) = schema["pattern"], case .text(let text) = value,
            text.range(of: pattern, options: .regularExpression) == nil
        {
            found.append("\(place): \(value) does not match \(pattern)")
        }
        if let choices = schema["anyOf"]?.elements {
            let each = choices.map { check(value, $0, at: place) }
            if !each.contains([]) {
                found.append("\(place): \(value) is none of what may be there: \(each.joined().joined(separator: "; "))")
            }
        }
        // Without a type anything may be there.
        let isList = schema["items"] != nil || schema["type"] == .text("array")
        for (index, element) in value.elements.enumerated() where isList {
            found += check(element, schema["items"], at: "\(place)[\(index)]")
        }
        return found + members(value, schema, at: place)
    }

    private func members(_ value: JSON, _ schema: JSON, at place: String) -> [String] {
        if case .object(let members) = value { check(members, schema, at: place) } else { [] }
    }

    private func check(_ members: [String: JSON], _ schema: JSON, at place: String) -> [String] {
        var found = (schema["required"]?.texts ?? []).filter { members[$0] == nil }.map { "\(place): \($0) is missing" }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            if let property = schema["properties"]?[name] {
                found += check(value, property, at: "\(place).\(name)")
            } else if let other = schema["additionalProperties"] {
                if other == .bool(false) { found.append("\(place): \(name) is not allowed") }
                if case .object = other { found += check(value, other, at: "\(place).\(name)") }
            }
        }
        return found
    }

    private static func isA(_ type: String, _ value: JSON) -> Bool {
        switch (type, value) {
        case ("null", .null), ("object", .object), ("array", .list), ("string", .text), ("boolean", .bool), ("number", .number): true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }
}
