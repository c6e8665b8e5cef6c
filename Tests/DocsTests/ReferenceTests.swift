import Foundation
import Measurements
import Testing

@testable import Verdicts

/// The reference in `docs/` has everything that the program has.
@Suite struct ReferenceTests {
    @Test("every column of every file stands in files.md, in the order of the file")
    func columns() throws {
        let text = try text("files.md")
        try check(StepRow.self, in: text)
        try check(WaveRow.self, in: text)
        try check(ConnectionRow.self, in: text)
        try check(SessionRow.self, in: text)
        try check(RequestRow.self, in: text)
        try check(TransferRow.self, in: text)
        try check(ProcessRow.self, in: text)
        try check(GeneratorRow.self, in: text)
    }

    @Test("every flag, verdict, law and kind of step has its words")
    func words() throws {
        let verdict = try text("verdict.md")
        for flag in Verdict.Flag.allCases { #expect(verdict.contains("| `\(flag.rawValue)` |"), "\(flag)") }
        for kind in Verdict.Kind.allCases { #expect(verdict.contains("| **\(kind.rawValue)** |"), "\(kind)") }
        for law in Verdict.Law.Kind.allCases { #expect(verdict.contains("`\(law.rawValue)`"), "\(law)") }
        let files = try text("files.md")
        for kind in Step.Kind.allCases { #expect(files.contains("`\(kind.rawValue)`"), "\(kind)") }
        for outcome in Outcome.allCases { #expect(files.contains("`\(outcome.rawValue)`"), "\(outcome)") }
    }

    @Test(
        "links within the reference lead to headings and files that are there",
        arguments: ["commands.md", "compare.md", "files.md", "flows.md", "scenario.md", "verdict.md"])
    func links(page: String) throws {
        let source = try text(page)
        for link in source.matches(of: #/\]\(([^)#:]*)(?:#([^)]*))?\)/#) {
            let file = link.1.isEmpty ? page : String(link.1)
            guard let target = try? text(file) else {
                Issue.record("\(page) links to \(file), which is not there")
                continue
            }
            if let anchor = link.2 { #expect(anchors(of: target).contains(String(anchor)), "\(page) links to \(file)#\(anchor)") }
        }
    }

    private func check<Row: CSVRow>(_ row: Row.Type, in text: String) throws {
        let start = try #require(text.range(of: "## `\(Row.file)`"), "\(Row.file) has no section")
        let section = text[start.upperBound...].prefix { _ in true }.split(separator: "\n## ", maxSplits: 1)[0]
        let table = try #require(section.range(of: "| column |"), "\(Row.file) has no table of columns")
        let lines = section[table.lowerBound...].split(separator: "\n", omittingEmptySubsequences: false).prefix { $0.hasPrefix("|") }
        let columns = lines.dropFirst(2).compactMap { $0.firstMatch(of: #/^\| `([a-z0-9_]+)` \|/#).map { String($0.1) } }
        #expect(columns == Row.columns, "the columns of \(Row.file) in files.md")
    }

    /// As the usual viewers make them of headings: lower case, without punctuation, `-` for spaces.
    private func anchors(of page: String) -> Set<String> {
        let headings = page.split(separator: "\n").filter { $0.hasPrefix("#") }.map { $0.drop { $0 == "#" || $0 == " " } }
        return Set(
            headings.map { heading in
                let kept = heading.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
                return kept.replacing(" ", with: "-")
            })
    }
}
