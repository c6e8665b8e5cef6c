import Measurements

/// Sessions by state as a bar from 0 to the limit, with the marks of budget and guard.
struct SessionBar {
    var row: ConnectionRow
    var limit: Int
    var budget: Int?
    var guardMark: Int?

    func text(width: Int, style: TerminalStyle) -> String {
        let columns = max(width - 2, 4)
        let transaction = (row.idleInTransaction ?? 0) + (row.idleInTransactionAborted ?? 0)
        let (idle, active) = (row.idle ?? 0, row.active ?? 0)
        let other = max(0, (row.total ?? 0) - idle - transaction - active)
        let parts: [(count: Int, mark: String, ink: TerminalStyle.Ink)] = [
            (idle, "█", .blue), (transaction, "▒", .magenta), (other, "▄", .dim), (active, "▓", .yellow),
        ]
        let ends = self.ends(parts.map(\.count), columns: columns)
        let budgetColumn = budget.map { column($0, columns) }
        let guardColumn = guardMark.map { column($0, columns) }
        var text = "│"
        var run: (mark: String, ink: TerminalStyle.Ink) = ("", .dim)
        func put(_ mark: String, _ ink: TerminalStyle.Ink) {
            if ink != run.ink {
                text += style.paint(run.mark, run.ink)
                run = ("", ink)
            }
            run.mark += mark
        }
        for index in 0..<columns {
            if index == guardColumn {
                put("│", .red)
            } else if index == budgetColumn {
                put("┊", .yellow)
            } else if let part = ends.firstIndex(where: { index < $0 }) {
                put(parts[part].mark, parts[part].ink)
            } else {
                put("░", .dim)
            }
        }
        return text + style.paint(run.mark, run.ink) + "│"
    }

    /// The column behind each part; a part that is there has at least one.
    private func ends(_ counts: [Int], columns: Int) -> [Int] {
        var sessions = 0
        var end = 0
        return counts.map { count in
            sessions += count
            let share = Int((Double(sessions) / Double(max(limit, 1)) * Double(columns)).rounded())
            end = min(columns, count > 0 ? max(end + 1, share) : end)
            return end
        }
    }

    private func column(_ sessions: Int, _ columns: Int) -> Int {
        min(columns - 1, max(0, Int(Double(sessions) / Double(max(limit, 1)) * Double(columns))))
    }
}
