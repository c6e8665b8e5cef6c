import Measurements
import Reports

/// Strings that try to leave the place that they are put into.
enum HostileNames {
    static let all = [
        "</title><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "]]> &amp; &#0; <!--", "a\u{1B}[2J\u{1B}]0;pwned\u{07}b",
        "| **bold** | `code` | [link](javascript:x) | @team #1 |", "line\nbreak\r\nand\ttab", "\u{202E}desrever\u{2066}",
        "\u{0}\u{FFFE}\u{85}",
        "試験 🐘 e\u{301}", "'; DROP TABLE x; --", String(repeating: "x", count: 400),
    ]

    static func summary(_ name: String) -> RunSummary {
        var summary = SampleRuns.leak().summary
        summary.scenario = name
        summary.cell = name
        summary.verdict = name
        summary.reason = name
        summary.wanted = name
        summary.flags = [name]
        summary.directory = name
        summary.classes = [.init(name: name, transfers: 1, leaks: 1)]
        summary.queries = [.init(text: name, sessions: 1)]
        summary.owners = [.init(name: name, leftBehind: 1, room: nil)]
        summary.thresholds = [.init(text: name, held: false)]
        summary.versions = [.init(name: name, version: name)]
        for index in summary.steps.indices { summary.steps[index].why = name }
        for index in summary.waves.indices { summary.waves[index].voidReason = name }
        return summary
    }
}
