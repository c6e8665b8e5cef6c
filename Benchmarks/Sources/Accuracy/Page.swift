import Corpus
import Foundation
import Measurements
import Verdicts

/// The page and its tables: the same bytes for the same seeds.
struct Page {
    let plan: Plan
    let results: [Judged]

    private static let accusing: Set<Verdict.Kind> = [.leak, .stuck, .starved]

    private func results(of part: Plan.Part, _ isIncluded: (Shape) -> Bool = { _ in true }) -> [Judged] {
        results.filter { $0.entry.run.thin == nil && Plan.Part($0.entry.run) == part && isIncluded($0.entry.run.shape) }
    }

    // MARK: The page

    var markdown: String {
        var text = """
            # How often the verdict is right

            Generated runs of every shape, judged by rules number \(Verdict.currentRules) and by what people use in its place. Written by `make accuracy`; \
            [how it is measured](../../docs/accuracy.md). Seeds: \(plan.seeds.rawValue), from \(plan.seeds.first) on for each shape; the rules were \
            developed on those from \(other.first) on. A run again writes the same bytes.

            """
        text += "\n## Leak or not\n\n" + confusion + "\n" + targets
        for part in Plan.parts { text += "\n## \(part.title)\n\n\(part.explanation)\n\n" + shapes(part) }
        return text + "\n## Thin leaks\n\n" + Self.thinExplanation + "\n\n" + power
    }

    private var other: SeedSet { plan.seeds == .report ? .develop : .report }

    private func percent(_ part: Int, _ whole: Int) -> String {
        guard whole > 0 else { return "–" }
        let tenths = Int((Double(part) * 1000 / Double(whole)).rounded(part == whole ? .toNearestOrEven : .down))
        return "\(tenths / 10).\(tenths % 10)%"
    }

    // MARK: Seep beside the others

    private var confusion: String {
        let (leaks, innocents) = (results(of: Plan.main, \.isLeak), results(of: Plan.main) { !$0.isLeak })
        var text = "| | leaks called one, of \(leaks.count) | | healthy called a leak, of \(innocents.count) | | right of all |\n"
        text += "|---|--:|--:|--:|--:|--:|\n"
        func line(_ name: String, _ says: (Judged) -> Bool) {
            let (found, accused) = (leaks.count(where: says), innocents.count(where: says))
            let right = found + innocents.count - accused
            text += "| \(name) | \(found) | \(percent(found, leaks.count)) | \(accused) | \(percent(accused, innocents.count)) | "
            text += "\(percent(right, leaks.count + innocents.count)) |\n"
        }
        line("**Seep**") { Self.accusing.contains($0.verdict.verdict) }
        for baseline in Baseline.allCases { line(baseline.rawValue) { $0.accusers.contains(baseline) } }
        let said = { (runs: [Judged]) in
            Verdict.Kind.allCases.map { kind in (kind, runs.count { $0.verdict.verdict == kind }) }.filter { $0.1 > 0 }
                .map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
        }
        return text
            + "\nSeep said of the leaks: \(said(leaks)); of the healthy: \(said(innocents)). Stuck and starved count as leaks found.\n"
    }

    private var targets: String {
        let main = results(of: Plan.main)
        let innocents = main.filter { !$0.entry.run.shape.isLeak }
        let (right, accused) = (main.count(where: \.isRight), innocents.count { Self.accusing.contains($0.verdict.verdict) })
        var text = "\n| target | reached | |\n|---|---|---|\n"
        func line(_ target: String, _ reached: String, _ isMet: Bool) {
            text += "| \(target) | \(reached) | \(isMet ? "met" : "missed") |\n"
        }
        line("the right verdict in 98% of runs", "\(right) of \(main.count), \(percent(right, main.count))", right * 100 >= main.count * 98)
        line(
            "false leaks: 0 in 3,000 healthy runs, or at most 1 in 4,750", "\(accused) in \(innocents.count)",
            accused == 0 && innocents.count >= 3000 || accused <= 1 && innocents.count >= 4750)
        for power in Plan.powers {
            let wanted = power.oneIn == 100 ? 99 : 95
            for room in GeneratedCase.Thin.Room.allCases {
                let cells = cells(power).filter { $0.room == room && $0.runs > 0 }
                let shares = cells.map { "\(percent($0.found, $0.runs)) with \($0.concurrency)" }.joined(separator: ", ")
                let target = "1 in \(power.oneIn) found in \(wanted)% within \(power.within) requests; \(room.title)"
                if room == .unknown {
                    text += "| \(target) | \(shares) in flight | stated |\n"
                } else {
                    line(target, "\(shares) in flight", cells.allSatisfy { $0.found * 100 >= $0.runs * wanted })
                }
            }
        }
        return text + Self.powerExplanation
    }

    private static let powerExplanation =
        "\nA leak of 1 in 1,000 leaves 12 sessions in 12,000 requests, more or less 3.5. Where 8 may stay, so few of them are no more than that. "
        + "Threads that are seen, with nothing declared, only raise the bound: it is the larger of their number and three times the peak "
        + "in flight, 24 with 8. "
        + "Declare what is kept: the less it is, the sooner a leak shows.\n"

    // MARK: Shape by shape

    private func shapes(_ part: Plan.Part) -> String {
        var text = "| shape | what it does | runs | right | clean | bounded | inconclusive | over-budget | leak | stuck | starved |\n"
        text += "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
        for shape in Shape.allCases {
            let runs = results(of: part) { $0 == shape }
            guard !runs.isEmpty else { continue }
            let kinds: [Verdict.Kind] = [.clean, .bounded, .inconclusive, .overBudget, .leak, .stuck, .starved]
            let counts = kinds.map { kind in runs.count { $0.verdict.verdict == kind } }
            text += "| `\(shape.rawValue)` | \(shape.title) | \(runs.count) | \(percent(runs.count(where: \.isRight), runs.count)) | "
            text += counts.map { $0 == 0 ? "" : String($0) }.joined(separator: " | ") + " |\n"
        }
        for (name, isLeak) in [("leaks", true), ("healthy", false)] {
            let runs = results(of: part) { $0.isLeak == isLeak }
            let accused = runs.count { Self.accusing.contains($0.verdict.verdict) }
            text += "\nOf \(runs.count) runs of \(name), \(runs.count(where: \.isRight)) have the right verdict "
            text += "(\(percent(runs.count(where: \.isRight), runs.count))) and \(accused) are called leak, stuck or starved.\n"
        }
        return text
    }

    // MARK: Power

    private static let thinExplanation =
        "One request in so many leaves its session, the others close theirs; one worker of eight threads. Found: after so many requests as the target "
        + "allows, those of all steps, the verdict was a leak, and it stayed one. Steps after that tell what the leak follows."

    private struct Cell {
        var room: GeneratedCase.Thin.Room
        var concurrency: Int
        var runs: Int
        var found: Int
        var requests: [Int]
    }

    private func cells(_ power: Plan.Power) -> [Cell] {
        GeneratedCase.Thin.Room.allCases.flatMap { room in
            Plan.concurrencies.map { concurrency in
                let runs = results.filter { judged in
                    guard let thin = judged.entry.run.thin else { return false }
                    return thin.oneIn == power.oneIn && thin.room == room && thin.concurrency == concurrency
                }
                return Cell(
                    room: room, concurrency: concurrency, runs: runs.count,
                    found: runs.count { $0.foundAfter ?? .max <= power.within },
                    requests: runs.map { $0.foundAfter ?? $0.requests }.sorted())
            }
        }
    }

    private var power: String {
        var text = "| leak | room | concurrency | runs | found | requests until then, median |\n|---|---|--:|--:|--:|--:|\n"
        for power in Plan.powers {
            for cell in cells(power) where cell.runs > 0 {
                text +=
                    "| 1 in \(power.oneIn) | \(cell.room.title) | \(cell.concurrency) | \(cell.runs) | \(percent(cell.found, cell.runs)) | "
                text += "\(cell.requests[cell.requests.count / 2]) |\n"
            }
        }
        return text
    }

    // MARK: Tables

    /// `generated.md`, `generated.csv`, and `generated-wrong.csv`: which run to make again to see a wrong verdict.
    func write(to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        func save(_ text: String, _ name: String) throws {
            try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        }
        try save(markdown, "generated.md")
        var shapes =
            "view,quick,shape,one_in,room,concurrency,is_leak,runs,right," + Verdict.Kind.allCases.map(\.rawValue).joined(separator: ",")
        shapes += "," + Baseline.allCases.map { "\($0)" }.joined(separator: ",") + "\n"
        var wrong = "view,quick,shape,one_in,room,concurrency,seed,verdict\n"
        var groups: [(key: String, runs: [Judged])] = []
        for judged in results {
            let key = Self.key(judged.entry.run)
            if groups.last?.key == key { groups[groups.count - 1].runs.append(judged) } else { groups.append((key, [judged])) }
            if !judged.isRight { wrong += "\(key),\(judged.entry.run.seed),\(judged.verdict.verdict.rawValue)\n" }
        }
        for group in groups {
            shapes += "\(group.key),\(group.runs[0].entry.run.shape.isLeak),\(group.runs.count),\(group.runs.count(where: \.isRight)),"
            shapes += Verdict.Kind.allCases.map { kind in String(group.runs.count { $0.verdict.verdict == kind }) }.joined(separator: ",")
            let asked = group.runs[0].entry.withBaselines
            shapes +=
                ","
                + Baseline.allCases.map { method in asked ? String(group.runs.count { $0.accusers.contains(method) }) : "" }
                .joined(separator: ",") + "\n"
        }
        try save(shapes, "generated.csv")
        try save(wrong, "generated-wrong.csv")
    }

    private static func key(_ run: GeneratedCase) -> String {
        let thin = run.thin.map { "\($0.oneIn),\($0.room.rawValue),\($0.concurrency)" } ?? ",,"
        return "\(run.view.rawValue),\(run.isQuick),\(run.shape.rawValue),\(thin)"
    }
}

extension Plan.Part {
    init(_ run: GeneratedCase) { self.init(view: run.view, isQuick: run.isQuick) }

    var title: String {
        switch (view, isQuick) {
        case (.seen, false): "The whole run, room or processes known"
        case (.seen, true): "The same with `--quick`"
        case (.unseen, _): "Neither room nor processes known"
        case (.shared, _): "Neither processes known nor the database to itself"
        }
    }

    var explanation: String {
        switch (view, isQuick) {
        case (.seen, false):
            "The scenario declares what a worker may keep, or the server's processes can be seen. The corpus that the targets are about."
        case (.seen, true):
            "Three waves, no long idle, no recovery step, unit doses of the mix only. What only a long idle shows is left out."
        case (.unseen, _): "As of a container or another machine: what may be kept is taken from the requests in flight."
        case (.shared, _):
            "Others work in the same database, and their sessions are taken for the application's; in one run of three the room is declared."
        }
    }
}

extension GeneratedCase.Thin.Room {
    var title: String {
        switch self {
        case .none: "declared: nothing is kept"
        case .eight: "declared: 8"
        case .threads: "threads seen: 10"
        case .unknown: "unknown"
        }
    }
}
