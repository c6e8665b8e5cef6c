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
        "{{page.", "{{n}}", "{{random 1", "{{{{", "{{id}}", "after ", "1KB", "steps: [", "capture: ", "!!int ", "(", "\\",
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
            let places = error.problems.filter { $0.file == file.file }.map { [$0.line ?? 0, $0.column ?? 0] }
            #expect(places == places.sorted { $0.lexicographicallyPrecedes($1) })
        }
    }

    @Test(arguments: 1...8) func `a damaged file is taken or refused with reasons`(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let texts = try [
            Fixture.text("Good/shop/scenario.yaml"), Fixture.text("misplaced-soak.yaml"), Fixture.text("wrong-types.yaml"),
            Fixture.text("Good/flows/scenario.yaml"), Fixture.text("expectations-that-cannot-be.yaml"),
        ]
        let file = try Self.folder()
        for round in 0..<150 {
            try check(mutate(texts[round % texts.count], &random), file)
        }
    }

    /// With the files that the scenarios name.
    private static func folder() throws -> TemporaryScenario {
        let names = ["pages.csv", "users.csv", "files/dot.png", "files/ca.pem", "files/key.pem"]
        var files: [String: [UInt8]] = [:]
        for name in names { files[name] = try Array(Data(contentsOf: URL(fileURLWithPath: Fixture.path("Good/flows/\(name)")))) }
        return try TemporaryScenario("", folders: ["site", "files"], files: files)
    }

    @Test(arguments: 1...4) func `a damaged data file is taken or refused with reasons`(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let good = Array("a,b,c\r\n1,\"two, 2\",3\n4,\"\"\"five\"\"\",6\r7,8,9\n".utf8)
        let pieces: [[UInt8]] = [[34], [44], [13], [10], [13, 10], [0], [0xFF], [0xEF, 0xBB, 0xBF], [34, 34], [], [32]]
        let file = try TemporaryScenario("target: http://127.0.0.1\ndata: {d: d.csv}\nrequests: [{get: '/{{d.b}}'}]\n")
        let path = URL(fileURLWithPath: file.folder + "/d.csv")
        for _ in 0..<400 {
            var bytes = good
            for _ in 0...random.below(4) {
                let at = random.below(bytes.count + 1)
                let end = min(bytes.count, at + random.below(3))
                bytes.replaceSubrange(at..<end, with: pieces[random.below(pieces.count)])
            }
            try Data(bytes).write(to: path)
            do {
                let set = try file.read().data[0]
                #expect(set.rowCount > 0 && set.rows.count == set.rowCount * set.columns.count)
            } catch let error as ScenarioProblems {
                let lines = bytes.count + 2
                #expect(error.problems.allSatisfy { (1...lines).contains($0.line ?? 1) && !$0.message.isEmpty })
                #expect(error.problems.count { $0.file == "d.csv" } <= 5)
            }
        }
    }

    @Test(arguments: ["shop", "flows"]) func `a file that ends anywhere is taken or refused with reasons`(_ name: String) throws {
        let scalars = Array(try Fixture.text("Good/\(name)/scenario.yaml").unicodeScalars)
        let file = try Self.folder()
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
