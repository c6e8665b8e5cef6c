import Foundation
import Testing

@testable import Measurements

@Suite("Histograms and their encoding") struct HistogramTests {
    private static let layouts: [HistogramLayout] = [
        HistogramLayout(lowest: 1, highest: 3_600_000_000, digits: 2), HistogramLayout(lowest: 1, highest: 3_600_000_000, digits: 3),
        HistogramLayout(lowest: 1, highest: 2, digits: 0), HistogramLayout(lowest: 1000, highest: 60_000_000_000, digits: 1),
        HistogramLayout(lowest: 7, highest: .init(Int64.max), digits: 3),
    ].compactMap { $0 }

    /// Of every size of number alike.
    private static func value(below limit: UInt64, _ numbers: inout SeededNumbers) -> UInt64 {
        (numbers.next() >> UInt64.random(in: 0...63, using: &numbers)) % limit
    }

    private static func histogram(_ layout: HistogramLayout, values: Int, _ numbers: inout SeededNumbers) -> LoggedHistogram {
        var histogram = LoggedHistogram(layout: layout)
        for _ in 0..<values {
            let count: UInt64 = [1, 1, 2, 127, 1 << 20, 1 << 52].randomElement(using: &numbers) ?? 1
            _ = histogram.record(value(below: layout.highest + 1, &numbers), count: count)
        }
        return histogram
    }

    @Test func `a value is counted where the values are that it cannot be told from, to the digits promised`() {
        #expect(Self.layouts.count == 5)
        var numbers = SeededNumbers(state: 11)
        for layout in Self.layouts {
            for _ in 0..<2000 {
                let value = Self.value(below: layout.highest + 1, &numbers)
                let index = layout.index(of: value)
                #expect(index < layout.length)
                #expect(layout.lowestValue(at: index) <= value && value <= layout.highestValue(at: index))
                let width = layout.highestValue(at: index) - layout.lowestValue(at: index)
                var precision: UInt64 = 1
                for _ in 0..<layout.digits { precision *= 10 }
                #expect(width < max(layout.lowest, value / precision + 1))
                if index > 0 { #expect(layout.highestValue(at: index - 1) + 1 == layout.lowestValue(at: index)) }
            }
        }
    }

    @Test func `a bank counts by the constants of its layout`() {
        #expect(HistogramBank.layout.length == HistogramBank.length)
        var numbers = SeededNumbers(state: 3)
        for _ in 0..<5000 {
            let value = Self.value(below: HistogramBank.longest + 1, &numbers)
            #expect(HistogramBank.index(of: value) == HistogramBank.layout.index(of: value))
        }
        #expect(HistogramBank.index(of: HistogramBank.longest) < HistogramBank.length)
    }

    @Test func `a bank's histograms do not touch each other, add up, and are empty once cleared`() {
        let bank = HistogramBank(capacity: 3), sums = HistogramBank(capacity: 2)
        for value in 1...1000 { bank.record(UInt64(value * 1000), in: 1) }
        #expect(bank.quantiles(of: 0) == nil && bank.quantiles(of: 2) == nil)
        #expect(bank.quantiles(of: 1)?.max == 1_000_000)
        #expect(bank.total(of: 1) == 1000)
        let median = bank.value(atPercentile: 50, of: 1)
        #expect((500_000...505_000).contains(median))
        sums.add(bank, 1, to: 0)
        sums.add(bank, 1, to: 0)
        #expect(sums.total(of: 0) == 2000)
        #expect(sums.value(atPercentile: 50, of: 0) == median)
        #expect(sums.quantiles(of: 1) == nil)
        bank.clear(1)
        #expect(bank.total(of: 1) == 0)
        bank.record(5, in: 1)
        #expect(bank.quantiles(of: 1) == .init(p50: 5, p95: 5, p99: 5, max: 5))
    }

    @Test func `what was encoded is decoded to the same, of any layout and filling`() throws {
        var numbers = SeededNumbers(state: 5)
        for round in 0..<200 {
            let layout = Self.layouts[round % Self.layouts.count]
            let histogram = Self.histogram(layout, values: [0, 1, 2, 50, 3000][round % 5 == 0 ? 0 : round % 4 + 1], &numbers)
            let text = HistogramCoding.base64(histogram)
            #expect(text.hasPrefix("HISTF"))
            #expect(try HistogramCoding.decode(base64: text) == histogram)
        }
    }

    @Test func `a bank is decoded with its percentiles`() throws {
        let bank = HistogramBank(capacity: 2)
        var numbers = SeededNumbers(state: 6)
        for _ in 0..<10_000 { bank.record(Self.value(below: HistogramBank.longest + 1, &numbers), in: 1) }
        let read = try HistogramCoding.decode(base64: HistogramCoding.base64(bank, 1))
        #expect(read.total == 10_000)
        for percentile in [0.1, 50, 90, 99, 99.9] {
            // The bank knows its largest value exactly, the log to two digits.
            #expect(min(read.value(atPercentile: percentile), bank.largest(of: 1)) == UInt64(bank.value(atPercentile: percentile, of: 1)))
        }
        #expect(read.largest >= bank.largest(of: 1) && read.largest <= bank.largest(of: 1) + bank.largest(of: 1) / 100)
    }

    /// Written by HdrHistogram 0.10.8 for Python: HdrHistogram(1, 3600000000, 2) with 1, 250 and 251 twice, and 3599999999.
    @Test func `what another implementation encoded is read`() throws {
        let read = try HistogramCoding.decode(base64: Self.fromPython)
        #expect(read.layout == HistogramBank.layout)
        #expect(read.total == 5)
        #expect(read.counts[1] == 1 && read.counts[250] == 1 && read.counts[251] == 2)
        #expect(read.counts[HistogramBank.index(of: 3_599_999_999)] == 1)
    }

    private static let fromPython = "HISTFAAAACh4nJNpmSzMwMDAyQABTFCaEURcm7yEwf4DVIDpPTMTy2Z9JgCEOAZu"

    @Test func `an encoding cut off anywhere is refused`() throws {
        var numbers = SeededNumbers(state: 7)
        let bytes = try #require(Data(base64Encoded: HistogramCoding.base64(Self.histogram(Self.layouts[0], values: 40, &numbers))))
        for length in 0..<bytes.count {
            #expect(throws: HistogramCoding.Problem.self) {
                _ = try HistogramCoding.decode(base64: bytes.prefix(length).base64EncodedString())
            }
        }
        for text in ["", "====", "HISTF", "not base64!", "AAAA"] {
            #expect(throws: HistogramCoding.Problem.self) { _ = try HistogramCoding.decode(base64: text) }
        }
    }

    @Test func `an encoding with a bit turned over is refused`() throws {
        var numbers = SeededNumbers(state: 8)
        let original = Self.histogram(Self.layouts[0], values: 40, &numbers)
        let bytes = try #require(Data(base64Encoded: HistogramCoding.base64(original)))
        for place in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[place] ^= 1 << UInt8(bit)
                // zlib's checksum finds it, or the header does; the bits of the cookie that say the size of a word, and those of
                // zlib's header that say how it was packed, mean nothing to a reader.
                if let read = try? HistogramCoding.decode(base64: damaged.base64EncodedString()) {
                    #expect(read == original, "byte \(place), bit \(bit)")
                }
            }
        }
    }

    @Test(arguments: [
        ("shifted", 11, UInt8(1), "shifted"), ("of six digits", 15, 6, "digits"), ("from nothing", 23, 0, "histogram of"),
        ("longer than it is", 7, 99, "bytes"), ("of another format", 3, 0x99, "V2"),
    ]) func `a header that cannot be is told`(_ name: String, _ place: Int, _ byte: UInt8, _ words: String) throws {
        var numbers = SeededNumbers(state: 9)
        let text = HistogramCoding.base64(Self.histogram(Self.layouts[0], values: 5, &numbers))
        let error = #expect(throws: HistogramCoding.Problem.self) {
            _ = try HistogramCoding.decode(base64: try HistogramCoding.changed(text) { $0[place] = byte })
        }
        #expect(error?.description.contains(words) == true, "\(name): \(String(describing: error))")
    }

    @Test func `counts beyond the layout, beyond what can be summed, or in the middle of a number are told`() throws {
        let empty = HistogramCoding.base64(LoggedHistogram(layout: Self.layouts[0]))
        let cases: [([UInt8], String)] = [
            ([0x83, 0x34], "beyond"), (Array(repeating: 2, count: 3329), "beyond"), ([0x80], "middle"),
            ([0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2], "add up"),
            // The lowest number there is, as a run of zeros.
            ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], "beyond"),
        ]
        for (counts, words) in cases {
            let error = #expect(throws: HistogramCoding.Problem.self) {
                _ = try HistogramCoding.decode(
                    base64: try HistogramCoding.changed(empty) { bytes in
                        bytes[6] = UInt8(counts.count >> 8)
                        bytes[7] = UInt8(counts.count & 255)
                        bytes += counts
                    })
            }
            #expect(error?.description.contains(words) == true, "\(counts.count): \(String(describing: error))")
        }
    }

    @Test(arguments: ["a query", "GET /x,y z=%", "näïve 試験\n\r\t🐘", "", "other", "a:b %20", "\"quoted\""])
    func `a tag holds any name in one word`(
        _ name: String
    ) {
        for kind in LatencyLogTag.Kind.allCases {
            for outcome in Outcome.allCases {
                let tag = LatencyLogTag(kind: kind, request: name, outcome: outcome)
                #expect(!tag.text.contains { " ,\n\r\"".contains($0) } && tag.text.allSatisfy(\.isASCII))
                #expect(LatencyLogTag(tag.text) == tag)
            }
        }
    }

    @Test(arguments: [
        "", "latency", "latency:", "latency:a", "p99:a%202xx", "latency:a%2", "latency:a%zz%202xx", "service:a%209xx", "latency:%FF%202xx",
    ])
    func `what is no tag of ours is none`(_ text: String) { #expect(LatencyLogTag(text) == nil) }
}

extension HistogramCoding {
    /// The same with its uncompressed bytes changed.
    fileprivate static func changed(_ text: String, _ change: (inout [UInt8]) -> Void) throws -> String {
        var bytes = try inflated(Array(Data(base64Encoded: text) ?? Data()).dropFirst(8))
        change(&bytes)
        return framed(compressed(bytes))
    }
}
