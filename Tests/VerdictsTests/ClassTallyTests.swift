import Measurements
import Testing

@testable import Verdicts

@Suite struct ClassTallyTests {
    @Test func `classes are counted in whatever order they come`() {
        var random = SplitMix(state: 5)
        let classes = (0..<7).flatMap { index in
            [Outcome.success, .timeout, .serverError].map { (request: "request \(index)", outcome: $0) }
        }
        var tally = ClassTally()
        var wanted: [ClassTally.Key: Int] = [:]
        var places: [Int: ClassTally.Key] = [:]
        for turn in 0..<2000 {
            // First in order, as the rows of each second come, then by chance.
            let (request, outcome) =
                turn < 1000 ? classes[turn % classes.count] : classes[Int.random(in: 0..<classes.count, using: &random)]
            let key = ClassTally.Key(request: request, outcome: outcome.rawValue)
            wanted[key, default: 0] += turn
            let place = tally.add(turn, request: request, outcome: outcome)
            #expect(places[place, default: key] == key)
            places[place] = key
        }
        #expect(tally.counts == wanted)
        #expect(tally.total == (0..<2000).reduce(0, +))
        #expect(places.allSatisfy { tally.key(at: $0.key) == $0.value })
    }

    @Test func `rows of steps that are under way at the same time go to theirs`() {
        var open = OpenSteps()
        for step in [3, 4, 3, 4, 4] {
            open[step].consume(
                TransferRow(step: step, start: .zero, end: .zero, request: "a", outcome: .success, status: 200, connection: 1))
        }
        #expect(open.close(4).transfers.count == 3)
        #expect(open.close(3).transfers.count == 2)
        #expect(open.close(3).transfers.isEmpty)
    }
}
