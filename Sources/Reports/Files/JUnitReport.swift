/// `junit.xml` as Jenkins and GitLab read it: one test case for each cell.
///
/// A verdict that is not as wanted is a failure; a cell that could not be judged (inconclusive, or exit code 4 and above) and was
/// not wanted so is an error.
package enum JUnitReport {
    package static func text(scenario: String, _ summaries: [RunSummary]) -> String {
        let broken = summaries.filter { isBroken($0) }.count
        let failed = summaries.filter { !$0.isAsWanted && !isBroken($0) }.count
        let time = seconds(summaries.reduce(.zero) { $0 + $1.duration })
        let counts = "tests=\"\(summaries.count)\" failures=\"\(failed)\" errors=\"\(broken)\""
        let name = Escape.xml(scenario)
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        text += "<testsuites name=\"seep\" \(counts) time=\"\(time)\">\n"
        text += "  <testsuite name=\"\(name)\" \(counts) skipped=\"0\" time=\"\(time)\">\n"
        for summary in summaries { text += testCase(summary) }
        return text + "  </testsuite>\n</testsuites>\n"
    }

    private static func testCase(_ summary: RunSummary) -> String {
        var text =
            "    <testcase classname=\"seep.\(Escape.xml(summary.scenario))\" name=\"\(Escape.xml(summary.title))\" time=\"\(seconds(summary.duration))\">\n"
        if !summary.isAsWanted {
            let kind = isBroken(summary) ? "error" : "failure"
            let thresholds = SummaryWords.failedThresholds(summary).map { "\($0). " } ?? ""
            let message = Escape.xml("\(thresholds)\(summary.verdict): \(summary.reason)").split(separator: "\n").joined(separator: " ")
            text += "      <\(kind) type=\"\(Escape.xml(summary.verdict))\" message=\"\(message)\">"
            text += Escape.xml("\(summary.reason)\n\(figures(summary))\nFiles: \(summary.directory)\n") + "</\(kind)>\n"
        }
        text += "      <system-out>\(Escape.xml("\(summary.verdict): \(summary.reason)\n\(figures(summary))"))</system-out>\n"
        return text + "    </testcase>\n"
    }

    private static func figures(_ summary: RunSummary) -> String {
        (SummaryWords.figures(summary).map { "\($0.name): \($0.value)" }
            + summary.thresholds.map { "threshold: \(SummaryWords.threshold($0))" }).joined(separator: "\n")
    }

    private static func isBroken(_ summary: RunSummary) -> Bool {
        !summary.isAsWanted && (summary.verdict == "inconclusive" && summary.exitCode != 1 || summary.exitCode >= 3)
    }

    private static func seconds(_ duration: Duration) -> String {
        let parts = duration.components
        let milliseconds = parts.attoseconds / 1_000_000_000_000_000
        return "\(parts.seconds).\(String(1000 + milliseconds).dropFirst())"
    }
}
