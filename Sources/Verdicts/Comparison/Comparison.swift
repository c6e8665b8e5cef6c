/// Runs side by side: the content of `comparison.json`.
package struct Comparison: Hashable, Sendable, Codable {
    /// The version of this format.
    package static let currentSchema = 1

    package var schema = Comparison.currentSchema
    package var scenario: String
    package var cells: [CellFigures]
    package var groups: [GroupFigures]
    /// Each configuration against the first.
    package var differences: [Difference]
    package var baseline: BaselineCheck?

    /// Runs of one configuration, in the order of their cells.
    package struct Group: Sendable {
        package var name: String
        package var cells: [CellFigures]

        package init(name: String, cells: [CellFigures]) {
            self.name = name
            self.cells = cells
        }
    }

    /// - Parameter groups: the first is what the others are compared with.
    package init(scenario: String, _ groups: [Group]) {
        self.scenario = scenario
        cells = groups.flatMap(\.cells)
        self.groups = groups.map { GroupFigures(name: $0.name, $0.cells) }
        differences =
            groups.first.map { first in
                groups.dropFirst().flatMap { Difference.all(from: (first.name, first.cells), to: ($0.name, $0.cells)) }
            } ?? []
    }
}
