import Glibc

/// All that is left to chance in a generated run, from one seed.
///
/// SplitMix64: Steele, Lea, Flood, “Fast splittable pseudorandom number generators”, OOPSLA 2014.
package struct Chance: RandomNumberGenerator {
    private var state: UInt64

    /// - Parameters:
    ///   - seed: the number of the run.
    ///   - stream: what the numbers are for, so that a shape that draws more does not change the next shape's runs.
    package init(seed: UInt64, stream: String = "") {
        // FNV-1a over the name of the stream.
        let name = stream.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        // Mixed, lest the numbers of one seed be those of the seed before it, one place on.
        state = Self.mixed(name ^ Self.mixed(seed))
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    private static func mixed(_ number: UInt64) -> UInt64 {
        var z = number
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// From 0 up to 1, 1 left out.
    package mutating func fraction() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

    package mutating func happens(_ probability: Double) -> Bool { fraction() < probability }

    package mutating func below(_ count: Int) -> Int { count <= 1 ? 0 : Int(fraction() * Double(count)) }

    package mutating func whole(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    package mutating func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * fraction() }

    /// Each factor equally likely: as many from 1 to 10 as from 10 to 100.
    package mutating func scaled(_ low: Double, _ high: Double) -> Double { low * pow(high / low, fraction()) }

    package mutating func exponential(mean: Double) -> Double { -log(1 - fraction()) * mean }

    package mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
