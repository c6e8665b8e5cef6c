/// Reads a threshold.
///
///     threshold   = metric [ "{" request "}" ] comparison value [ "for" duration ]
///     metric      = ( "latency" | "service" ) "." ( "p50" | "p95" | "p99" | "max" )
///                 | "errors.rate" | "requests.rate" | "dropped"
///                 | "sessions." [ ( "active" | "idle" | "idle_in_transaction" ) "." ] "max" | "sessions.floor"
///     request     = the name of a request; all up to the last "}"
///     comparison  = "<" | "<=" | ">" | ">=" | "==" | "!="
///     value       = duration for latency and service; share ("1%", "0.01") for errors.rate; rate ("50/s", "50") for requests.rate;
///                   whole number for the rest
///     duration    = as everywhere: "400ms", "1.5s", "2m"
///
/// Words may have blanks between them; a braced request only belongs to a metric of the load, and `sessions.floor` has no `for`.
package enum ThresholdParser {
    /// What is wrong, and where.
    package struct Problem: Error, Hashable {
        package var message: String
        package var expected: String?
        package var help: String?
        /// In Unicode scalars from the beginning of the text.
        package var offset: Int
    }

    private static let lengths: ClosedRange<Duration> = .seconds(1)...(.seconds(86_400))
    private static let comparisons = Threshold.Comparison.allCases.map(\.rawValue)

    package static func parse(_ text: String) throws(Problem) -> Threshold {
        var scanner = Scanner(text)
        let metric = try metric(&scanner)
        let request = try request(&scanner, metric)
        let comparison = try comparison(&scanner)
        let limit = try value(&scanner, of: metric)
        let sustained = try sustained(&scanner, metric)
        let words = [
            metric.name + (request.map { "{\($0.text)}" } ?? ""), comparison.rawValue, limit.text, sustained.map { "for \($0.text)" },
        ]
        return Threshold(
            text: words.compactMap { $0 }.joined(separator: " "), metric: metric, request: request?.text, comparison: comparison,
            limit: limit.value, sustained: sustained?.duration)
    }

    private static func metric(_ scanner: inout Scanner) throws(Problem) -> ThresholdMetric {
        let word = scanner.take { !" \t\n{<>=!".unicodeScalars.contains($0) }
        if let metric = ThresholdMetric.all.first(where: { $0.name == word.text }) { return metric }
        let names = ThresholdMetric.all.map(\.name)
        throw Problem(
            message: word.text.isEmpty ? "a threshold begins with a figure" : "`\(SecretText.masking(word.text))` is no figure of a run",
            expected: "one of \(names.quotedList)",
            help: Suggestion.nearest(to: word.text, among: names).map { "did you mean `\($0)`?" }, offset: word.offset)
    }

    private static func request(_ scanner: inout Scanner, _ metric: ThresholdMetric) throws(Problem) -> Scanner.Word? {
        guard scanner.peek == "{" else { return nil }
        let offset = scanner.offset
        guard let name = scanner.takeBraced() else {
            throw Problem(
                message: "the request's name is not closed by `}`", expected: "`\(metric.name){name of a request}`", offset: offset)
        }
        guard metric.isOfLoad else {
            throw Problem(
                message: "`\(metric.name)` is not that of a request", expected: "`\(metric.name)` without braces",
                help: "whose sessions they are, `database.sessions` says", offset: offset)
        }
        return name
    }

    private static func comparison(_ scanner: inout Scanner) throws(Problem) -> Threshold.Comparison {
        let word = scanner.take { "<>=!".unicodeScalars.contains($0) }
        if let comparison = Threshold.Comparison(rawValue: word.text) { return comparison }
        throw Problem(
            message: word.text.isEmpty ? "a comparison is missing" : "`\(word.text)` is no comparison",
            expected: "one of \(comparisons.quotedList)", help: word.text == "=" ? "did you mean `==`?" : nil, offset: word.offset)
    }

    private static func value(_ scanner: inout Scanner, of metric: ThresholdMetric) throws(Problem) -> (text: String, value: Double) {
        let word = scanner.takeWord()
        func problem(_ expected: String, help: String? = nil) -> Problem {
            Problem(
                message: word.text.isEmpty
                    ? "a value to compare with is missing"
                    : "`\(SecretText.masking(word.text))` is not what `\(metric.name)` is compared with",
                expected: expected, help: help, offset: word.offset)
        }
        switch metric.unit {
        case .milliseconds:
            guard let duration = DurationText.parse(word.text) else {
                throw problem("a duration like `400ms`", help: Double(word.text) == nil ? nil : "give a unit: `ms`, `s`, `m` or `h`")
            }
            return (word.text, duration / .milliseconds(1))
        case .share:
            let isPercent = word.text.hasSuffix("%")
            guard let number = RateText.decimal(isPercent ? word.text.dropLast() : word.text[...]), number <= (isPercent ? 100 : 1) else {
                throw problem("a share like `1%` or `0.01`")
            }
            return (word.text, isPercent ? number / 100 : number)
        case .perSecond:
            guard let rate = RateText.parse(word.text) else { throw problem("a rate like `50/s`") }
            return (word.text, rate)
        case .count:
            guard case .integer(let digits) = CoreScalar.resolve(word.text), let count = Int(digits), (0...1_000_000_000).contains(count)
            else { throw problem("a whole number") }
            return (word.text, Double(count))
        }
    }

    private static func sustained(
        _ scanner: inout Scanner, _ metric: ThresholdMetric
    ) throws(Problem) -> (text: String, duration: Duration)? {
        let word = scanner.takeWord()
        guard !word.text.isEmpty else { return nil }
        guard word.text == "for" else {
            throw Problem(
                message: "`\(SecretText.masking(word.text))` is too much", expected: "the end, or `for` and a duration", offset: word.offset
            )
        }
        if metric == .sessionsFloor {
            throw Problem(
                message: "`sessions.floor` has no `for`",
                help: "it is read once, at the end of each settle; `sessions.max` is read in every sample",
                offset: word.offset)
        }
        let length = scanner.takeWord()
        guard let duration = DurationText.parse(length.text), lengths.contains(duration) else {
            throw Problem(
                message: length.text.isEmpty ? "how long is missing" : "`\(SecretText.masking(length.text))` is no such duration",
                expected: "a duration from 1s to 24h", offset: length.offset)
        }
        let rest = scanner.takeWord()
        guard rest.text.isEmpty else {
            throw Problem(message: "`\(SecretText.masking(rest.text))` is too much", expected: "the end", offset: rest.offset)
        }
        return (length.text, duration)
    }

    /// Goes over the text word by word.
    private struct Scanner {
        struct Word {
            var text: String
            var offset: Int
        }

        private let scalars: [Unicode.Scalar]
        private(set) var offset = 0

        init(_ text: String) { scalars = Array(text.unicodeScalars) }

        private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { " \t\r\n".unicodeScalars.contains(scalar) }

        private mutating func skipBlanks() {
            while offset < scalars.count, Self.isBlank(scalars[offset]) { offset += 1 }
        }

        var peek: Unicode.Scalar? {
            mutating get {
                skipBlanks()
                return offset < scalars.count ? scalars[offset] : nil
            }
        }

        mutating func take(while belongs: (Unicode.Scalar) -> Bool) -> Word {
            skipBlanks()
            let start = offset
            while offset < scalars.count, belongs(scalars[offset]) { offset += 1 }
            return Word(text: Self.string(scalars[start..<offset]), offset: start)
        }

        mutating func takeWord() -> Word { take { !Self.isBlank($0) } }

        /// What stands up to the last closing brace; names may hold braces, and what follows does not.
        mutating func takeBraced() -> Word? {
            guard let end = scalars.lastIndex(of: "}"), end > offset else { return nil }
            let word = Word(text: Self.string(scalars[(offset + 1)..<end]), offset: offset + 1)
            offset = end + 1
            return word
        }

        private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            return String(text)
        }
    }
}
