import Foundation
import Testing

@testable import Scenarios

/// `docs/scenario.md` has every key that the reader takes.
@Suite struct ScenarioReferenceTests {
    static let sets: [KeySet] = [
        .scenario, .database, .sessions, .data, .http, .auth, .basic, .tls, .request, .step, .think, .flow, .expectation, .bodyChecks,
        .checks, .capture, .hangUp, .bodyFile, .part, .phase, .waves, .tests, .server, .threshold, .stop,
    ]

    @Test("every key stands in scenario.md", arguments: sets.map(\.owner))
    func keys(_ owner: String) throws {
        let text = try text("scenario.md")
        for set in Self.sets where set.owner == owner {
            for key in set.accepted {
                let isThere = text.contains("`\(key)`") || text.contains("\(key): ")
                #expect(isThere, "`\(key)` of \(set.owner)")
            }
        }
    }

    @Test("every word stands in scenario.md")
    func words() throws {
        let text = try text("scenario.md")
        let words =
            DataSet.Pick.allCases.map(\.rawValue) + RequestSpec.HangUp.How.allCases.map(\.rawValue)
            + RequestSpec.Expectation.End.allCases.map(\.rawValue) + RequestSpec.Expectation.Comparison.allCases.map(\.rawValue)
        for word in words { #expect(text.contains("`\(word)`"), "\(word)") }
    }

    @Test("links within scenario.md lead to headings that are there")
    func links() throws {
        let text = try text("scenario.md")
        let anchors = text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { heading in
            heading.drop { $0 == "#" || $0 == " " }.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
                .replacing(" ", with: "-")
        }
        for link in text.matches(of: #/\]\(#([^)]*)\)/#) { #expect(anchors.contains(String(link.1)), "#\(link.1)") }
    }
}
