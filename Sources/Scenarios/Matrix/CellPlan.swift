/// The cells of a run: server × matrix values × repeat, in the order in which they are run.
///
/// A pure value: nothing is started, and no clock or random number is read.
package struct CellPlan: Hashable, Sendable {
    /// The most cells that a run may have, repeats counted.
    package static let mostCells = 1000

    /// One configuration: what its repeats have in common.
    package struct Group: Hashable, Sendable {
        /// `granian-2.max_age=0`; `target` where the scenario has no servers and no matrix.
        package var name: String
        /// With the matrix's values put in; `nil`: the target runs already.
        package var server: ServerSpec?
        package var values: [Matrix.Value]
        /// The base URL, the server's own or the scenario's, with the matrix's values put in.
        package var target: Template
    }

    package struct Cell: Hashable, Sendable {
        /// The name of its folder: that of the group, and `.r2` where there are repeats.
        package var name: String
        package var group: Group
        /// From 1.
        package var number: Int
    }

    package var groups: [Group]
    package var repeats: Int

    /// - Parameter repeats: in the place of the scenario's.
    /// - Throws: a value of the matrix that a server needs and its cell does not have, which the reader of scenarios reports with its place.
    package init(_ scenario: Scenario, repeats: Int? = nil) throws(TemplateError) {
        self.repeats = repeats ?? scenario.repeats
        groups = []
        let combinations = scenario.combinations
        let names = CellNames.names(of: combinations, axes: scenario.matrix?.axes.map(\.name) ?? [])
        for (combination, name) in zip(combinations, names) {
            let values = scenario.matrixValues(of: combination)
            let server = try scenario.servers.first { $0.name == combination.server }?.puttingIn(matrix: values)
            var target = server?.target
            if target == nil { target = try scenario.target.puttingIn(matrix: values) }
            groups.append(Group(name: name, server: server, values: combination.values, target: target ?? scenario.target))
        }
    }

    /// The groups in their order once for each repeat; repeat k begins k groups further, so that none always comes first.
    package var cells: [Cell] {
        (0..<repeats).flatMap { round in
            groups.indices.map { place in
                let group = groups[(place + round) % groups.count]
                return Cell(name: repeats > 1 ? "\(group.name).r\(round + 1)" : group.name, group: group, number: round + 1)
            }
        }
    }
}

extension Scenario {
    /// The configurations: each server with each combination of the matrix.
    package var combinations: [Matrix.Combination] {
        let names: [String?] = servers.isEmpty ? [nil] : servers.map(\.name)
        guard let matrix else { return names.map { Matrix.Combination(server: $0, []) } }
        return matrix.combinations(servers: names)
    }

    /// The values of a combination by name; those that only other entries of `include` give are empty.
    package func matrixValues(of combination: Matrix.Combination) -> [String: String] {
        var values: [String: String] = [:]
        for name in matrix?.includedNames ?? [] { values[name] = "" }
        for value in combination.values { values[value.name] = value.text }
        return values
    }
}

/// Names of configurations that are names of folders.
enum CellNames {
    private static let longestValue = 40
    private static let longest = 90

    /// In the order of `combinations`; equal combinations have equal names, others do not.
    ///
    /// - Parameter axes: names that every name shows; what `include` added is shown where they do not tell cells apart, or where there
    ///   are none.
    static func names(of combinations: [Matrix.Combination], axes: [String]) -> [String] {
        let short = combinations.map { combination in
            name(combination, combination.values.filter { axes.isEmpty || axes.contains($0.name) })
        }
        var count: [String: Int] = [:]
        for name in short { count[name, default: 0] += 1 }
        return zip(combinations, short).map { count[$1] == 1 ? $1 : name($0, $0.values) }
    }

    private static func name(_ combination: Matrix.Combination, _ values: [Matrix.Value]) -> String {
        let parts = [combination.server ?? "target"] + values.map { "\($0.name)=\(folderText($0.text))" }
        let name = parts.joined(separator: ".")
        return name.utf8.count <= longest ? name : cut(name, to: longest - 9) + "~" + digits(name, 8)
    }

    /// A value as part of a folder's name; one that had to be changed for that carries digits by which it differs from others.
    private static func folderText(_ text: String) -> String {
        let kept = String(text.map { $0.isLetter || $0.isNumber || "._-+,@%".contains($0) ? $0 : "-" })
        return kept == text && text.utf8.count <= longestValue ? text : cut(kept, to: longestValue) + "~" + digits(text, 4)
    }

    private static func cut(_ text: String, to bytes: Int) -> String {
        var cut = text
        while cut.utf8.count > bytes { cut.removeLast() }
        return cut
    }

    /// Hexadecimal digits of FNV-1a.
    private static func digits(_ text: String, _ count: Int) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String((String(repeating: "0", count: max(0, 16 - digits.count)) + digits).suffix(count))
    }
}
