import LinuxIO
import Measurements
package import Scenarios
import Verdicts

/// Validates a scenario and says what a run of it would do, without starting or sending anything.
package enum CheckCommand {
    /// Slots that are reckoned with when the database is not a throwaway: PostgreSQL's default.
    private static let usualLimit = 97

    /// The plan as lines for people.
    package static func plan(of scenario: Scenario, quick: Bool, isolate: Bool = false, seed: UInt64) -> [String] {
        var lines = ["\(scenario.name): \(count(scenario.requests.count, "request")), \(serverNames(scenario))"]
        let load = LoadShape(scenario.load)
        lines.append("  target      \(scenario.target.text)")
        lines += databaseLines(scenario)
        let shown = scenario.withoutSecrets
        lines += RequestWords.head(shown)
        if let requests = load.requests {
            let counts = Deal(weights: scenario.requests.map(\.weight), seed: seed).counts(dose: requests)
            lines.append("  a wave      \(count(requests, "request")) at concurrency \(load.concurrency), dealt by weight:")
            for (request, share) in zip(shown.requests, counts) { lines += RequestWords.entry(request, share: share) }
        } else {
            lines.append("  a wave      \(load.duration.seconds) s at concurrency \(load.concurrency), of")
            for request in shown.requests { lines += RequestWords.entry(request, share: nil) }
        }
        if scenario.load != [.standard] { lines += scenario.load.map { "                " + LoadWords.phase($0) } }
        // The reader has checked every cell.
        guard let plan = try? CellPlan(scenario) else { return lines }
        if plan.cells.count > scenario.servers.count, plan.cells.count > 1 {
            lines.append(
                "  cells       \(plan.cells.count): \(count(plan.groups.count, "configuration")), \(count(plan.repeats, "run")) of each")
        }
        for group in groups(plan) {
            let names = scenario.servers.isEmpty && scenario.matrix == nil ? "the target" : group.map(\.name).joined(separator: ", ")
            lines += outlook(scenario, names: names, server: group.first?.server, load: load, quick: quick, isolate: isolate)
        }
        return lines
    }

    private static func serverNames(_ scenario: Scenario) -> String {
        scenario.servers.isEmpty
            ? "a target that runs already"
            : "\(count(scenario.servers.count, "server")): \(scenario.servers.map(\.name).joined(separator: ", "))"
    }

    private static func databaseLines(_ scenario: Scenario) -> [String] {
        guard let database = scenario.database else { return ["  database    none: a run will ask for one"] }
        let every = "sampled every \(DurationText.string(database.every))"
        switch database.source {
        case .throwaway: return ["  database    a PostgreSQL of Seep's own, \(limit(scenario)) slots for the application, \(every)"]
        case .url(let url): return ["  database    \(ConnectionString.withoutPassword(url)), \(every)"]
        }
    }

    /// Slots that an ordinary role may have: as the throwaway is configured, else PostgreSQL's default.
    private static func limit(_ scenario: Scenario) -> Int {
        guard let database = scenario.database, case .throwaway = database.source else { return usualLimit }
        func setting(_ name: String, _ standard: Int) -> Int { database.settings[name].flatMap(Int.init) ?? standard }
        return setting("max_connections", 1000) - setting("superuser_reserved_connections", 3) - setting("reserved_connections", 0)
    }

    /// Configurations whose runs would have the same steps: those with the same room.
    private static func groups(_ plan: CellPlan) -> [[CellPlan.Group]] {
        var groups: [[CellPlan.Group]] = []
        for group in plan.groups {
            if let index = groups.firstIndex(where: { $0[0].server?.declaredRoom == group.server?.declaredRoom }) {
                groups[index].append(group)
            } else {
                groups.append([group])
            }
        }
        return groups
    }

    private static func outlook(
        _ scenario: Scenario, names: String, server: ServerSpec?, load: LoadShape, quick: Bool, isolate: Bool
    ) -> [String] {
        let limit = limit(scenario)
        let facts = RunFacts(
            requests: scenario.requests.map(RunFacts.Request.init), concurrency: load.concurrency,
            requestsPerWave: load.requests, waves: scenario.waves.count, soakSeconds: scenario.waves.soak?.seconds,
            settleSeconds: scenario.waves.settle.seconds,
            baselineSeconds: scenario.tests.baseline?.seconds, warmUpSeconds: scenario.tests.warmUp?.seconds,
            unitDose: scenario.tests.unitDose, longIdleSeconds: scenario.tests.longIdle?.seconds, quick: quick,
            sampleEverySeconds: scenario.database?.every.seconds ?? 0.1, limit: limit, headroom: limit - 2,
            budget: scenario.database?.budget.sessions(of: limit) ?? limit, declaredRoomPerWorker: server?.pool ?? server?.threads,
            declaredWorkers: server?.workers, managed: server?.isManaged == true,
            throwaway: scenario.database.map { $0.source == .throwaway } ?? false,
            isolate: isolate ? true : nil, expectedUse: scenario.expected)
        var clean = Outlook(facts: facts, assuming: .clean, loadDuration: load.duration)
        // How long requests take is not known, and so not how many fit.
        if facts.soakSeconds != nil, !quick, !scenario.load.allSatisfy(\.endsByTime) { clean.requests = nil }
        let leaking = Outlook(facts: facts, assuming: .leaking, loadDuration: load.duration)
        var lines = ["", "  \(names), if clean: \(seconds(clean.atLeast)) beside the requests themselves"]
        lines += self.lines(clean.steps, soak: quick ? nil : scenario.waves.soak, further: clean.requests == nil ? nil : clean.furtherWaves)
        if let limit = clean.detectionLimitPer1000 {
            lines.append("    detection limit: a leak of \(rounded(limit)) or more sessions per 1,000 requests would be seen (95%)")
        }
        lines.append("  \(names), if each request leaks: \(seconds(leaking.atLeast)) beside the requests themselves")
        lines += self.lines(leaking.steps)
        let longest = Outlook.longest(facts: facts, loadDuration: load.duration)
        lines.append(
            "  \(names): likely \(seconds(clean.atLeast)), longest \(seconds(longest.atLeast)), beside the requests themselves and the starts of the server"
        )
        return lines + expected(facts, clean)
    }

    /// Whether a clean run is long enough to promise what `expected` asks for.
    private static func expected(_ facts: RunFacts, _ clean: Outlook) -> [String] {
        guard let use = facts.expectedUse, let perDay = use.requestsPerDay else { return [] }
        guard let every = use.restartsEvery else {
            return ["  expected    \(count(perDay, "request")) a day and no restart: no run is long enough to promise that"]
        }
        let until = "\(count(perDay, "request")) a day and a restart each \(DurationText.string(every))"
        guard let requests = clean.requests else { return ["  expected    \(until)"] }
        let needed = Outlook.requestsNeeded(for: Double(perDay) * (every / .seconds(86_400)), headroom: facts.headroom)
        let answer =
            needed <= requests
            ? "a clean run has \(requests) requests, enough to promise that \(facts.headroom) slots last (\(needed))"
            : "a clean run has \(requests) requests, and \(needed) are needed to promise that \(facts.headroom) slots last: more waves, or a longer load"
        return ["  expected    \(until): \(answer)"]
    }

    /// Lines of the steps; a run of steps that are alike but for the request is one line.
    ///
    /// - Parameters:
    ///   - soak: the waves are as many as fit into this.
    ///   - further: how many these are beside those among the steps, where that is known.
    private static func lines(_ steps: [Step], soak: Duration? = nil, further: Int? = nil) -> [String] {
        var lines: [String] = []
        var index = 0
        while index < steps.count {
            let step = steps[index]
            var last = index
            if let soak, step.kind == .wave {
                while last + 1 < steps.count, steps[last + 1].kind == .wave { last += 1 }
                let about = further.map { ", about \($0 + last - index + 1)" } ?? ""
                lines.append("    \(step.id)…  " + words(step, why: "one after the other for \(DurationText.string(soak))\(about)"))
                index = last + 1
                continue
            }
            while step.mix != .all, last + 1 < steps.count, steps[last + 1].mix != .all, steps[last + 1].dose == step.dose { last += 1 }
            if last > index {
                lines.append("    \(step.id)–\(steps[last].id)  " + words(step, why: "each request of the scenario alone"))
            } else {
                lines.append("    \(step.id)  " + words(step, why: step.why))
            }
            index = last + 1
        }
        return lines
    }

    private static func words(_ step: Step, why: String) -> String {
        let dose =
            switch step.dose {
            case .silence(let duration): "no load for \(DurationText.string(duration))"
            case .closed(let requests, let concurrency): "\(count(requests, "request")) at concurrency \(concurrency)"
            case .scenario(nil): "the whole load"
            case .scenario(.some(let cap)): "the load, at most \(count(cap, "request"))"
            case .unit(let requests, let gap): "\(count(requests, "request")) one at a time, \(DurationText.string(gap)) apart"
            }
        let settle = step.settle == .zero ? "" : ", then a settle of \(DurationText.string(step.settle))"
        let lead = step.lead == .zero ? "" : "a silence of \(DurationText.string(step.lead)), then "
        return "\(step.kind.rawValue.padding(to: 9)) \(lead)\(dose)\(settle)  (\(why))"
    }

    private static func seconds(_ duration: Duration) -> String { DurationText.string(.seconds(Int(duration.seconds.rounded()))) }

    private static func rounded(_ value: Double) -> String {
        value >= 10 ? String(Int(value.rounded())) : String((value * 10).rounded() / 10)
    }

    private static func count(_ value: Int, _ word: String) -> String { "\(value) \(word)\(value == 1 ? "" : "s")" }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
