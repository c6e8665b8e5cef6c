extension CellPlan {
    /// What the command line picks of the cells.
    package struct Choice: Hashable, Sendable {
        /// Names of servers, `*` and `?` allowed; empty: all.
        package var servers: [String]
        /// Names of the matrix with patterns for their values; of several for one name any must match, of several names each.
        package var only: [Only]

        package init(servers: [String] = [], only: [Only] = []) {
            self.servers = servers
            self.only = only
        }
    }

    /// `--only KEY=VALUE`.
    package struct Only: Hashable, Sendable {
        package var name: String
        package var pattern: String

        package init(name: String, pattern: String) {
            self.name = name
            self.pattern = pattern
        }

        /// `nil` when there is no `=`, or no name before it.
        package init?(_ text: String) {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return nil }
            name = String(text[..<equals])
            pattern = String(text[text.index(after: equals)...])
        }
    }

    /// A choice that picks nothing.
    package struct ChoiceError: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// The plan with the groups that are picked.
    ///
    /// - Throws: a flag that matches nothing, with what there is.
    package func choosing(_ choice: Choice) throws(ChoiceError) -> CellPlan {
        var plan = self
        try plan.choose(servers: choice.servers)
        try plan.choose(only: choice.only, known: groups.flatMap(\.values))
        guard !plan.groups.isEmpty else {
            throw ChoiceError(description: "No cell is both what --server and what --only pick. `--list` without them shows all cells.")
        }
        return plan
    }

    private mutating func choose(servers patterns: [String]) throws(ChoiceError) {
        guard !patterns.isEmpty else { return }
        var names: [String] = []
        for name in groups.compactMap({ $0.server?.name }) where !names.contains(name) { names.append(name) }
        guard !names.isEmpty else { throw ChoiceError(description: "--server was given, and the scenario has no servers.") }
        for pattern in patterns where !names.contains(where: { NamePattern.matches(pattern, $0) }) {
            throw ChoiceError(
                description: "--server \(pattern) matches none of the scenario's servers: \(names.joined(separator: ", "))")
        }
        groups = groups.filter { group in patterns.contains { NamePattern.matches($0, group.server?.name ?? "") } }
    }

    /// - Parameter all: values of every group, picked or not.
    private mutating func choose(only: [Only], known all: [Matrix.Value]) throws(ChoiceError) {
        var known: [String: [String]] = [:]
        for value in all where known[value.name]?.contains(value.text) != true {
            known[value.name, default: []].append(value.text)
        }
        for one in only {
            guard let values = known[one.name] else {
                let names = known.keys.sorted().joined(separator: ", ")
                throw ChoiceError(
                    description: "--only \(one.name)=\(one.pattern): the matrix has no \(one.name)"
                        + (names.isEmpty ? "; the scenario has no matrix." : ", but \(names)."))
            }
            guard values.contains(where: { NamePattern.matches(one.pattern, $0) }) else {
                throw ChoiceError(
                    description: "--only \(one.name)=\(one.pattern) matches none of its values: \(values.joined(separator: ", "))")
            }
        }
        for name in Set(only.map(\.name)) {
            let patterns = only.filter { $0.name == name }.map(\.pattern)
            groups = groups.filter { group in
                let text = group.values.first { $0.name == name }?.text
                return text.map { text in patterns.contains { NamePattern.matches($0, text) } } ?? false
            }
        }
    }
}
