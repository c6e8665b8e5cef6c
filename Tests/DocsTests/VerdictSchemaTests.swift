import Foundation
import Measurements
import Scenarios
import Testing

@testable import Verdicts

/// `docs/verdict.schema.json` says what `verdict.json` is.
@Suite struct VerdictSchemaTests {
    private let schema: SchemaCheck

    init() throws {
        schema = try SchemaCheck(document("verdict.schema.json"))
    }

    @Test("verdicts fit the schema: one with every key, one with the fewest, and what a judge says of a run without steps")
    func fits() throws {
        let judged = Judge(facts: RunFacts(requests: [.init(name: "a query", weight: 1)], limit: 97, headroom: 97, budget: 77)).verdictNow()
        for verdict in [SampleVerdicts.full, SampleVerdicts.least, judged] {
            #expect(try schema.complaints(about: encoded(verdict)) == [])
        }
    }

    @Test("every law fits the schema", arguments: Verdict.Law.Kind.allCases)
    func laws(kind: Verdict.Law.Kind) throws {
        var verdict = SampleVerdicts.full
        verdict.law = Verdict.Law(kind, sessions: 6, in: 6)
        #expect(try schema.complaints(about: encoded(verdict)) == [])
    }

    @Test("the schema allows the keys that a verdict can have, and requires those that it always has, at every level")
    func keys() throws {
        let full = try JSON(encoded(SampleVerdicts.full))
        let least = try JSON(encoded(SampleVerdicts.least))
        compare(schema.properties(), full, least)
        for list in ["classes", "queries", "owners", "steps", "thresholds", "suspects"] {
            compare(schema.properties(list, "[]"), full[list]?.elements.first, least[list]?.elements.first)
        }
        compare(schema.properties("growth", "[]"), full["growth"]?.elements.first, full["growth"]?.elements.first)
        compare(schema.properties("leak_per_1000_requests"), full["leak_per_1000_requests"], full["leak_per_1000_requests"])
        var closed = SampleVerdicts.full
        closed.generator?.lateP99Max = nil
        compare(schema.properties("generator"), full["generator"], try JSON(encoded(closed))["generator"])
        // A law has one of two figures, by its kind.
        let byRequest = Set((full["law"]?.members ?? [:]).keys)
        var other = SampleVerdicts.full
        other.law = Verdict.Law(.connection, sessions: 1, in: 1)
        let byConnection = Set((try JSON(encoded(other))["law"]?.members ?? [:]).keys)
        #expect(byRequest != byConnection)
        #expect(schema.properties("law").all == byRequest.union(byConnection))
        #expect(schema.properties("law").required == byRequest.intersection(byConnection))
    }

    @Test("the schema lists the words that the program has")
    func words() {
        #expect(schema.allowed("verdict") == Set(Verdict.Kind.allCases.map(\.rawValue)))
        #expect(schema.allowed("flags", "[]") == Set(Verdict.Flag.allCases.map(\.rawValue)))
        #expect(schema.allowed("law", "kind") == Set(Verdict.Law.Kind.allCases.map(\.rawValue)))
        #expect(schema.allowed("steps", "[]", "kind") == Set(Step.Kind.allCases.map(\.rawValue)))
        #expect(schema.allowed("recovery", "kind") == Set(Verdict.Recovery.Kind.allCases.map(\.rawValue)))
        #expect(schema.allowed("thresholds", "[]", "unit") == Set(ThresholdMetric.Unit.allCases.map(\.rawValue)))
        #expect(schema.allowed("growth", "[]", "what") == Set(Verdict.Growth.Kind.allCases.map(\.rawValue)))
        #expect(schema.allowed("classes", "[]", "outcome") == Set(Outcome.allCases.map(\.rawValue)))
    }

    /// Each a whole document with one thing wrong, and what is said of it.
    @Test(
        "a document that is not as the schema says is refused",
        arguments: [
            ("\"reason\" : ", "\"why\" : ", ["$: reason is missing", "$: why is not allowed"]),
            ("\"limit\" : 97", "\"limit\" : 97.5", ["$.limit: no integer"]),
            ("\"limit\" : 97", "\"limit\" : \"97\"", ["$.limit: no integer"]),
            ("\"schema\" : 1", "\"schema\" : 2", ["$.schema: not 1"]),
            ("\"unexpected\" : 0", "\"unexpected\" : -1", ["$.unexpected: below 0"]),
            ("\"held\" : true", "\"held\" : 1", ["$.thresholds[0].held: no boolean"]),
            ("\"pid 411\"", "411", ["$.owners[0].name: no string"]),
        ])
    func refused(right: String, wrong: String, complaints: [String]) throws {
        let text = String(decoding: try encoded(SampleVerdicts.full), as: UTF8.self)
        try #require(text.contains(right))
        #expect(try schema.complaints(about: Data(text.replacing(right, with: wrong).utf8)) == complaints)
    }

    @Test("a word that the schema does not list is refused")
    func unknownWord() throws {
        let text = String(decoding: try encoded(SampleVerdicts.full), as: UTF8.self)
        let found = try schema.complaints(about: Data(text.replacing("\"leak\"", with: "\"perhaps\"").utf8))
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("$.verdict: perhaps is none of") == true)
    }

    private func compare(_ schema: (all: Set<String>, required: Set<String>), _ full: JSON?, _ least: JSON?) {
        #expect(!schema.all.isEmpty)
        #expect(schema.all == Set((full?.members ?? [:]).keys))
        #expect(schema.required == Set((least?.members ?? [:]).keys))
    }
}
