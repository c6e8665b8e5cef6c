import Testing

@testable import Measurements

/// Short numbers are read without looking for overflow; they come to the same.
struct DecimalNumberTests {
    /// As text, with what is read of it at 0, 3 and 6 decimals; `nil`: it is no number.
    static let known: [(text: String, values: [Int64?])] = [
        ("0", [0, 0, 0]), ("7", [7, 7000, 7_000_000]), ("12345678", [12_345_678, 12_345_678_000, 12_345_678_000_000]),
        ("123456789", [123_456_789, 123_456_789_000, 123_456_789_000_000]), ("00000012", [12, 12_000, 12_000_000]),
        ("-5", [-5, -5000, -5_000_000]), ("-1234567", [-1_234_567, -1_234_567_000, -1_234_567_000_000]), ("-", [nil, nil, nil]),
        ("1.5", [nil, 1500, 1_500_000]), ("1.", [nil, 1000, 1_000_000]), (".5", [nil, 500, 500_000]), (".", [nil, nil, nil]),
        ("-.5", [nil, -500, -500_000]), ("123.4567", [nil, nil, 123_456_700]), ("1.234567", [nil, nil, 1_234_567]),
        ("1.2345678", [nil, nil, nil]), ("1.2.3", [nil, nil, nil]), ("12a", [nil, nil, nil]), ("1/", [nil, nil, nil]),
        ("1:", [nil, nil, nil]),
        ("+1", [nil, nil, nil]), (" 1", [nil, nil, nil]), ("1 ", [nil, nil, nil]), ("1-", [nil, nil, nil]), ("1\u{B1}", [nil, nil, nil]),
        ("86399.123456", [nil, nil, 86_399_123_456]), ("9223372036854775807", [.max, nil, nil]), ("9223372036854775808", [nil, nil, nil]),
        ("-9223372036854775808", [.min, nil, nil]), ("9223372036854.775807", [nil, nil, .max]), ("", [nil, nil, nil]),
        ("0000000000000000000000001", [1, 1000, 1_000_000]),
    ]

    @Test(arguments: known.indices)
    func `a number is read as a whole multiple of what its column holds, or not at all`(_ index: Int) {
        let (text, values) = Self.known[index]
        let bytes = Array(text.utf8)
        for (place, decimals) in [0, 3, 6].enumerated() {
            #expect(bytes.withUnsafeBytes { DecimalNumber.read($0, decimals: decimals) } == values[place], "\(text) at \(decimals)")
        }
    }
}
