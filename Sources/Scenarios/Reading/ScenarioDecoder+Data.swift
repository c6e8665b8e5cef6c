/// `data`: files that requests take values from.
extension ScenarioDecoder {
    private static let dataLimit = 100

    /// In the order of the file.
    func data(_ value: YAMLValue) -> [(name: String, file: DataFile)] {
        let expected = "a map of names and CSV files, like `page: pages.csv`"
        guard let members = diagnostics.members(value, "`data`", expected: expected) else { return [] }
        if members.isEmpty { diagnostics.report(value.place, "`data` is empty", expected: expected) }
        if members.count > Self.dataLimit {
            diagnostics.report(members[Self.dataLimit].keyPlace, "there are more than \(Self.dataLimit) data sets")
        }
        return members.prefix(Self.dataLimit).compactMap { member in
            guard checkDataName(member) else { return nil }
            return (member.key, dataFile(member))
        }
    }

    private func checkDataName(_ member: YAMLValue.Member) -> Bool {
        let isName = TemplatePiece.pieces(of: "{{\(member.key)}}") == [.placeholder(member.key)]
        guard isName, !member.key.contains("."), !member.key.contains(" "), member.key.utf8.count <= 100 else {
            diagnostics.report(
                member.keyPlace, "this cannot be the name of a data set", expected: "a letter or `_`, then letters, digits, `_` and `-`")
            return false
        }
        guard member.key != "matrix" else {
            diagnostics.report(
                member.keyPlace, "`matrix` cannot be the name of a data set", help: "`{{matrix.…}}` is a value of the matrix")
            return false
        }
        return true
    }

    private func dataFile(_ member: YAMLValue.Member) -> DataFile {
        var pick = DataSet.Pick.inOrder
        var file: YAMLValue? = member.value
        if case .mapping = member.value.content {
            guard let map = MapReader(member.value, .data, diagnostics) else { return DataFile(path: "", set: nil, lines: []) }
            file = map.required("file", expected: "the path of a CSV file")
            let words = DataSet.Pick.allCases.map(\.rawValue)
            if let word = map["pick"].flatMap({ diagnostics.word($0, "`pick`", of: words) { $0.replacing("_", with: "-") } }) {
                pick = DataSet.Pick(rawValue: word) ?? .inOrder
            }
        }
        guard let file, let path = filePath(file, "`data`", expected: "the path of a CSV file, or a map of `file` and `pick`") else {
            return DataFile(path: "", set: nil, lines: [])
        }
        switch ScenarioFiles.bytes(of: ScenarioFiles.absolute(path, in: folder)) {
        case .failure(let problem):
            diagnostics.report(file.place, "what `\(member.key)` names cannot be taken: \(problem.message)", expected: problem.expected)
            return DataFile(path: path, set: nil, lines: [])
        case .success(let bytes):
            return dataFile(name: member.key, path: path, isWritten: file.scalar?.hasVariables != true, pick: pick, bytes: bytes)
        }
    }

    private func dataFile(name: String, path: String, isWritten: Bool, pick: DataSet.Pick, bytes: [UInt8]) -> DataFile {
        let reader = DataFileReader(bytes)
        // What a variable holds is not shown.
        let shown = isWritten ? path : "the file of `\(name)`"
        for problem in reader.problems {
            diagnostics.report(.dataFile(path: shown, line: problem.line), problem.message, expected: problem.expected, help: problem.help)
        }
        guard reader.problems.isEmpty else { return DataFile(path: shown, set: nil, lines: []) }
        let set = DataSet(name: name, file: path, pick: pick, columns: reader.columns, rows: reader.rows)
        return DataFile(path: shown, set: set, lines: reader.lines)
    }

    /// The path of a file; `nil` where it is none, which is reported, or unknown.
    func filePath(_ value: YAMLValue, _ owner: String, expected: String) -> String? {
        guard let path = diagnostics.text(value, owner, expected: expected), value.scalar?.isUnknown != true else { return nil }
        guard !path.isEmpty, !path.utf8.contains(0) else {
            diagnostics.report(value.place, "\(owner) names no file", expected: expected)
            return nil
        }
        return path
    }
}
