import Testing

@testable import Measurements

struct TextMemoTests {
    @Test
    func `a text is made once, and each one is what its bytes say however many there are`() {
        let memo = TextMemo()
        var made = 0
        func text(_ text: String) -> String {
            var copy = text
            return copy.withUTF8 { bytes in
                memo.text(UnsafeRawBufferPointer(bytes)) {
                    made += 1
                    return String(decoding: $0, as: UTF8.self)
                }
            }
        }
        #expect(text("SELECT 1") == "SELECT 1")
        #expect(text("SELECT 1") == "SELECT 1")
        #expect(made == 1)
        #expect(text("") == "" && made == 1)
        // More than there are places for, some of one length with the same ends.
        for _ in 0..<3 {
            for number in 100..<900 { #expect(text("SELECT \(number) LIMIT 1") == "SELECT \(number) LIMIT 1") }
        }
        let long = String(repeating: "x", count: TextMemo.longest + 1)
        #expect(text(long) == long)
    }
}
