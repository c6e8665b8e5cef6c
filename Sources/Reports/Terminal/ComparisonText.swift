package import Verdicts

/// What a comparison says on the terminal, beneath the table of cells.
package enum ComparisonText {
    /// Empty where there is nothing to say beyond the table: one run of each configuration, no baseline.
    package static func lines(_ comparison: Comparison) -> [String] {
        var lines: [String] = []
        let claims = comparison.differences.filter { $0.claim == .better || $0.claim == .worse }
        if comparison.groups.contains(where: { $0.cells.count > 1 }), comparison.groups.count > 1 {
            lines += ["", ComparisonWords.note(comparison)]
            lines += claims.map(ComparisonWords.line)
            let told = comparison.differences.count { $0.claim != nil }
            if told > 0 {
                let same = comparison.differences.count { $0.claim == .same }
                lines.append("same: \(same) of \(told) figures; can't tell: \(told - same - claims.count)")
            }
        }
        if let baseline = comparison.baseline { lines += [""] + self.baseline(baseline) }
        return lines.map { Escape.terminal($0) }
    }

    package static func baseline(_ check: BaselineCheck) -> [String] { ComparisonWords.lines(check).map { Escape.terminal($0) } }
}
