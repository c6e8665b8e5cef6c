/// Deals a dose among requests by their weights, exactly: no request gets more or less than its share by chance.
///
/// The rule is that of the largest remainder (Hamilton): with weights `w` of sum `W`, request `i` gets `⌊dose · wᵢ / W⌋`, and the
/// transfers that are left go one each to the largest remainders of these divisions, an earlier request before a later one where
/// remainders are equal. Thus 101 at 6 : 3 : 1 is 61 : 30 : 10.
///
/// Every wave is dealt on its own, nothing is carried over: waves of the same dose have the same counts, so that what they leave
/// behind can be compared class by class. A request whose share of the dose is below one transfer may so get none in any wave;
/// ``smallestFullDose`` says from where on every request gets its exact share.
package struct Deal: Hashable, Sendable {
    /// Each at least 1; by request, in the order of the scenario.
    package let weights: [Int]
    package let seed: UInt64

    /// - Parameter weights: at least one, each at least 1, their sum an `Int`.
    package init(weights: [Int], seed: UInt64) {
        precondition(!weights.isEmpty && weights.allSatisfy { $0 >= 1 }, "a scenario has a request, and each weight is at least 1")
        self.weights = weights
        self.seed = seed
    }

    /// How many transfers of a dose each request gets; they add up to the dose.
    package func counts(dose: Int) -> [Int] {
        counts(dose: dose, among: Array(weights.indices))
    }

    /// How many transfers each request gets when only some take part; the others get 0.
    ///
    /// - Parameters:
    ///   - dose: 0 or more.
    ///   - subset: indices of requests, in any order; at least one.
    package func counts(dose: Int, among subset: [Int]) -> [Int] {
        precondition(dose >= 0 && !subset.isEmpty, "a dose is not negative, and somebody takes it")
        let members = Set(subset).sorted()
        let total = members.reduce(0) { $0 + weights[$1] }
        var counts = Array(repeating: 0, count: weights.count)
        var remainders: [(request: Int, remainder: Int)] = []
        var left = dose
        for request in members {
            // The product may be wider than a word; the quotient is not, for a weight is at most the total.
            let (share, remainder) = total.dividingFullWidth(dose.multipliedFullWidth(by: weights[request]))
            counts[request] = share
            left -= share
            remainders.append((request, remainder))
        }
        remainders.sort { ($1.remainder, $0.request) < ($0.remainder, $1.request) }
        for (request, _) in remainders.prefix(left) { counts[request] += 1 }
        return counts
    }

    /// The smallest dose that the weights divide without a remainder.
    package var smallestFullDose: Int {
        let divisor = weights.reduce(0, Self.greatestCommonDivisor)
        return weights.reduce(0) { $0 + $1 / divisor }
    }

    /// Which request each transfer of a dose is, in the order of sending: exactly ``counts(dose:)`` of each, shuffled.
    ///
    /// - Parameter wave: mixed into the seed, so that equal doses are not sent in the same order; the same wave always is.
    package func sequence(dose: Int, wave: Int = 0) -> [Int] {
        sequence(dose: dose, among: Array(weights.indices), wave: wave)
    }

    /// ``sequence(dose:wave:)`` of some requests only.
    package func sequence(dose: Int, among subset: [Int], wave: Int = 0) -> [Int] {
        var sequence: [Int] = []
        sequence.reserveCapacity(dose)
        for (request, count) in counts(dose: dose, among: subset).enumerated() {
            sequence.append(contentsOf: repeatElement(request, count: count))
        }
        var generator = generator(wave: wave)
        generator.shuffle(&sequence)
        return sequence
    }

    /// Requests without end, for a load that is bounded by time: blocks of ``smallestFullDose``, each shuffled, so that the shares
    /// are exact after every block.
    package func endless(wave: Int = 0) -> EndlessDeal {
        EndlessDeal(block: sequence(dose: smallestFullDose, wave: wave), generator: generator(wave: ~wave))
    }

    private func generator(wave: Int) -> SplitMix64 {
        var mixer = SplitMix64(seed: seed)
        let start = mixer.next() ^ UInt64(bitPattern: Int64(wave))
        return SplitMix64(seed: start)
    }

    private static func greatestCommonDivisor(_ one: Int, _ other: Int) -> Int {
        var (one, other) = (one, other)
        while other != 0 { (one, other) = (other, one % other) }
        return one
    }
}

/// Deals one request after another, without allocating.
package struct EndlessDeal: Sendable {
    private var block: [Int]
    private var position = 0
    private var generator: SplitMix64

    fileprivate init(block: [Int], generator: SplitMix64) {
        self.block = block
        self.generator = generator
    }

    /// The index of the next request.
    package mutating func next() -> Int {
        if position == block.count {
            generator.shuffle(&block)
            position = 0
        }
        defer { position += 1 }
        return block[position]
    }
}
