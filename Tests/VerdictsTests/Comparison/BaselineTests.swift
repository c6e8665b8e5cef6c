import Measurements
import Testing

@testable import Verdicts

/// When a run is worse than the recorded one, and when it is not.
@Suite struct BaselineTests {
    private func group(_ name: String, _ verdicts: [Verdict.Kind?], leak: Verdict.Rate? = nil, held: Bool? = nil) -> Comparison.Group {
        let cells = verdicts.enumerated().map { index, verdict in
            var cell = CellFigures(cell: "\(name).r\(index + 1)", configuration: name, exitCode: 0)
            cell.verdict = verdict
            cell.leakPer1000Requests = leak
            if held != nil { cell.thresholds = [.init(text: "errors.rate < 1%", held: held)] }
            return cell
        }
        return Comparison.Group(name: name, cells: cells)
    }

    private func check(_ old: Comparison.Group, _ new: Comparison.Group) -> BaselineCheck {
        BaselineCheck(folder: "before", recorded: [old], new: [new])
    }

    @Test(
        "a verdict is a regression when it is a fault and worse",
        arguments: [
            (.clean, .leak, true), (.bounded, .stuck, true), (.stuck, .leak, true), (.inconclusive, .leak, true), (.clean, .bounded, false),
            (.clean, .inconclusive, false), (.leak, .leak, false), (.leak, .stuck, false), (.leak, .clean, false),
        ] as [(Verdict.Kind, Verdict.Kind, Bool)])
    func verdicts(old: Verdict.Kind, new: Verdict.Kind, isWorse: Bool) {
        let check = check(group("a", [old, .clean]), group("a", [.clean, new]))
        #expect(check.regressions.map(\.what) == (isWorse ? ["verdict"] : []))
        #expect(check.regressions.allSatisfy { $0.text == "a: \(new.rawValue), was \(old.rawValue)" })
    }

    @Test("a leak is a regression when its interval lies above that of before, and not when they touch")
    func leaks() {
        let (small, near, large) = (
            Verdict.Rate(sessions: 20, requests: 400), Verdict.Rate(sessions: 30, requests: 400), Verdict.Rate(sessions: 90, requests: 400)
        )
        #expect(check(group("a", [.leak], leak: small), group("a", [.leak], leak: near)).regressions.isEmpty)
        #expect(check(group("a", [.leak], leak: large), group("a", [.leak], leak: small)).regressions.isEmpty)
        let worse = check(group("a", [.leak], leak: small), group("a", [.leak], leak: large))
        #expect(worse.regressions.map(\.what) == ["leak_per_1000_requests"])
        #expect(worse.regressions.first?.text.contains("was 50 [30.54–77.22]") == true, "\(worse.regressions)")
        // Of several runs the worst of before and the best of now count.
        var mixed = group("a", [.leak, .leak], leak: large)
        mixed.cells[0].leakPer1000Requests = near
        #expect(check(group("a", [.leak], leak: small), mixed).regressions.isEmpty)
    }

    @Test("a threshold is one when it held before and fails now", arguments: [(true, false, 1), (false, false, 0), (true, true, 0)])
    func thresholds(old: Bool, new: Bool, count: Int) {
        #expect(check(group("a", [.clean, .clean], held: old), group("a", [.clean, .clean], held: new)).regressions.count == count)
    }

    @Test("latency counts with five runs of both, and not with four")
    func metrics() {
        func set(_ runs: Int, _ p99: Double) -> Comparison.Group {
            Comparison.Group(
                name: "a", cells: DifferenceTests.cells("a", runs) { run, metric in metric == .latencyP99 ? p99 + Double(run) * 0.2 : nil })
        }
        #expect(check(set(5, 20), set(4, 80)).regressions.isEmpty)
        let worse = check(set(5, 20), set(5, 80))
        #expect(worse.regressions.map(\.what) == ["latency_p99_ms"])
        #expect(worse.regressions.first?.text.hasSuffix("worse") == true)
        let better = check(set(5, 80), set(5, 20))
        #expect(better.regressions.isEmpty)
        #expect(better.notes.count == 1)
    }

    @Test("what has no counterpart or no verdict is told and is no regression")
    func missing() {
        let check = BaselineCheck(
            folder: "before", recorded: [group("a", [.clean]), group("c", [nil])],
            new: [group("b", [.leak]), group("a", [nil]), group("c", [.leak])])
        #expect(check.regressions.isEmpty)
        #expect(check.notes.contains { $0.contains("no such configuration") })
        #expect(check.notes.contains { $0.contains("a: 1 of 1 runs have no verdict") })
        #expect(check.notes.contains { $0.contains("c: the baseline has no verdict") })
    }
}
