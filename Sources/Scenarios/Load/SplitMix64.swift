/// The generator SplitMix64: 64 bits of state, a period of 2⁶⁴, every seed good.
///
/// Source: Guy Steele, Doug Lea, Christine Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014; the constants are
/// those of Sebastiano Vigna's public-domain `splitmix64.c`. Ours, and not the standard library's, because a plan made from a seed
/// must be the same on every machine and with every compiler.
package struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, each with the same probability.
    ///
    /// Daniel Lemire, "Fast Random Integer Generation in an Interval", 2019: a product's high word, its low word rejected where it
    /// would favour some. Written out, because the standard library does not promise which numbers it draws.
    ///
    /// - Parameter bound: at least 1.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound >= 1, "there is no number below \(bound)")
        let width = UInt64(bound)
        var product = width.multipliedFullWidth(by: next())
        if product.low < width {
            let threshold = (0 &- width) % width
            while product.low < threshold { product = width.multipliedFullWidth(by: next()) }
        }
        return Int(product.high)
    }

    /// Fisher and Yates' shuffle from the end (Knuth, TAOCP volume 2, 3.4.2, algorithm P).
    package mutating func shuffle<Element>(_ elements: inout [Element]) {
        for last in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(last, below(last + 1))
        }
    }
}
