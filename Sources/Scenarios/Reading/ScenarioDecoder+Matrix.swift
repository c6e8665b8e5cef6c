/// The names of a matrix, before it is read: what a placeholder may name.
enum MatrixNames {
    /// Keys beside the names.
    static let own = ["exclude", "include"]

    static func inMatrix(of root: YAMLValue) -> [String] {
        guard case .mapping(let keys) = root.content, let matrix = keys.first(where: { $0.key == "matrix" })?.value,
            case .mapping(let members) = matrix.content
        else { return [] }
        var names = members.map(\.key).filter { !own.contains($0) }
        guard case .sequence(let entries) = members.first(where: { $0.key == "include" })?.value.content else { return names }
        for entry in entries {
            guard case .mapping(let values) = entry.content else { continue }
            for value in values where value.key != "server" && !names.contains(value.key) { names.append(value.key) }
        }
        return names
    }
}

/// `matrix` and `repeat`, and the check of every cell that they make.
extension ScenarioDecoder {
    private static let mostBeforeExclude = 10_000

    /// The placeholders that stand for values of the matrix.
    var matrixPlaceholders: [String] { matrixNames.map { Template.matrixPrefix + $0 } }

    /// Whether a value has a placeholder of the matrix; one that a variable brings is none.
    func namesMatrix(_ value: YAMLValue) -> Bool {
        value.scalar?.segments.contains { if case .written(let text) = $0 { Template(text).namesMatrix } else { false } } ?? false
    }

    /// Reads `matrix` and `repeat`, and checks the cells. The scenario's servers have been read.
    func matrix(_ map: MapReader, of scenario: inout Scenario) {
        if let value = map["repeat"], let count = diagnostics.integer(value, "`repeat`", in: 1...100) { scenario.repeats = count }
        if let value = map["matrix"], let matrix = matrix(value, servers: serverNames(map)) {
            let servers = max(scenario.servers.count, 1)
            guard let count = matrix.combinationsBeforeExclude(servers: servers), count <= Self.mostBeforeExclude else {
                diagnostics.report(
                    map.keyPlace("matrix"), "the matrix has more than \(Self.mostBeforeExclude) combinations before `exclude`",
                    expected: "at most \(CellPlan.mostCells) cells")
                return
            }
            scenario.matrix = matrix
        }
        // What is wrong already would be told again of every cell.
        guard diagnostics.isEmpty else { return }
        checkCells(map, scenario)
    }

    /// Also of servers that are wrong themselves.
    private func serverNames(_ map: MapReader) -> [String] {
        guard case .mapping(let members) = map["servers"]?.content else { return [] }
        return members.map(\.key)
    }

    // MARK: The keys

    private func matrix(_ value: YAMLValue, servers: [String]) -> Matrix? {
        guard let members = diagnostics.members(value, "`matrix`", expected: "a map of names and lists of values") else { return nil }
        if members.isEmpty { diagnostics.report(value.place, "`matrix` is empty", expected: "a map of names and lists of values") }
        var matrix = Matrix(axes: [])
        for member in members where !MatrixNames.own.contains(member.key) && checkName(member.key, at: member.keyPlace) {
            if let values = axis(member) { matrix.axes.append(Matrix.Axis(member.key, values)) }
        }
        if let include = members.first(where: { $0.key == "include" }) {
            matrix.include = entries(include, servers: servers).map(\.entry)
        }
        if let exclude = members.first(where: { $0.key == "exclude" }) {
            for (entry, place) in entries(exclude, servers: servers, axes: matrix.axes) {
                matrix.exclude.append(entry)
                check(exclude: entry, at: place, matrix, servers)
            }
        }
        return matrix
    }

    private func checkName(_ name: String, at place: Place) -> Bool {
        let isRight =
            name.first.map { $0.isASCII && ($0.isLetter || $0 == "_") } == true
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") } && name.count <= 40
        if !isRight {
            diagnostics.report(
                place, "this cannot be a name of the matrix", expected: "a letter, then letters, digits, `_` and `-`, at most 40 in all")
        } else if name == "server" {
            diagnostics.report(place, "`server` is in every combination already: the servers are those of `servers`")
            return false
        }
        return isRight
    }

    private func axis(_ member: YAMLValue.Member) -> [String]? {
        let expected = "a list of values like `[0, 300]`"
        guard let elements = diagnostics.elements(member.value, "`\(member.key)`", expected: expected) else { return nil }
        if elements.isEmpty { diagnostics.report(member.value.place, "`\(member.key)` has no values", expected: expected) }
        var values: [String] = []
        for element in elements {
            guard let text = scalarText(element, "`\(member.key)`") else { continue }
            if values.contains(text), element.scalar?.isUnknown != true {
                diagnostics.report(
                    element.place, "`\(member.key)` has this value twice", help: "for several runs of each cell, use `repeat`")
            } else {
                values.append(text)
            }
        }
        return values.isEmpty ? nil : values
    }

    private func scalarText(_ value: YAMLValue, _ owner: String) -> String? {
        guard let text = diagnostics.text(value, "a value of \(owner)", expected: "text, a number or a truth value") else { return nil }
        if text.hasControlCharacters {
            diagnostics.report(value.place, "a value of \(owner) holds a control character")
            return nil
        }
        return text
    }

    /// - Parameter axes: the names that an entry may have; `nil`: any.
    private func entries(
        _ member: YAMLValue.Member, servers: [String], axes: [Matrix.Axis]? = nil
    ) -> [(entry: Matrix.Entry, place: Place)] {
        let expected = "a list of maps like `{server: a, max_age: 0}`"
        guard let elements = diagnostics.elements(member.value, "`\(member.key)`", expected: expected) else { return [] }
        return elements.compactMap { element in
            guard
                let members = diagnostics.members(element, "an entry of `\(member.key)`", expected: "a map like `{server: a, max_age: 0}`")
            else { return nil }
            if members.isEmpty {
                diagnostics.report(element.place, "an entry of `\(member.key)` is empty")
                return nil
            }
            var entry = Matrix.Entry([])
            for member in members {
                if member.key == "server" {
                    guard let name = server(named: member.value, servers) else { return nil }
                    entry.server = name
                } else if let axes {
                    guard let value = excluded(member, axes) else { return nil }
                    entry.values.append(value)
                } else if checkName(member.key, at: member.keyPlace), let text = scalarText(member.value, "`\(member.key)`") {
                    entry.values.append(Matrix.Value(member.key, text))
                }
            }
            return (entry, element.place)
        }
    }

    private func server(named value: YAMLValue, _ servers: [String]) -> String? {
        let expected = servers.isEmpty ? "no `server`: the scenario has no `servers`" : "one of \(servers.quotedList)"
        guard let name = diagnostics.text(value, "`server`", expected: expected), value.scalar?.isUnknown != true else { return nil }
        if servers.contains(name) { return name }
        diagnostics.report(
            value.place, "no server has this name", expected: expected,
            help: value.scalar.flatMap { Suggestion.nearest(to: $0.written, among: servers) }.map { "did you mean `\($0)`?" })
        return nil
    }

    private func excluded(_ member: YAMLValue.Member, _ axes: [Matrix.Axis]) -> Matrix.Value? {
        guard let axis = axes.first(where: { $0.name == member.key }) else {
            diagnostics.report(
                member.keyPlace, "`\(SecretText.masking(member.key))` is no name of the matrix",
                expected: axes.isEmpty ? "`server`" : "`server` or one of \(axes.map(\.name).quotedList)",
                help: Suggestion.nearest(to: member.key, among: axes.map(\.name)).map { "did you mean `\($0)`?" })
            return nil
        }
        guard let text = scalarText(member.value, "`\(member.key)`"), member.value.scalar?.isUnknown != true else { return nil }
        if !axis.values.contains(text) {
            diagnostics.report(
                member.value.place, "`\(member.key)` has no such value, so that nothing is excluded",
                expected: axis.values.count <= 20 ? "one of \(axis.values.map(SecretText.masking).quotedList)" : nil)
            return nil
        }
        return Matrix.Value(member.key, text)
    }

    private func check(exclude entry: Matrix.Entry, at place: Place, _ matrix: Matrix, _ servers: [String]) {
        // Every name and value is known by now, so that only an earlier entry can leave it nothing.
        let before = Matrix(axes: matrix.axes, exclude: Array(matrix.exclude.dropLast()))
        guard let count = before.combinationsBeforeExclude(servers: max(servers.count, 1)), count <= Self.mostBeforeExclude else { return }
        let names: [String?] = servers.isEmpty ? [nil] : servers
        if !before.combinations(servers: names).contains(where: { Matrix.matches(entry, $0) }) {
            diagnostics.report(place, "this entry of `exclude` matches nothing that is not excluded already", help: "leave it out")
        }
    }
}

extension Diagnostics {
    /// Reports a placeholder of the matrix that cannot be where it is.
    func reportMatrixPlaceholder(_ name: String, known: [String], at place: Place, _ owner: String) {
        let known = known.filter { $0.hasPrefix(Template.matrixPrefix) }
        guard known.isEmpty else {
            report(
                place, "`{{\(name)}}`: the matrix has no such name", expected: "one of \(known.map { "{{\($0)}}" }.quotedList)",
                help: Suggestion.nearest(to: name, among: known).map { "did you mean `{{\($0)}}`?" })
            return
        }
        report(
            place, "`{{\(name)}}` cannot be in \(owner)",
            help: "values of the `matrix` can be in `target` and in a server's keys; write `{{{{` for the two braces themselves")
    }
}
