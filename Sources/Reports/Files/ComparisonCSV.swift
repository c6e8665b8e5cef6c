import Measurements
import Scenarios
import Verdicts

/// `comparison.csv`: one row for each cell.
enum ComparisonCSV {
    private static let head = [
        "cell", "configuration", "server", "repetition", "verdict", "wanted", "exit_code", "failure", "leak_per_1000_requests",
        "leak_low", "leak_high", "detection_limit", "floor", "peak", "requests", "errors", "dropped",
    ]

    static func text(_ comparison: Comparison) -> String {
        var names: [String] = []
        for name in comparison.cells.flatMap(\.values).map(\.name) where !names.contains(name) { names.append(name) }
        var line = CSVEncoder()
        let columns = head + ComparedMetric.allCases.map(\.rawValue) + names.map { "matrix.\($0)" } + ["folder"]
        for column in columns { line.append(column) }
        line.endLine()
        for cell in comparison.cells { append(cell, names, to: &line) }
        return String(decoding: line.bytes, as: UTF8.self)
    }

    private static func append(_ cell: CellFigures, _ names: [String], to line: inout CSVEncoder) {
        line.append(cell.cell)
        line.append(cell.configuration)
        line.append(cell.server ?? "")
        line.append(cell.repetition)
        line.append(cell.verdict?.rawValue ?? "")
        line.append(cell.wanted ?? "")
        line.append(Int(cell.exitCode))
        line.append(cell.failure ?? "")
        line.append(number(cell.leakPer1000Requests?.estimate))
        line.append(number(cell.leakPer1000Requests?.low))
        line.append(number(cell.leakPer1000Requests?.high))
        line.append(number(cell.detectionLimit))
        line.append(cell.floor)
        line.append(cell.peak)
        line.append(cell.requests)
        line.append(cell.errors)
        line.append(cell.dropped)
        for metric in ComparedMetric.allCases { line.append(number(cell[metric])) }
        for name in names { line.append(cell.values.first { $0.name == name }?.text ?? "") }
        line.append(cell.folder)
        line.endLine()
    }

    /// To six digits behind the point; unknown is empty.
    private static func number(_ value: Double?) -> String {
        guard let value, value.magnitude < 1e12 else { return "" }
        return Figures.fixed(value, decimals: 6).replacing(",", with: "")
    }
}
