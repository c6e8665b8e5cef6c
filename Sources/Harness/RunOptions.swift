/// What the command line asks of a run, beside the scenario.
package struct RunOptions: Sendable {
    /// Names of servers, `*` and `?` allowed; empty: all.
    package var servers: [String] = []
    package var quick = false
    /// Each class alone.
    package var isolate = false
    /// The folder that results go to.
    package var results = "results"
    /// Deals requests; the same seed deals the same.
    package var seed: UInt64 = 1
    /// Plain lines even on a terminal.
    package var plain = false
    /// Only the verdict.
    package var quiet = false
    /// The content of verdict.json on standard output, and nothing else there.
    package var json = false
    /// What the command was called with, for `run.json`.
    package var version = ""

    package init() {}
}

/// Names with `*` (any run of characters) and `?` (any one character), as in a shell.
package enum NamePattern {
    package static func matches(_ pattern: String, _ name: String) -> Bool {
        let pattern = Array(pattern.unicodeScalars)
        let name = Array(name.unicodeScalars)
        var (p, n) = (0, 0)
        var star: (pattern: Int, name: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == "*" {
                star = (p, n)
                p += 1
            } else if p < pattern.count, pattern[p] == "?" || pattern[p] == name[n] {
                p += 1
                n += 1
            } else if let last = star {
                p = last.pattern + 1
                n = last.name + 1
                star = (last.pattern, n)
            } else {
                return false
            }
        }
        while p < pattern.count, pattern[p] == "*" { p += 1 }
        return p == pattern.count
    }
}
