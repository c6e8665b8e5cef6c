/// Decimal numbers as the files hold them.
enum DecimalNumber {
    /// Digits of which any number fits an `Int64`, a fraction that is filled up to six included.
    private static let surelyFit = 12

    /// Reads a decimal number exactly as a multiple of 10^−decimals; `nil` for anything else, or one that does not fit.
    static func read(_ bytes: UnsafeRawBufferPointer, decimals: Int) -> Int64? {
        bytes.count <= surelyFit && decimals <= 6 ? readShort(bytes, decimals: decimals) : readAny(bytes, decimals: decimals)
    }

    /// The same without looking for overflow, for nearly all that there is.
    private static func readShort(_ bytes: UnsafeRawBufferPointer, decimals: Int) -> Int64? {
        var magnitude: Int64 = 0
        var fractionDigits = -1
        var index = 0
        let negative = bytes.count > 0 && bytes[0] == 0x2D
        if negative { index = 1 }
        let first = index
        while index < bytes.count {
            let digit = bytes[index] &- 0x30
            index += 1
            if digit <= 9, fractionDigits < decimals {
                magnitude = magnitude &* 10 &+ Int64(digit)
                if fractionDigits >= 0 { fractionDigits += 1 }
            } else if digit == 0xFE, fractionDigits < 0, decimals > 0 {
                fractionDigits = 0
            } else {
                return nil
            }
        }
        guard index - first > (fractionDigits >= 0 ? 1 : 0) else { return nil }
        for _ in max(fractionDigits, 0)..<decimals { magnitude = magnitude &* 10 }
        return negative ? -magnitude : magnitude
    }

    private static func readAny(_ bytes: UnsafeRawBufferPointer, decimals: Int) -> Int64? {
        var magnitude: UInt64 = 0
        var fractionDigits = -1
        var digits = 0
        var index = 0
        let negative = bytes.first == 0x2D
        if negative { index = 1 }
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == 0x2E, fractionDigits < 0, decimals > 0 {
                fractionDigits = 0
                continue
            }
            guard byte >= 0x30, byte <= 0x39, fractionDigits < decimals else { return nil }
            guard append(UInt64(byte - 0x30), to: &magnitude) else { return nil }
            digits += 1
            if fractionDigits >= 0 { fractionDigits += 1 }
        }
        guard digits > 0 else { return nil }
        for _ in max(fractionDigits, 0)..<decimals {
            guard append(0, to: &magnitude) else { return nil }
        }
        if negative { return magnitude == Int64.min.magnitude ? .min : Int64(exactly: magnitude).map { -$0 } }
        return Int64(exactly: magnitude)
    }

    private static func append(_ digit: UInt64, to magnitude: inout UInt64) -> Bool {
        let (times, overflow) = magnitude.multipliedReportingOverflow(by: 10)
        let (plus, overflow2) = times.addingReportingOverflow(digit)
        magnitude = plus
        return !overflow && !overflow2
    }
}
