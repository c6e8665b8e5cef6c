import Corpus

/// Which runs are made.
struct Plan {
    struct Entry: Sendable {
        var run: GeneratedCase
        /// Whether the other methods judge it too.
        var withBaselines: Bool
    }

    /// One table of the page.
    struct Part: Hashable, Sendable {
        var view: GeneratedCase.View
        var isQuick: Bool
    }

    static let main = Part(view: .seen, isQuick: false)
    static let parts = [
        main, Part(view: .seen, isQuick: true), Part(view: .unseen, isQuick: false), Part(view: .shared, isQuick: false),
    ]
    /// Runs of each shape.
    private static let innocents = (main: 175, other: 45)
    private static let leaks = (main: 70, other: 30)
    /// Of each thin leak: so many that 99% can be told from 98%.
    private static let thinRuns = 400

    /// A leak so thin that it needs many requests, and how many it may take.
    struct Power: Hashable, Sendable {
        var oneIn: Int
        var requestsPerWave: Int
        var within: Int
    }

    /// Five waves and one after the long idle, with the ladder and unit doses, stay below what the target allows.
    static let powers = [
        Power(oneIn: 100, requestsPerWave: 310, within: 2020), Power(oneIn: 1000, requestsPerWave: 1900, within: 12_000),
    ]
    static let concurrencies = [1, 4, 8]

    let seeds: SeedSet
    let cases: [Entry]

    init(_ seeds: SeedSet, share: Double) {
        self.seeds = seeds
        func count(_ whole: Int) -> UInt64 { UInt64(max(1, (Double(whole) * share).rounded(.up))) }
        var cases: [Entry] = []
        for part in Self.parts {
            let isMain = part == Self.main
            for shape in Shape.allCases where !(part.isQuick && shape.isBeyondQuick) {
                let runs = shape.isLeak ? Self.leaks : Self.innocents
                for index in 0..<count(isMain ? runs.main : runs.other) {
                    cases.append(
                        Entry(
                            run: GeneratedCase(shape: shape, view: part.view, isQuick: part.isQuick, seed: seeds.first + index),
                            withBaselines: isMain))
                }
            }
        }
        for power in Self.powers {
            for room in GeneratedCase.Thin.Room.allCases {
                for concurrency in Self.concurrencies {
                    for index in 0..<count(Self.thinRuns) {
                        let thin = GeneratedCase.Thin(
                            oneIn: power.oneIn, requestsPerWave: power.requestsPerWave, concurrency: concurrency, room: room)
                        let run = GeneratedCase(
                            shape: .oneInTen, view: room == .unknown ? .unseen : .seen, seed: seeds.first + index, thin: thin)
                        cases.append(Entry(run: run, withBaselines: false))
                    }
                }
            }
        }
        self.cases = cases
    }
}
