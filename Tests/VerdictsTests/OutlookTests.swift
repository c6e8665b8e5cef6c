import Measurements
import Testing
import Verdicts

@Suite struct OutlookTests {
    @Test("a clean run has its baseline, two rungs, its waves and one long idle")
    func clean() {
        let outlook = Outlook(facts: JudgeTests.facts(), assuming: .clean, loadDuration: .zero)
        #expect(outlook.steps.map(\.kind) == [.baseline, .rung, .rung, .wave, .wave, .wave, .wave, .wave, .longIdle])
        #expect(outlook.requests == 618)
        #expect(outlook.atLeast == .seconds(5 + 3 + 25 + 50))
    }

    @Test("a run that isolates twelve requests ends, and plans halves before single requests")
    func isolating() {
        var facts = JudgeTests.facts(requests: 12, quick: true)
        facts.isolate = true
        let outlook = Outlook(facts: facts, assuming: .leaking, loadDuration: .zero)
        let units = outlook.steps.filter { $0.kind == .unit }
        #expect(units.first?.mix == .some([0, 1, 2, 3, 4, 5]))
        #expect(units.count > 12 && units.count < 40, "\(units.count)")
    }

    @Test("a leaking run ends, and never plans into the guard rail", arguments: [20, 40, 100, 990], [8, nil])
    func leaking(slots: Int, room: Int?) {
        let facts = JudgeTests.facts(slots: slots, room: room)
        let outlook = Outlook(facts: facts, assuming: .leaking, loadDuration: .zero)
        #expect(outlook.steps.count < 60)
        #expect(outlook.steps.contains { $0.kind == .unit || $0.kind == .wave })
    }
}
