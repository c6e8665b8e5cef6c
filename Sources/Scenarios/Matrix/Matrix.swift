/// Values that every server is run with, each combination a configuration of its own: `matrix` of a scenario.
///
/// `exclude` and `include` follow the rules of GitHub Actions, with the server as one more name that every combination has:
/// <https://docs.github.com/en/actions/writing-workflows/choosing-what-your-workflow-does/running-variations-of-jobs-in-a-workflow>.
package struct Matrix: Hashable, Sendable, Codable {
    /// A name with one of its values.
    package struct Value: Hashable, Sendable, Codable {
        package var name: String
        package var text: String

        package init(_ name: String, _ text: String) {
            self.name = name
            self.text = text
        }
    }

    /// A name with all of its values; at least one, none twice.
    package struct Axis: Hashable, Sendable, Codable {
        package var name: String
        package var values: [String]

        package init(_ name: String, _ values: [String]) {
            self.name = name
            self.values = values
        }
    }

    /// A map under `exclude` or `include`.
    package struct Entry: Hashable, Sendable, Codable {
        /// The server that it is for; `nil`: each.
        package var server: String?
        package var values: [Value]

        package init(server: String? = nil, _ values: [Value]) {
            self.server = server
            self.values = values
        }
    }

    package var axes: [Axis]
    package var exclude: [Entry]
    package var include: [Entry]

    package init(axes: [Axis], exclude: [Entry] = [], include: [Entry] = []) {
        self.axes = axes
        self.exclude = exclude
        self.include = include
    }

    /// One server with one value of each name.
    package struct Combination: Hashable, Sendable {
        /// `nil`: the target that runs already.
        package var server: String?
        /// In the order of the axes, then those that `include` added.
        package var values: [Value]

        package init(server: String?, _ values: [Value]) {
            self.server = server
            self.values = values
        }

        func text(of name: String) -> String? { values.first { $0.name == name }?.text }
    }

    /// Names that `include` alone gives; a cell that none of them was given to has empty texts in their place.
    package var includedNames: [String] {
        var names: [String] = []
        for value in include.flatMap(\.values) where !names.contains(value.name) && !axes.contains(where: { $0.name == value.name }) {
            names.append(value.name)
        }
        return names
    }

    /// How many combinations there are before `exclude` and `include`; `nil` when that is no number of this machine.
    package func combinationsBeforeExclude(servers: Int) -> Int? {
        var count = servers
        for axis in axes {
            let (product, overflow) = count.multipliedReportingOverflow(by: axis.values.count)
            if overflow { return nil }
            count = product
        }
        return count
    }

    /// The combinations in their order: server by server, the last axis changing fastest, then those that `include` added.
    ///
    /// - Parameter servers: their names; `[nil]` where the target runs already.
    package func combinations(servers: [String?]) -> [Combination] {
        // As in GitHub Actions, a matrix of nothing but `include` has the combinations that it lists.
        let originals = axes.isEmpty && !include.isEmpty ? [] : servers.flatMap(products).filter { !isExcluded($0) }
        var extended = originals
        var added: [Combination] = []
        for entry in include {
            // What a combination was given by an earlier entry may be overwritten, what it began with may not.
            let fitting = originals.indices.filter { Self.fits(entry, originals[$0]) }
            for index in fitting {
                for value in entry.values { Self.set(value, in: &extended[index]) }
            }
            if fitting.isEmpty {
                let names = entry.server.map { [Optional($0)] } ?? servers
                added += names.map { Combination(server: $0, entry.values) }
            }
        }
        return extended + added
    }

    private func products(of server: String?) -> [Combination] {
        var combinations = [Combination(server: server, [])]
        for axis in axes {
            combinations = combinations.flatMap { combination in
                axis.values.map { Combination(server: server, combination.values + [Value(axis.name, $0)]) }
            }
        }
        return combinations
    }

    /// Whether an entry of `exclude` matches; it need not name every axis.
    package func isExcluded(_ combination: Combination) -> Bool { exclude.contains { Self.matches($0, combination) } }

    /// Whether every value that `entry` names is that of the combination.
    package static func matches(_ entry: Entry, _ combination: Combination) -> Bool {
        (entry.server == nil || entry.server == combination.server)
            && entry.values.allSatisfy { combination.text(of: $0.name) == $0.text }
    }

    /// Whether `entry` can be added to the combination without changing one of its values.
    private static func fits(_ entry: Entry, _ combination: Combination) -> Bool {
        (entry.server == nil || entry.server == combination.server)
            && entry.values.allSatisfy { value in combination.text(of: value.name).map { $0 == value.text } ?? true }
    }

    private static func set(_ value: Value, in combination: inout Combination) {
        if let index = combination.values.firstIndex(where: { $0.name == value.name }) {
            combination.values[index] = value
        } else {
            combination.values.append(value)
        }
    }
}
