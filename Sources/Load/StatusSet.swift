import Scenarios

/// Statuses from 0 to 639, one bit each.
struct StatusSet {
    private var bits = (SIMD8<UInt64>(), SIMD2<UInt64>())

    init(_ expected: RequestSpec.Expectation.Status) {
        for status in 100..<600 where expected.accepts(status) {
            let bit = UInt64(1) << UInt64(status % 64)
            if status < 512 { bits.0[status / 64] |= bit } else { bits.1[status / 64 - 8] |= bit }
        }
    }

    func contains(_ status: Int) -> Bool {
        guard status >= 0, status < 640 else { return false }
        let word = status < 512 ? bits.0[status / 64] : bits.1[status / 64 - 8]
        return word >> UInt64(status % 64) & 1 == 1
    }
}
