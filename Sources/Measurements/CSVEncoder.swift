/// Builds lines of a CSV file (RFC 4180) in a buffer that is reused.
package struct CSVEncoder {
    package private(set) var bytes: [UInt8] = []
    private var atLineStart = true

    package init() { bytes.reserveCapacity(1 << 16) }

    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    package mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
        atLineStart = true
    }

    package mutating func append(_ text: String) {
        separate()
        let needsQuotes = text.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
        guard needsQuotes else {
            bytes.append(contentsOf: text.utf8)
            return
        }
        bytes.append(0x22)
        for byte in text.utf8 {
            if byte == 0x22 { bytes.append(0x22) }
            bytes.append(byte)
        }
        bytes.append(0x22)
    }

    /// Appends a number; `nil` (unknown) is an empty field, zero is 0.
    package mutating func append(_ value: Int?) {
        separate()
        if let value { appendDigits(Int64(value)) }
    }

    package mutating func append(_ value: RunTime?) {
        separate()
        if let value { appendFixed(value.microseconds, decimals: 6) }
    }

    /// Appends microseconds as milliseconds with up to three decimals.
    package mutating func append(milliseconds microseconds: Int?) {
        separate()
        if let microseconds { appendFixed(Int64(microseconds), decimals: 3) }
    }

    private mutating func separate() {
        if !atLineStart { bytes.append(0x2C) }
        atLineStart = false
    }

    private mutating func appendDigits(_ value: Int64) {
        if value < 0 { bytes.append(0x2D) }
        var rest = value.magnitude
        let start = bytes.count
        repeat {
            bytes.append(0x30 + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    /// Appends `value / 10^decimals` without trailing zeros.
    private mutating func appendFixed(_ value: Int64, decimals: Int) {
        var scale: UInt64 = 1
        for _ in 0..<decimals { scale *= 10 }
        if value < 0 { bytes.append(0x2D) }
        appendDigits(Int64(value.magnitude / scale))
        var fraction = value.magnitude % scale
        guard fraction > 0 else { return }
        bytes.append(0x2E)
        while fraction > 0 {
            scale /= 10
            bytes.append(0x30 + UInt8(fraction / scale))
            fraction %= scale
        }
    }
}
