import Scenarios

/// One thing that a text must be, made ready before the load.
struct CompiledCheck {
    private enum Rule {
        case equals(TemplateProgram)
        case contains(TemplateProgram)
        case matches(Regex<AnyRegexOutput>)
        /// With values in it: made anew for each response.
        case matchesProgram(TemplateProgram)
        case compares(RequestSpec.Expectation.Comparison, Double)
        case exists(Bool)
    }

    private let rule: Rule

    init(
        _ check: RequestSpec.Expectation.Check, isTemplated: Bool, names: TemplateNames, request: String
    ) throws(LoadError) {
        switch check {
        case .equals(let text): rule = .equals(try TemplateProgram(text, isTemplated: isTemplated, names: names, request: request))
        case .contains(let text): rule = .contains(try TemplateProgram(text, isTemplated: isTemplated, names: names, request: request))
        case .matches(let text):
            let program = try TemplateProgram(text, isTemplated: isTemplated, names: names, request: request)
            rule =
                program.isLiteral
                ? .matches(try Self.expression(program.literalText, request: request)) : .matchesProgram(program)
        case .compares(let comparison, let number): rule = .compares(comparison, number)
        case .exists(let wanted): rule = .exists(wanted)
        }
    }

    /// A regular expression over Unicode scalars, as other engines have it.
    static func expression(_ text: String, request: String) throws(LoadError) -> Regex<AnyRegexOutput> {
        do {
            return try Regex(text).matchingSemantics(.unicodeScalar)
        } catch {
            throw .request(name: request, problem: "“\(text)” is no regular expression: \(error)")
        }
    }

    /// The text that stands in for values, for the sets that it needs.
    var program: TemplateProgram? {
        switch rule {
        case .equals(let program), .contains(let program), .matchesProgram(let program): program
        case .matches, .compares, .exists: nil
        }
    }

    /// Whether it asks only that something is there, or not there; `nil`: it asks for more.
    var presence: Bool? { if case .exists(let wanted) = rule { wanted } else { nil } }

    /// Whether a text that is there is as it must be.
    func holds(_ text: UnsafeRawBufferPointer, _ renderer: TemplateRenderer, _ values: inout TemplateValues) -> Bool {
        switch rule {
        case .equals(let program): return text.elementsEqual(renderer.text(program, &values))
        case .contains(let program): return text.holds(renderer.text(program, &values))
        case .matches(let expression): return Self.matches(text, expression)
        case .matchesProgram(let program):
            let source = String(decoding: renderer.text(program, &values), as: UTF8.self)
            guard let expression = try? Self.expression(source, request: "") else { return false }
            return Self.matches(text, expression)
        case .compares(let comparison, let number):
            guard let value = Self.number(text) else { return false }
            return Self.compare(value, comparison, number)
        case .exists(let wanted): return wanted
        }
    }

    /// The same of a member of a JSON text: numbers are equal as numbers, and an array contains its elements.
    func holds(_ value: JSONValue, _ renderer: TemplateRenderer, _ values: inout TemplateValues) -> Bool {
        switch rule {
        case .equals(let program) where value.kind == .number:
            let wanted = renderer.text(program, &values)
            if value.raw.elementsEqual(wanted) { return true }
            return wanted.withUnsafeBytes { Self.number($0).map { $0 == Self.number(value.raw) } ?? false }
        case .contains(let program) where value.kind == .array:
            let wanted = renderer.text(program, &values)
            return value.elements.contains { $0.text == wanted }
        default: return value.text.withUnsafeBytes { holds($0, renderer, &values) }
        }
    }

    private static func matches(_ text: UnsafeRawBufferPointer, _ expression: Regex<AnyRegexOutput>) -> Bool {
        ((try? expression.firstMatch(in: String(decoding: text, as: UTF8.self))) ?? nil) != nil
    }

    private static func number(_ text: UnsafeRawBufferPointer) -> Double? {
        Double(String(decoding: KeptResponse.trimmed(text), as: UTF8.self))
    }

    private static func compare(_ value: Double, _ comparison: RequestSpec.Expectation.Comparison, _ number: Double) -> Bool {
        switch comparison {
        case .below: value < number
        case .atMost: value <= number
        case .above: value > number
        case .atLeast: value >= number
        case .equal: value == number
        case .unequal: value != number
        }
    }
}
