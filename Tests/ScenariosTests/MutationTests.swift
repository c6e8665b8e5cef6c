import Foundation
import Scenarios
import Testing

/// Files that are almost right: the reader must take them or say what is wrong, and never crash, hang or say nothing.
@Suite struct MutationTests {
    private static let pieces = [
        "{", "}", "[", "]", ":", ": ", "- ", "\n", "\t", "  ", "\"", "'", "#", "&a ", "*a", "!x ", "|", ">", "?", "? ", ",", "---\n",
        "...\n",
        "<<: ", "${", "}}", "{{", "$${", "${A", "%", "@", "`", "\u{0}", "\u{FEFF}", "\u{85}", "\u{2028}", "é", "\u{100000}", "\u{10FFFD}",
        "\r",
        "\r\n", "0x", "1e", "-", "~", "null", "target: x\n", "requests:\n", "\u{7F}", "e\u{301}", "👩‍👩‍👧",
    ]

    private func mutate(_ text: String, _ random: inout SplitMix64) -> String {
        var scalars = Array(text.unicodeScalars)
        for _ in 0...random.below(4) {
            let at = random.below(scalars.count + 1)
            let end = min(scalars.count, at + random.below(12))
            switch random.below(5) {
            case 0: scalars.removeSubrange(at..<end)
            case 1: scalars.insert(contentsOf: Self.pieces[random.below(Self.pieces.count)].unicodeScalars, at: at)
            case 2: scalars.replaceSubrange(at..<end, with: Self.pieces[random.below(Self.pieces.count)].unicodeScalars)
            case 3: scalars.insert(contentsOf: Array(scalars[at..<end]), at: random.below(scalars.count + 1))
            default: scalars.removeSubrange(at...)
            }
            if scalars.isEmpty { break }
        }
        var mutated = String.UnicodeScalarView()
        mutated.append(contentsOf: scalars)
        return String(mutated)
    }

    private func check(_ text: String, _ file: TemporaryScenario) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file.file))
        do {
            _ = try file.read(environment: ["PASSWORD": "x", "DATABASE_URL": "host=db"])
        } catch let error as ScenarioProblems {
            #expect(!error.problems.isEmpty)
            let lines = text.unicodeScalars.count + 2
            for problem in error.problems {
                #expect(!problem.message.isEmpty)
                #expect((1...lines).contains(problem.line ?? 1) && (1...lines).contains(problem.column ?? 1), "\(problem)")
                #expect(!problem.description.unicodeScalars.contains("\u{0}"))
            }
            let places = error.problems.map { [$0.line ?? 0, $0.column ?? 0] }
            #expect(places == places.sorted { $0.lexicographicallyPrecedes($1) })
        }
    }

    @Test(arguments: 1...8) func `a damaged file is taken or refused with reasons`(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let texts = try [
            Fixture.text("Good/shop/scenario.yaml"), Fixture.text("designed-but-not-built.yaml"), Fixture.text("wrong-types.yaml"),
        ]
        let file = try TemporaryScenario("", folders: ["site"])
        for round in 0..<120 {
            try check(mutate(texts[round % texts.count], &random), file)
        }
    }

    @Test func `a file that ends anywhere is taken or refused with reasons`() throws {
        let scalars = Array(try Fixture.text("Good/shop/scenario.yaml").unicodeScalars)
        let file = try TemporaryScenario("", folders: ["site"])
        for length in stride(from: 0, to: scalars.count, by: 7) {
            var prefix = String.UnicodeScalarView()
            prefix.append(contentsOf: scalars[..<length])
            try check(String(prefix), file)
        }
    }

    @Test func `bytes that are no text are refused`() throws {
        var random = SplitMix64(seed: 99)
        let file = try TemporaryScenario("")
        for _ in 0..<50 {
            let bytes = (0..<random.below(200)).map { _ in UInt8(random.below(256)) }
            try Data(bytes).write(to: URL(fileURLWithPath: file.file))
            #expect(throws: ScenarioProblems.self) { try file.read() }
        }
    }

    @Test(arguments: ["[", "{a: ", "- ", "- - ", "? ", "[{a: ", "${A:-", "{{"]) func `deep nesting does not exhaust the stack`(
        _ piece: String
    ) throws {
        for count in [99, 1_000, 20_000] {
            let text = "target: x\nrequests: \(piece == "- " ? "\n" : "")" + String(repeating: piece, count: count)
            #expect(throws: ScenarioProblems.self) { try read(text) }
            #expect(throws: ScenarioProblems.self) {
                try read(ReadingTests.shortest, sets: ["name=" + String(repeating: piece, count: count)])
            }
        }
    }
}
