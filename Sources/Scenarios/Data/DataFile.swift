/// A data set while the scenario is read: its values, and where each row stands.
struct DataFile {
    /// The path as errors show it: the scenario's folder is not in it.
    let path: String
    /// `nil` where the file could not be read, which is reported, or its name depends on an unset variable: nothing more is said of it.
    let set: DataSet?
    let lines: [Int]

    /// The first row whose value of a column is wrong, and why.
    func firstProblem(column: String, _ problem: (ArraySlice<UInt8>) -> String?) -> (line: Int, message: String)? {
        guard let set, let index = set.columns.firstIndex(of: column) else { return nil }
        for row in 0..<set.rowCount {
            let value = set.rows.bytes[set.rows.range(of: row * set.columns.count + index)]
            if let message = problem(value) { return (lines[row], message) }
        }
        return nil
    }
}
