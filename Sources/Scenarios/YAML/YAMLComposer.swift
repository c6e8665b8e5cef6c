import Yams

/// Text to ``YAMLValue``, with the place of every key and value.
///
/// libyaml does the scanning; types are resolved later by ``CoreScalar``, because Yams resolves by YAML 1.1.
struct YAMLComposer {
    private let diagnostics: Diagnostics
    /// The place of a line and column of the text.
    private let place: (_ line: Int, _ column: Int) -> Place
    /// Aliases repeat what they name, so that a small file can hold more than a machine can; no scenario needs as many.
    private var valuesLeft = 1_000_000
    private var isTooLarge = false

    init(diagnostics: Diagnostics, place: @escaping (_ line: Int, _ column: Int) -> Place) {
        self.diagnostics = diagnostics
        self.place = place
    }

    /// The one document of `text`; `nil` when it is no YAML, or empty, which is reported.
    mutating func compose(_ text: String) -> YAMLValue? {
        var repair = DuplicateKeyRepair(text)
        while true {
            do {
                // Without rules nothing is resolved by YAML 1.1; by default the encoding could come from the environment.
                guard let node = try Yams.compose(yaml: repair.text, .basic, .default, .utf8) else {
                    diagnostics.report(place(1, 1), "the file is empty", expected: "a scenario: at least `target` and `requests`")
                    return nil
                }
                let value = convert(node, repair, depth: 0)
                return isTooLarge ? nil : value
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                // Yams stops at a duplicate; the key is renamed for it, named back by `convert`, and reported by the map's reader.
                if repair.rename(line: context.mark.line, column: context.mark.column) { continue }
                diagnostics.report(place(context.mark.line, context.mark.column), "the key \(names.quotedList) is given twice")
                return nil
            } catch {
                YAMLErrorReport(error, text: text, place: place).report(to: diagnostics)
                return nil
            }
        }
    }

    private mutating func convert(_ node: Node, _ repair: DuplicateKeyRepair, depth: Int) -> YAMLValue? {
        let place = node.mark.map { self.place($0.line, $0.column) } ?? self.place(1, 1)
        valuesLeft -= 1
        guard !isTooLarge, valuesLeft > 0, depth <= Self.depthLimit else {
            if !isTooLarge, valuesLeft > 0 {
                diagnostics.report(place, "the file is nested more than \(Self.depthLimit) levels deep")
            } else if !isTooLarge {
                diagnostics.report(
                    place, "the file holds too many values", help: "aliases repeat what they name; this makes more than a million")
            }
            isTooLarge = true
            return nil
        }
        switch node {
        case .scalar(let scalar): return YAMLValue(place: place, content: .scalar(convert(scalar, at: place)))
        case .sequence(let sequence):
            checkTag(sequence.tag, at: place)
            return YAMLValue(place: place, content: .sequence(sequence.compactMap { convert($0, repair, depth: depth + 1) }))
        case .mapping(let mapping):
            checkTag(mapping.tag, at: place)
            guard mapping.allSatisfy({ if case .scalar = $0.key { true } else { false } }) else {
                diagnostics.report(
                    place, "a key in this map is no word, but a map or a list", help: "a value that begins with `{{` stands in quotes")
                return unknown(at: place)
            }
            let members = mapping.compactMap { convert(key: $0.key, value: $0.value, repair, depth: depth + 1) }
            return YAMLValue(place: place, content: .mapping(members))
        case .alias: return nil
        }
    }

    private mutating func convert(key: Node, value: Node, _ repair: DuplicateKeyRepair, depth: Int) -> YAMLValue.Member? {
        let keyPlace = key.mark.map { place($0.line, $0.column) } ?? place(1, 1)
        guard case .scalar(let scalar) = key, let value = convert(value, repair, depth: depth) else { return nil }
        return YAMLValue.Member(key: repair.original(scalar.string), keyPlace: keyPlace, value: value)
    }

    /// In the place of what was reported already, so that nothing more is said of it.
    private func unknown(at place: Place) -> YAMLValue {
        var scalar = ScalarText("", isPlain: false)
        scalar.isUnknown = true
        return YAMLValue(place: place, content: .scalar(scalar))
    }

    private func convert(_ scalar: Node.Scalar, at place: Place) -> ScalarText {
        let tag = scalar.tag.rawValue
        switch tag.hasPrefix(Self.tagPrefix) ? String(tag.dropFirst(Self.tagPrefix.count)) : tag {
        case "": return ScalarText(scalar.string, isPlain: scalar.style == .plain)
        case "!", "str": return ScalarText(scalar.string, isPlain: false)
        case "null", "bool", "int", "float": return ScalarText(scalar.string, isPlain: true)
        default:
            diagnostics.report(place, "the tag `\(tag)` is not known here", help: "leave it out")
            return ScalarText(scalar.string, isPlain: false)
        }
    }

    private func checkTag(_ tag: Tag, at place: Place) {
        guard !["", "!", Self.tagPrefix + "map", Self.tagPrefix + "seq"].contains(tag.rawValue) else { return }
        diagnostics.report(place, "the tag `\(tag.rawValue)` is not known here", help: "leave it out")
    }

    private static let tagPrefix = "tag:yaml.org,2002:"

    /// libyaml itself stops at 1,000 levels, which Yams goes through by calling itself; no scenario needs as many.
    private static let depthLimit = 100
}
