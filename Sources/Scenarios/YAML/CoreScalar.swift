/// A scalar resolved by the core schema of YAML 1.2 (chapter 10.3 of the specification): `no`, `on` and `off` are strings,
/// `010` is ten, `0o10` is eight.
enum CoreScalar: Hashable {
    case null
    case boolean(Bool)
    /// Decimal digits without leading zeros, `-` before a negative; of any size.
    case integer(String)
    /// Digits of a JSON number, `inf`, `-inf` or `nan`.
    case real(String)
    case string

    init(_ scalar: ScalarText) {
        guard scalar.isPlain else {
            self = .string
            return
        }
        // Only a value that is left out is null; a variable that is empty is empty text.
        if scalar.text.isEmpty, scalar.hasVariables {
            self = .string
        } else {
            self = Self.resolve(scalar.text)
        }
    }

    static func resolve(_ text: String) -> CoreScalar {
        switch text {
        case "", "~", "null", "Null", "NULL": .null
        case "true", "True", "TRUE": .boolean(true)
        case "false", "False", "FALSE": .boolean(false)
        case ".nan", ".NaN", ".NAN": .real("nan")
        default: number(text) ?? .string
        }
    }

    private static func number(_ text: String) -> CoreScalar? {
        if text.hasPrefix("0o") { return radix(text.dropFirst(2), 8) }
        if text.hasPrefix("0x") { return radix(text.dropFirst(2), 16) }
        var rest = Substring(text)
        let sign = rest.first == "-" ? "-" : ""
        if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
        if [".inf", ".Inf", ".INF"].contains(rest) { return .real(sign + "inf") }

        let whole = digits(&rest)
        var fraction: Substring?
        if rest.first == "." {
            rest.removeFirst()
            fraction = digits(&rest)
        }
        guard !whole.isEmpty || fraction?.isEmpty == false else { return nil }
        var exponent = ""
        if rest.first == "e" || rest.first == "E" {
            rest.removeFirst()
            let exponentSign = rest.first == "-" || rest.first == "+" ? String(rest.removeFirst()) : ""
            let power = digits(&rest)
            guard !power.isEmpty else { return nil }
            exponent = "e\(exponentSign)\(power)"
        }
        guard rest.isEmpty else { return nil }
        let canonical = withoutLeadingZeros(whole)
        if fraction == nil, exponent.isEmpty { return .integer(canonical == "0" ? "0" : sign + canonical) }
        let decimals = fraction.map { $0.isEmpty ? ".0" : ".\($0)" } ?? ""
        return .real(sign + canonical + decimals + exponent)
    }

    private static func digits(_ text: inout Substring) -> Substring {
        let run = text.prefix { $0.isASCII && $0.isWholeNumber }
        text = text.dropFirst(run.count)
        return run
    }

    private static func withoutLeadingZeros(_ digits: Substring) -> String {
        let significant = digits.drop { $0 == "0" }
        return significant.isEmpty ? "0" : String(significant)
    }

    private static func radix(_ digits: Substring, _ radix: Int) -> CoreScalar? {
        // A sign behind the prefix is text, and so is a number that no setting and no JSON reader could take.
        guard digits.first?.isHexDigit == true, let value = UInt64(digits, radix: radix) else { return nil }
        return .integer(String(value))
    }
}
