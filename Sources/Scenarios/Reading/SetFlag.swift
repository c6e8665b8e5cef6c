/// One `--set a.b=value`: a value put into the tree of a scenario before it is checked.
///
/// The path's parts are keys, or indices of lists from 0; an index one past the end appends. Where a key holds dots, the longest key
/// that the map has is taken. The value is a YAML scalar, or a flow list or map: `[200, 404]`, `{count: 3}`.
struct SetFlag {
    private let text: String
    private let parts: [Substring]
    private let value: YAMLValue
    private let diagnostics: Diagnostics

    private static let flag = "--set"

    /// `nil` when it is not of the form `a.b=value`, or the value is no YAML; both are reported.
    init?(_ text: String, diagnostics: Diagnostics) {
        self.text = text
        self.diagnostics = diagnostics
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            diagnostics.report(
                .flag(name: Self.flag, text: text, column: 1), "a path and a value are needed", expected: "`a.b=value`",
                help: "for example `--set waves.count=3` or `--set requests.0.get=/x`")
            return nil
        }
        parts = text[..<equals].split(separator: ".", omittingEmptySubsequences: false)
        let written = String(text[equals...].dropFirst())
        let column = text.unicodeScalars.distance(from: text.startIndex, to: equals) + 2
        if let first = written.first, "[{\"'".contains(first) {
            var composer = YAMLComposer(diagnostics: diagnostics) {
                .flag(name: Self.flag, text: text, column: $0 == 1 ? column + $1 - 1 : column)
            }
            guard let value = composer.compose(written) else { return nil }
            self.value = value
        } else {
            let scalar = ScalarText(written, isPlain: !written.isEmpty)
            value = YAMLValue(place: .flag(name: Self.flag, text: text, column: column), content: .scalar(scalar))
        }
    }

    func apply(to root: inout YAMLValue) {
        put(into: &root, parts[...], owner: "the scenario")
    }

    private func put(into node: inout YAMLValue, _ rest: ArraySlice<Substring>, owner: String) {
        guard let part = rest.first else {
            node = value
            return
        }
        switch node.content {
        case .mapping(var members):
            let key = Self.key(rest, in: members)
            let behind = rest.dropFirst(key.count)
            let name = key.joined(separator: ".")
            if let index = members.firstIndex(where: { $0.key == name }) {
                put(into: &members[index].value, behind, owner: "`\(name)`")
            } else {
                var child = YAMLValue(place: place(of: part), content: .mapping([]))
                put(into: &child, behind, owner: "`\(name)`")
                members.append(YAMLValue.Member(key: name, keyPlace: place(of: part), value: child))
            }
            node.content = .mapping(members)
        case .sequence(var values):
            guard let index = Int(part), index >= 0, index <= values.count else {
                let expected = values.isEmpty ? "the index 0" : "an index from 0 to \(values.count)"
                diagnostics.report(place(of: part), "\(owner) is a list", expected: expected)
                return
            }
            if index == values.count { values.append(YAMLValue(place: place(of: part), content: .mapping([]))) }
            put(into: &values[index], rest.dropFirst(), owner: "`\(part)`")
            node.content = .sequence(values)
        case .scalar(let scalar):
            // `database: URL` is short for a map, and can be set like one.
            if owner == "`database`" {
                let url = YAMLValue.Member(key: "url", keyPlace: node.place, value: node)
                node = YAMLValue(place: node.place, content: .mapping([url]))
                put(into: &node, rest, owner: owner)
            } else if CoreScalar(scalar) == .null {
                node = YAMLValue(place: place(of: part), content: .mapping([]))
                put(into: &node, rest, owner: owner)
            } else {
                diagnostics.report(place(of: part), "\(owner) is neither a map nor a list, so that nothing can be set in it")
            }
        }
    }

    /// The parts that make the key: as many as a key of the map has, else one.
    private static func key(_ rest: ArraySlice<Substring>, in members: [YAMLValue.Member]) -> ArraySlice<Substring> {
        for count in stride(from: rest.count, to: 1, by: -1) {
            let name = rest.prefix(count).joined(separator: ".")
            if members.contains(where: { $0.key == name }) { return rest.prefix(count) }
        }
        return rest.prefix(1)
    }

    private func place(of part: Substring) -> Place {
        .flag(name: Self.flag, text: text, column: text.unicodeScalars.distance(from: text.startIndex, to: part.startIndex) + 1)
    }
}
