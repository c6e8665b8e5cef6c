import Scenarios
import Testing

@Suite("Names with * and ?") struct NamePatternTests {
    @Test(arguments: [
        ("granian-*", "granian-2.8.7", true), ("granian-*", "gunicorn", false), ("*", "", true), ("", "", true), ("", "a", false),
        ("?", "é", true), ("?", "", false), ("g*n", "gunicorn", true), ("g*n", "gunicorns", false), ("*a*b*", "xaxbx", true),
        ("a*ab", "aab", true), ("a**b", "ab", true), ("granian-1.3.2", "granian-1x3x2", false), ("[a]", "a", false),
        ("*\(String(repeating: "a*", count: 30))b", String(repeating: "a", count: 60), false),
    ]) func `match as in a shell, in time that does not explode`(_ pattern: String, _ name: String, _ matches: Bool) {
        #expect(NamePattern.matches(pattern, name) == matches)
    }
}
