import CZlib
import Foundation

/// The compressed V2 encoding of HdrHistogram, in base64, as its logs hold it.
///
///     base64( 0x1c849314 · length · zlib( 0x1c849313 · length · 0 · digits · lowest · highest · 1.0 · counts ))
///
/// All numbers big-endian: cookies, lengths, the normalizing offset and the digits of 32 bits, the rest of 64. Counts are ZigZag
/// LEB128 of at most nine bytes, from index 0 to that of the largest value; a negative number is a run of so many zeros.
/// Source: HdrHistogram 2.1.12, `AbstractHistogram.java` and `ZigZagEncoding.java`.
package enum HistogramCoding {
    static let payloadCookie: UInt32 = 0x1c84_9313
    static let compressedCookie: UInt32 = 0x1c84_9314
    private static let headerBytes = 40
    /// Without this bit the counts are not ZigZag LEB128.
    private static let cookieMask: UInt32 = 0xFFFF_FF0F

    /// What is wrong with an encoded histogram.
    package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String

        init(_ description: String) { self.description = description }
    }

    // MARK: Encoding

    package static func base64(_ bank: borrowing HistogramBank, _ number: Int) -> String {
        bank.withCounts(of: number) { base64($0, layout: HistogramBank.layout) }
    }

    package static func base64(_ histogram: LoggedHistogram) -> String {
        histogram.counts.withUnsafeBufferPointer { counts in
            let used = (counts.lastIndex { $0 != 0 } ?? -1) + 1
            return base64(UnsafeBufferPointer(rebasing: counts[..<used]), layout: histogram.layout)
        }
    }

    private static func base64<Count: FixedWidthInteger>(_ counts: UnsafeBufferPointer<Count>, layout: HistogramLayout) -> String {
        var body: [UInt8] = []
        body.reserveCapacity(headerBytes + counts.count)
        append(payloadCookie, to: &body)
        append(UInt32(0), to: &body)
        append(UInt32(0), to: &body)
        append(UInt32(layout.digits), to: &body)
        append(layout.lowest, to: &body)
        append(layout.highest, to: &body)
        append((1.0).bitPattern, to: &body)
        var zeros: Int64 = 0
        for count in counts {
            if count == 0 {
                zeros += 1
                continue
            }
            if zeros > 0 { appendNumber(zeros == 1 ? 0 : -zeros, to: &body) }
            zeros = 0
            appendNumber(Int64(truncatingIfNeeded: count), to: &body)
        }
        let length = UInt32(body.count - headerBytes)
        for (place, shift) in zip(4..<8, [24, 16, 8, 0] as [UInt32]) { body[place] = UInt8(truncatingIfNeeded: length >> shift) }
        return framed(compressed(body))
    }

    static func framed(_ compressed: [UInt8]) -> String {
        var bytes: [UInt8] = []
        append(compressedCookie, to: &bytes)
        append(UInt32(compressed.count), to: &bytes)
        return Data(bytes + compressed).base64EncodedString()
    }

    static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        var size = compressBound(uLong(bytes.count))
        var result = [UInt8](repeating: 0, count: Int(size))
        // Fails for want of memory alone: the bound is zlib's own.
        guard compress2(&result, &size, bytes, uLong(bytes.count), Z_DEFAULT_COMPRESSION) == Z_OK else {
            preconditionFailure("no memory to compress \(bytes.count) bytes")
        }
        return Array(result[..<Int(size)])
    }

    private static func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private static func appendNumber(_ number: Int64, to bytes: inout [UInt8]) {
        var rest = UInt64(bitPattern: number << 1 ^ number >> 63)
        for _ in 0..<8 {
            guard rest >= 0x80 else { return bytes.append(UInt8(rest)) }
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        // The ninth byte has no bit for "more": it is the last, and holds eight.
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    // MARK: Decoding

    package static func decode(base64 text: some StringProtocol) throws(Problem) -> LoggedHistogram {
        guard let bytes = Data(base64Encoded: String(text)) else { throw Problem("the histogram is not base64") }
        var outer = Reader(Array(bytes)[...])
        guard let cookie = outer.number(UInt32.self), let length = outer.number(UInt32.self) else {
            throw Problem("the histogram is shorter than its header")
        }
        guard cookie & cookieMask == compressedCookie & cookieMask, cookie & 0x10 != 0 else {
            throw Problem("the histogram begins with \(hex(cookie)) where \(hex(compressedCookie)) was expected (V2, compressed)")
        }
        guard Int(length) == outer.rest.count else {
            throw Problem("the histogram says that it has \(length) bytes, and has \(outer.rest.count)")
        }
        return try decode(payload: try inflated(outer.rest))
    }

    private static func decode(payload: [UInt8]) throws(Problem) -> LoggedHistogram {
        var reader = Reader(payload[...])
        guard let cookie = reader.number(UInt32.self), let length = reader.number(UInt32.self),
            let offset = reader.number(UInt32.self), let digits = reader.number(UInt32.self),
            let lowest = reader.number(UInt64.self), let highest = reader.number(UInt64.self), reader.number(UInt64.self) != nil
        else { throw Problem("the uncompressed histogram is shorter than its header") }
        guard cookie & cookieMask == payloadCookie & cookieMask, cookie & 0x10 != 0 else {
            throw Problem("the uncompressed histogram begins with \(hex(cookie)) where \(hex(payloadCookie)) was expected (V2)")
        }
        guard offset == 0 else { throw Problem("the histogram is shifted by \(offset), which is not read") }
        guard let layout = HistogramLayout(lowest: lowest, highest: highest, digits: Int(digits)) else {
            throw Problem("there is no histogram of \(digits) digits from \(lowest) to \(highest)")
        }
        guard Int(length) == reader.rest.count else {
            throw Problem("the counts say that they have \(length) bytes, and have \(reader.rest.count)")
        }
        var histogram = LoggedHistogram(layout: layout)
        var index = 0
        while !reader.rest.isEmpty {
            guard let number = reader.zigZag() else { throw Problem("the counts end in the middle of a number") }
            if number < 0 {
                guard number >= -Int64(layout.length - index) else { throw Problem("the counts go beyond the \(layout.length) there are") }
                index += Int(-number)
            } else {
                guard index < layout.length else { throw Problem("the counts go beyond the \(layout.length) there are") }
                guard histogram.add(UInt64(number), at: index) else { throw Problem("the counts add up to more than 2^63") }
                index += 1
            }
        }
        return histogram
    }

    /// Bounded, so that a few bytes cannot ask for all memory: deflate makes at most 1,032 bytes of one, and no layout needs 64 MB.
    static func inflated(_ bytes: ArraySlice<UInt8>) throws(Problem) -> [UInt8] {
        let input = Array(bytes)
        let most = min(input.count * 1032 + 64, 1 << 26)
        var room = min(max(input.count * 8, 4096), most)
        while true {
            var result = [UInt8](repeating: 0, count: room)
            var size = uLongf(room)
            switch uncompress(&result, &size, input, uLong(input.count)) {
            case Z_OK: return Array(result[..<Int(size)])
            case Z_BUF_ERROR where room < most: room = min(room * 8, most)
            default: throw Problem("the histogram cannot be decompressed: its bytes are damaged or cut off")
            }
        }
    }

    private static func hex(_ cookie: UInt32) -> String { "0x" + String(cookie, radix: 16) }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

        mutating func number<Number: FixedWidthInteger & UnsignedInteger>(_ type: Number.Type) -> Number? {
            let size = MemoryLayout<Number>.size
            guard rest.count >= size else { return nil }
            defer { rest = rest.dropFirst(size) }
            return rest.prefix(size).reduce(0) { $0 << 8 | Number($1) }
        }

        mutating func zigZag() -> Int64? {
            var value: UInt64 = 0
            for place in 0..<9 {
                guard let byte = rest.popFirst() else { return nil }
                if place == 8 {
                    value |= UInt64(byte) << 56
                } else {
                    value |= UInt64(byte & 0x7F) << UInt64(7 * place)
                    if byte & 0x80 == 0 { break }
                }
            }
            return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
        }
    }
}
