/// One map of the scenario file, its keys checked: what is unknown, belongs elsewhere, or is given twice is reported at once.
struct MapReader {
    let place: Place
    private let keys: KeySet
    private let diagnostics: Diagnostics
    private var members: [String: YAMLValue.Member] = [:]
    /// Keys that a misspelt key was probably meant to be: not reported as missing too.
    private var suggested: Set<String> = []
    /// Whether a key that belongs elsewhere was reported.
    private(set) var isMisplaced = false

    /// `nil` when the value is no map, which is reported.
    init?(_ value: YAMLValue, _ keys: KeySet, _ diagnostics: Diagnostics) {
        guard let all = diagnostics.members(value, keys.owner, expected: "a map of \(keys.accepted.quotedList)") else { return nil }
        place = value.place
        self.keys = keys
        self.diagnostics = diagnostics
        for member in all {
            if keys.accepted.contains(member.key) {
                members[member.key] = member
            } else if let words = keys.elsewhere[member.key] {
                isMisplaced = true
                // A key in backquotes is what this one is called here.
                let isName = words.hasPrefix("`") && words.hasSuffix("`") && !words.dropFirst().dropLast().contains("`")
                diagnostics.report(
                    member.keyPlace, "`\(member.key)` is no key of \(keys.owner)", help: isName ? "did you mean \(words)?" : words)
            } else {
                reportUnknown(member)
            }
        }
    }

    func has(_ key: String) -> Bool { members[key] != nil }

    /// The value of a key; `nil` when it is not given.
    subscript(key: String) -> YAMLValue? { members[key]?.value }

    func keyPlace(_ key: String) -> Place { members[key]?.keyPlace ?? place }

    /// The value of a key that must be given.
    func required(_ key: String, expected: String) -> YAMLValue? {
        if let value = self[key] { return value }
        if !suggested.contains(key) {
            diagnostics.report(place, "`\(key)` is missing in \(keys.owner)", expected: expected)
        }
        return nil
    }

    /// Whether a key was probably meant by one that is unknown, and reported.
    func wasMeant(_ key: String) -> Bool { suggested.contains(key) }

    private mutating func reportUnknown(_ member: YAMLValue.Member) {
        let nearest = Suggestion.nearest(to: member.key, among: keys.accepted)
        if let nearest { suggested.insert(nearest) }
        diagnostics.report(
            member.keyPlace, "`\(SecretText.masking(member.key))` is no key of \(keys.owner)",
            expected: "one of \(keys.accepted.quotedList)", help: nearest.map { "did you mean `\($0)`?" })
    }
}

extension Diagnostics {
    /// The members of a map, each key once; `nil` when the value is no map. Both are reported.
    func members(_ value: YAMLValue, _ owner: String, expected: @autoclosure () -> String) -> [YAMLValue.Member]? {
        guard case .mapping(let all) = value.content else {
            reportType(value, owner, expected: expected())
            return nil
        }
        var first: [String: Place] = [:]
        var members: [YAMLValue.Member] = []
        for member in all {
            if let earlier = first[member.key] {
                let line = earlier.line.map { " first on line \($0)," } ?? ""
                report(member.keyPlace, "the key `\(SecretText.masking(member.key))` is given twice,\(line) and only once is allowed")
            } else {
                first[member.key] = member.keyPlace
                members.append(member)
            }
        }
        return members
    }

    /// The values of a list; `nil` when the value is none, which is reported.
    func elements(_ value: YAMLValue, _ owner: String, expected: String) -> [YAMLValue]? {
        guard case .sequence(let values) = value.content else {
            reportType(value, owner, expected: expected)
            return nil
        }
        return values
    }

    /// - Parameter owner: what the value belongs to, in backquotes where it is a key.
    func reportType(_ value: YAMLValue, _ owner: String, expected: String, help: String? = nil) {
        if let scalar = value.scalar, CoreScalar(scalar) == .null {
            report(value.place, "\(owner) has no value", expected: expected, help: help ?? "give it one, or leave the key out")
        } else {
            report(value.place, "\(owner) must not be \(value.kind)", expected: expected, help: help)
        }
    }
}
