import Foundation

/// Puts the tree of a scenario together from its file and what that includes.
///
/// `include` names a file, or several, relative to the folder of the file that says so. What is included comes first; later files
/// override earlier ones, and the file that includes overrides all. Every value keeps the place where it is written.
struct ScenarioSources {
    let diagnostics: Diagnostics
    /// Puts variables into the names of files.
    private var expander: VariableExpander

    private static let depthLimit = 8
    /// The largest file that is read.
    static let sizeLimit = 8 << 20

    init(diagnostics: Diagnostics, expander: VariableExpander) {
        self.diagnostics = diagnostics
        self.expander = expander
    }

    /// - Parameters:
    ///   - file: the path as it is to be shown.
    ///   - chain: the absolute paths of the files that led here, this one the last.
    /// - Returns: `nil` when it is no YAML, which is reported.
    mutating func tree(text: String, file: String, chain: [String]) -> YAMLValue? {
        let source = diagnostics.add(SourceText(path: file, text: text))
        var composer = YAMLComposer(diagnostics: diagnostics) { .file(line: $0, column: $1, source: source) }
        guard var root = composer.compose(text) else { return nil }
        guard case .mapping(var members) = root.content, let index = members.firstIndex(where: { $0.key == "include" }) else { return root }
        // A second one is left for the reader of the map, which reports keys given twice.
        let include = members[index].value
        if !members.dropFirst(index + 1).contains(where: { $0.key == "include" }) { members.remove(at: index) }
        root.content = .mapping(members)
        var base: YAMLValue?
        for name in names(include) {
            guard let included = self.included(name, by: file, chain: chain) else { continue }
            base = base.map { included.merged(over: $0) } ?? included
        }
        return base.map { root.merged(over: $0) } ?? root
    }

    private func names(_ value: YAMLValue) -> [YAMLValue] {
        if case .sequence(let values) = value.content { return values }
        return [value]
    }

    private mutating func included(_ value: YAMLValue, by file: String, chain: [String]) -> YAMLValue? {
        var value = value
        expander.expand(&value)
        let expected = "the path of a YAML file, or a list of them"
        guard let name = diagnostics.text(value, "`include`", expected: expected), value.scalar?.isUnknown != true else { return nil }
        let path = name.hasPrefix("/") ? name : (file as NSString).deletingLastPathComponent.joined(name)
        let absolute = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
        guard !chain.contains(absolute) else {
            let names = (chain + [absolute]).drop { $0 != absolute }.map { ($0 as NSString).lastPathComponent }
            diagnostics.report(value.place, "this file includes itself: \(names.joined(separator: " → "))")
            return nil
        }
        guard chain.count < Self.depthLimit else {
            diagnostics.report(value.place, "files include one another more than \(Self.depthLimit) deep")
            return nil
        }
        switch Self.text(of: path) {
        case .success(let text):
            let tree = tree(text: text, file: path, chain: chain + [absolute])
            if let tree, case .mapping = tree.content { return tree }
            if let tree { diagnostics.reportType(tree, "an included file", expected: "a map of the keys of a scenario") }
            return nil
        case .failure(let problem):
            diagnostics.report(value.place, "what `include` names cannot be taken: \(problem.message)", expected: expected)
            return nil
        }
    }

    struct Unreadable: Error {
        let message: String
    }

    /// The text of a file, without a byte order mark.
    static func text(of path: String) -> Result<String, Unreadable> {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
            return .failure(Unreadable(message: "there is no such file"))
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            return .failure(Unreadable(message: "the file could not be read"))
        }
        guard data.count <= sizeLimit else { return .failure(Unreadable(message: "the file is larger than \(sizeLimit >> 20) MiB")) }
        guard var text = String(validating: data, as: UTF8.self) else { return .failure(Unreadable(message: "the file is not UTF-8")) }
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        return .success(text)
    }

    // MARK: Environments

    /// Puts the keys of the chosen environment over those of the scenario; those of the others are only looked at.
    ///
    /// - Parameter name: as given to `--environment`; `nil`: none.
    func choose(_ name: String?, in root: inout YAMLValue) {
        guard case .mapping(let members) = root.content else { return }
        var known: [YAMLValue.Member] = []
        if let environments = members.first(where: { $0.key == "environments" })?.value {
            known = diagnostics.members(environments, "`environments`", expected: "a map of names, each with a map of keys") ?? []
        }
        for member in known { _ = MapReader(member.value, .environment, diagnostics) }
        guard let name else { return }
        guard let chosen = known.first(where: { $0.key == name }) else {
            let names = known.map(\.key)
            diagnostics.report(
                .flag(name: "--environment", text: name, column: 1), "the scenario has no environment of this name",
                expected: names.isEmpty ? "a scenario with `environments`" : "one of \(names.quotedList)",
                help: Suggestion.nearest(to: name, among: names).map { "did you mean `\($0)`?" })
            return
        }
        guard case .mapping(let keys) = chosen.value.content else { return }
        // Other keys were reported above.
        let accepted = keys.filter { KeySet.environment.accepted.contains($0.key) }
        root = YAMLValue(place: chosen.value.place, content: .mapping(accepted)).merged(over: root)
    }
}

extension String {
    fileprivate func joined(_ name: String) -> String { isEmpty ? name : hasSuffix("/") ? self + name : self + "/" + name }
}

extension YAMLValue {
    /// This value with what it lacks from another: maps are merged through and through, anything else replaces.
    func merged(over base: YAMLValue) -> YAMLValue {
        guard case .mapping(let ours) = content, case .mapping(var members) = base.content else { return self }
        var index = Dictionary(members.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
        var own: Set<String> = []
        for member in ours {
            // A key that is given twice in one map stays so, and is reported by its reader.
            guard own.insert(member.key).inserted, let place = index[member.key] else {
                index[member.key] = index[member.key] ?? members.count
                members.append(member)
                continue
            }
            let (ours, theirs) = Self.alike(member, members[place])
            members[place] = Member(key: member.key, keyPlace: member.keyPlace, value: ours.merged(over: theirs))
        }
        return YAMLValue(place: place, content: .mapping(members))
    }

    /// `database: URL` is short for a map, and merges like one.
    private static func alike(_ one: Member, _ other: Member) -> (YAMLValue, YAMLValue) {
        guard one.key == "database" else { return (one.value, other.value) }
        func map(_ value: YAMLValue) -> YAMLValue {
            guard let scalar = value.scalar, CoreScalar(scalar) != .null else { return value }
            return YAMLValue(place: value.place, content: .mapping([Member(key: "url", keyPlace: value.place, value: value)]))
        }
        return (map(one.value), map(other.value))
    }
}
