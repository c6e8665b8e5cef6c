import Foundation
import Scenarios
import Testing

@testable import Load

@Suite("A member of a JSON text") struct JSONPathTests {
    private func find(_ path: String, _ text: String) -> String? {
        Array(text.utf8).withUnsafeBytes { bytes in JSONPath(path).find(in: bytes).map { String(decoding: $0.text, as: UTF8.self) } }
    }

    private static let cases: [(path: String, text: String, found: String?)] = [
        ("a", #"{"a": 1}"#, "1"), ("a.b", #" { "x" : [ {"b":0} , "}" ] , "a" : { "b" : "é\u0021\ud83d\ude00\"" } } "#, "é!😀\""),
        ("1", "[1, -2.50e3]", "-2.50e3"), ("2", "[1, 2]", nil), ("0", "[]", nil), ("-1", "[1]", nil), ("0.0.0", "[[[true]]]", "true"),
        ("a", #"{"b": 1}"#, nil), ("a", "{}", nil), ("a", #"{"a": }"#, nil), ("a", #"{"a": nul}"#, nil), ("a", #"{"a": "x"#, nil),
        ("a", "<html>", nil), ("a", "", nil), ("a", #"{"a": [1, {"b": 2}]}"#, #"[1, {"b": 2}]"#), ("a", "\u{FEFF}{\"a\": 1}", "1"),
        ("é", #"{"\u00e9": 1}"#, "1"), ("a", #"{"a": "\ud83d"}"#, "\u{FFFD}"), ("a", #"{"a": 1, "a": 2}"#, "1"), ("", #"{"": 1}"#, "1"),
        ("a", #"{"a": +1}"#, nil), ("a", #"{"a": 0123456789012345678901234567890}"#, "0123456789012345678901234567890"),
    ]

    @Test(arguments: cases.indices) func `is found where it stands, and nowhere else`(index: Int) {
        let (path, text, found) = Self.cases[index]
        #expect(find(path, text) == found, "\(path) in \(text)")
    }

    @Test func `is found below a million brackets without recursion`() {
        let deep = String(repeating: "[", count: 1_000_000) + String(repeating: "]", count: 1_000_000)
        #expect(find("b", "{\"a\": \(deep), \"b\": 7}") == "7")
        #expect(find("b", "{\"a\": " + String(repeating: "[", count: 1_000_000)) == nil)
    }

    @Test func `is what another parser finds, in texts made from a seed`() throws {
        var generator = SplitMix64(seed: 3)
        func make(_ depth: Int) -> Any {
            switch generator.below(depth > 3 ? 4 : 6) {
            case 0: return generator.below(1_000_000) - 500_000
            case 1: return String((0..<generator.below(6)).map { _ in Array("ab\"\\\n{}[],:é😀")[generator.below(13)] })
            case 2: return generator.below(2) == 0
            case 3: return NSNull()
            case 4: return (0..<generator.below(4)).map { _ in make(depth + 1) }
            default:
                return Dictionary((0..<generator.below(4)).map { _ in ("k\(generator.below(5))", make(depth + 1)) }) { first, _ in first }
            }
        }
        func check(_ value: Any, _ path: [String], in text: Data) {
            if !path.isEmpty {
                let found = text.withUnsafeBytes { bytes in
                    JSONPath(path.joined(separator: ".")).find(in: bytes).map { String(decoding: $0.text, as: UTF8.self) }
                }
                switch value {
                case let string as String: #expect(found == string)
                case is NSNull: #expect(found == "null")
                case let flag as Bool: #expect(found == "\(flag)")
                case let number as Int: #expect(found == "\(number)")
                default: #expect(found != nil)
                }
            }
            if let array = value as? [Any] { for (index, element) in array.enumerated() { check(element, path + ["\(index)"], in: text) } }
            if let object = value as? [String: Any] { for (key, element) in object { check(element, path + [key], in: text) } }
        }
        for _ in 0..<300 {
            let value: Any = ["root": make(0)]
            check(value, [], in: try JSONSerialization.data(withJSONObject: value))
        }
    }

    @Test func `survives any bytes`() {
        var generator = SplitMix64(seed: 11)
        let alphabet = Array("{}[]\",:\\u0019atrue null-.e ".utf8) + [0, 0xFF]
        for _ in 0..<20_000 {
            let bytes = (0..<generator.below(40)).map { _ in alphabet[generator.below(alphabet.count)] }
            bytes.withUnsafeBytes { text in
                for path in ["a", "0", "a.0.u"] {
                    let found = JSONPath(path).find(in: text)
                    #expect((found?.text.count ?? 0) <= 3 * text.count)
                    _ = found?.elements
                }
            }
        }
    }
}
