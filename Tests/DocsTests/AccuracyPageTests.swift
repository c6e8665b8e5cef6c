import Foundation
import Testing
import Verdicts

/// README's small table is that of `results/accuracy/generated.md`.
@Suite struct AccuracyPageTests {
    private let root = URL(fileURLWithPath: #filePath).appending(path: "../../..").standardized

    private func lines(_ path: String) throws -> [Substring] {
        try String(contentsOf: root.appending(path: path), encoding: .utf8).split(separator: "\n")
    }

    @Test func `README has the table of the generated runs as it was measured`() throws {
        let readme = try lines("README.md")
        let first = try #require(readme.firstIndex(of: "<!-- accuracy -->")),
            last = try #require(readme.firstIndex(of: "<!-- /accuracy -->"))
        let table = readme[(first + 1)..<last].filter { $0.hasPrefix("|") }
        let measured = Set(try lines("results/accuracy/generated.md"))
        #expect(table.count >= 9)
        #expect(table.allSatisfy(measured.contains), "Copy the table under “Leak or not” of results/accuracy/generated.md.")
    }
}
