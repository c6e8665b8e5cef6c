import Testing

@testable import Reports

@Suite("Figures and widths")
struct TextTests {
    @Test(
        "rates have three digits that say something",
        arguments: [
            (0, "0"), (0.0123, "0.012"), (1.234, "1.23"), (1.5, "1.5"), (12.34, "12.3"), (123.4, "123"), (1234.5, "1,235"),
            (1_234_567, "1,234,567"), (-5, "-5"), (.nan, "?"), (.infinity, "?"), (1e300, "?"),
        ] as [(Double, String)])
    func rates(value: Double, text: String) {
        #expect(Figures.rate(value) == text)
    }

    @Test("counts take every whole number", arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1234, "-1,234")])
    func counts(value: Int, text: String) {
        #expect(Figures.count(value) == text)
        #expect(Figures.count(Int.min).hasPrefix("-9,223,"))
    }

    @Test(
        "spans of time are said in the unit that suits them",
        arguments: [
            (.milliseconds(420), "0.4 s", "0:00"), (.seconds(42), "42 s", "0:42"), (.seconds(185), "3 min 5 s", "3:05"),
            (.seconds(7800), "2 h 10 min", "2:10:00"), (.seconds(302_400), "3.5 days", "84:00:00"), (.seconds(-1), "0 s", "0:00"),
        ] as [(Duration, String, String)])
    func spans(duration: Duration, span: String, clock: String) {
        #expect(Figures.span(duration) == span)
        #expect(Figures.clock(duration) == clock)
    }

    @Test(
        "columns are counted as terminals count them",
        arguments: [("abc", 3), ("試験", 4), ("🐘", 2), ("e\u{301}", 1), ("▁█", 2), ("\u{1B}[31mred\u{1B}[0m", 3), ("✓", 1), ("–", 1)])
    func widths(text: String, columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }

    @Test("a text is cut and wrapped by columns, never within a character")
    func cut() {
        #expect(DisplayWidth.cut("試験試験", to: 5) == "試験…")
        #expect(DisplayWidth.cut("abc", to: 3) == "abc")
        #expect(DisplayWidth.wrap("one two three", to: 7) == ["one two", "three"])
        #expect(DisplayWidth.wrap("abcdefgh", to: 3) == ["abc", "def", "gh"])
        #expect(DisplayWidth.wrap("", to: 3) == [""])
    }
}
