import Load
import Measurements
import Scenarios

extension DataSet {
    /// Rows of one column each.
    static func rows(_ name: String, _ pick: Pick, _ values: [[UInt8]], column: String = "v") -> DataSet {
        var rows = DataRows()
        for value in values { rows.append(value) }
        return DataSet(name: name, file: "\(name).csv", pick: pick, columns: [column], rows: rows)
    }

    static func rows(_ name: String, _ pick: Pick, _ values: [String]) -> DataSet { rows(name, pick, values.map { Array($0.utf8) }) }
}

extension RequestSpec {
    /// A flow of these.
    static func flow(_ name: String, weight: Int = 1, before: [Flow.Part] = [], _ steps: Flow.Part...) -> RequestSpec {
        RequestSpec(name: name, url: "", weight: weight, flow: Flow(before: before, steps: steps))
    }
}

extension LoadOutcome {
    /// `name check=count`, in alphabetical order.
    var failedCheckWords: [String] { failedChecks.map { "\($0.request) \($0.check.rawValue)=\($0.count)" }.sorted() }
}
