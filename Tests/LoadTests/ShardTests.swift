import LinuxIO
import Measurements
import Scenarios
import Testing

@testable import Load

/// How a step is divided among threads, without any.
@Suite struct ShardTests {
    @Test func `parts are the whole, whatever it is numbered from`() {
        for count in 1...9 {
            for total in [0, 1, 2, 7, 8, 9, 100, 101] {
                for first in [0, 1, 5, 12] {
                    let shards = (0..<count).map { Shard(index: $0, count: count) }
                    #expect(shards.reduce(0) { $0 + $1.part(of: total, from: first) } == total)
                    for shard in shards {
                        let own = (first..<first + total).filter { $0 % count == shard.index }
                        #expect(shard.part(of: total, from: first) == own.count)
                        if let least = own.first { #expect(first + shard.skip(from: first) == least) }
                    }
                }
            }
        }
    }

    @Test(arguments: [1, 2, 3, 5]) func `threads take the dealt order in turn, also where it begins again`(_ count: Int) {
        let dealt = (0..<7).map { $0 }
        let whole = DealtOrder(.all, planned: 7, weights: [1], dealer: { _ in dealt })
        var taken: [Int] = []
        var parts = (0..<count).map { whole.part(of: Shard(index: $0, count: count)) }
        for number in 0..<40 { taken.append(parts[number % count].next()) }
        #expect(taken == (0..<40).map { $0 % 7 })
    }

    @Test(arguments: LoadPhase.Arrivals.allCases, [1, 2, 3]) func `arrivals and starts of all threads together are those of one`(
        _ arrivals: LoadPhase.Arrivals, _ count: Int
    ) {
        let open = LoadPhase.open(rate: 35, duration: .seconds(1), arrivals: arrivals, maxInFlight: 10)
        let load: [LoadPhase] = [.closed(concurrency: 4, end: .requests(10)), open, open]
        let whole = starts(load, .whole)
        var parts: [Duration] = []
        for index in 0..<count { parts += starts(load, Shard(index: index, count: count)) }
        #expect(parts.count == 80)
        #expect(parts.sorted() == whole.sorted())
    }

    /// When a part of the load starts its requests, each of which ends at once.
    private func starts(_ load: [LoadPhase], _ shard: Shard) -> [Duration] {
        let begin = MonotonicInstant(nanoseconds: 1_000_000_000)
        var program = StepProgram(.scenario(cap: nil), load: load, single: false, begin: begin, shard: shard) {
            Schedule.standard($0, seed: 9)
        }
        var now = begin
        var starts: [Duration] = []
        while true {
            switch program.next(now: now, inFlight: 0) {
            case .start(let intended): starts.append(intended - begin)
            case .wait(let until?): now = until
            case .finished:
                #expect(program.planned == starts.count)
                return starts
            case let action:
                Issue.record("\(action)")
                return starts
            }
        }
    }

    @Test func `levels of a ramp are divided so that they add up`() {
        let load: [LoadPhase] = [.closed(concurrency: 1, to: 9, end: .duration(.seconds(9)))]
        let begin = MonotonicInstant(nanoseconds: 1)
        for level in 1...9 {
            let now = begin + .seconds(level - 1) + .milliseconds(500)
            let started = (0..<4).map { index in
                var program = StepProgram(
                    .scenario(cap: nil), load: load, single: false, begin: begin, shard: Shard(index: index, count: 4),
                    pacing: { Schedule.standard($0) })
                return StepProgramTests.fill(&program, at: now, inFlight: 0).0
            }
            #expect(started.reduce(0, +) == level)
            #expect((started.max() ?? 0) - (started.min() ?? 0) <= 1)
        }
    }
}
