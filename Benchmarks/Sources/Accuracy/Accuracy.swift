import ArgumentParser
import Corpus
import Measurements
import Verdicts

@main
struct Accuracy: ParsableCommand {
    @Option var seed: UInt64 = 1
    @Option var runs: Int = 10
    @Option var only: String?
    @Option var view: GeneratedCase.View = .seen
    @Flag var quick = false
    @Flag var tell = false

    func run() {
        for shape in Shape.allCases where only == nil || only == shape.rawValue {
            var counts: [String: Int] = [:]
            for index in 0..<UInt64(runs) {
                let outcome = GeneratedCase(shape: shape, view: view, isQuick: quick, seed: seed + index).run()
                counts[outcome.verdict.verdict.rawValue, default: 0] += 1
                if tell, !shape.right.contains(outcome.verdict.verdict) {
                    print(seed + index, outcome.verdict.verdict, outcome.facts.headroom, outcome.facts.concurrency, outcome.facts.requestsPerWave ?? 0, outcome.facts.declaredRoomPerWorker ?? -1, outcome.verdict.reason)
                    print(outcome.steps.map { "\($0.kind)" }.joined(separator: " "), outcome.verdict.steps.map { "\($0.requests):\($0.leftBehind)/\($0.floor ?? -1)" })
                }
            }
            print(shape.rawValue, counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        }
    }
}

extension GeneratedCase.View: ExpressibleByArgument {}
