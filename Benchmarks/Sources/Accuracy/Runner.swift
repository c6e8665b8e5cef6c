import Corpus
import Measurements
import Synchronization
import Verdicts

/// What a run came to, in what the tables need.
struct Judged: Sendable {
    var entry: Plan.Entry
    var verdict: Verdict
    var isRight: Bool
    var requests: Int
    /// Requests after which a leak was found.
    var foundAfter: Int?
    /// The methods that call it a leak; empty where they were not asked.
    var accusers: Set<Baseline>
    /// For whoever looks into it.
    var setting: String
}

/// Carries out runs, a few at a time, and gives back what they came to in their order.
struct Runner {
    let jobs: Int

    func run(_ cases: [Plan.Entry], progress: @escaping @Sendable (Int, Int) -> Void) async -> [Judged] {
        let next = Counter()
        return await withTaskGroup(of: [(Int, Judged)].self) { group in
            for _ in 0..<jobs {
                group.addTask {
                    var done: [(Int, Judged)] = []
                    while true {
                        let index = next.take()
                        guard index < cases.count else { return done }
                        if index % 100 == 0 { progress(index, cases.count) }
                        done.append((index, Self.judge(cases[index])))
                    }
                }
            }
            var results = [Judged?](repeating: nil, count: cases.count)
            for await part in group { for (index, judged) in part { results[index] = judged } }
            return results.compactMap(\.self)
        }
    }

    private static func judge(_ entry: Plan.Entry) -> Judged {
        let outcome = entry.run.run()
        let facts = outcome.facts
        return Judged(
            entry: entry, verdict: outcome.verdict, isRight: outcome.isRight, requests: outcome.requests, foundAfter: outcome.foundAfter,
            accusers: entry.withBaselines ? Set(Baseline.allCases.filter { $0.saysLeak(outcome) }) : [],
            setting: "slots \(facts.limit), concurrency \(facts.concurrency), \(facts.requestsPerWave ?? 0) a wave, room "
                + (facts.declaredRoomPerWorker.map { "\($0) × \(facts.declaredWorkers ?? 1)" } ?? "undeclared")
                + (facts.managed ? ", managed" : "") + (facts.throwaway ? ", throwaway" : "")
                + ", owners \(outcome.verdict.owners.map { "\($0.name) \($0.room ?? -1)" })")
    }
}

/// Numbers from 0 on, each given out once.
private final class Counter: Sendable {
    private let value = Mutex(0)

    func take() -> Int {
        value.withLock { value in
            defer { value += 1 }
            return value
        }
    }
}
