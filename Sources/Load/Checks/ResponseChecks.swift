import LinuxIO
import Measurements
import Scenarios

/// What a response must be beyond a fixed status, and what is captured of it; made ready before the load.
///
/// Used off the path of plain requests: it may allocate.
final class ResponseChecks {
    private enum Source {
        case json(JSONPath)
        case header([UInt8])
        case match(Regex<AnyRegexOutput>)
    }

    private let status: TemplateProgram?
    private let headers: [(name: [UInt8], check: CompiledCheck)]
    private let body: [CompiledCheck]
    private let json: [(path: JSONPath, check: CompiledCheck)]
    /// Nanoseconds.
    private let within: Int64?
    private let captures: [(number: Int?, source: Source)]
    /// The end that is wanted in place of a response.
    let end: Outcome?
    /// What is to be kept of the response.
    let keeps: ResponseParts
    /// Data sets that the checks take values from.
    let sets: [Int]

    /// - Parameter numbers: of the captures, in their order; `nil` outside flows, where nobody uses them.
    init(_ spec: RequestSpec, names: TemplateNames, captures numbers: [Int]?) throws(LoadError) {
        let expect = spec.expect
        let compile = { (check: RequestSpec.Expectation.Check) throws(LoadError) in
            try CompiledCheck(check, isTemplated: spec.isTemplated, names: names, request: spec.name)
        }
        var programs: [TemplateProgram] = []
        if case .template(let text) = expect.status {
            let program = try TemplateProgram(text, isTemplated: true, names: names, request: spec.name)
            programs.append(program)
            status = program
        } else {
            status = nil
        }
        var headers: [(name: [UInt8], check: CompiledCheck)] = []
        for named in expect.headers { headers.append((Array(named.name.lowercased().utf8), try compile(named.check))) }
        var body: [CompiledCheck] = []
        for check in expect.body { body.append(try compile(check)) }
        var json: [(path: JSONPath, check: CompiledCheck)] = []
        for named in expect.json { json.append((JSONPath(named.name), try compile(named.check))) }
        var captures: [(number: Int?, source: Source)] = []
        for (index, capture) in spec.captures.enumerated() {
            captures.append((numbers?[index], try Self.source(capture.source, request: spec.name)))
        }
        self.headers = headers
        self.body = body
        self.json = json
        self.captures = captures
        within = expect.within?.nanosecondsRounded
        end = expect.end.map { Outcome($0) }
        let fromHeader = captures.contains { if case .header = $0.source { true } else { false } }
        let fromBody = captures.contains { if case .header = $0.source { false } else { true } }
        var keeps: ResponseParts = []
        if !headers.isEmpty || fromHeader { keeps.insert(.headers) }
        if expect.needsBody || fromBody { keeps.insert(.body) }
        self.keeps = keeps
        programs += (headers.map(\.check) + body + json.map(\.check)).compactMap(\.program)
        sets = programs.flatMap(\.sets)
    }

    private static func source(_ source: RequestSpec.Capture.Source, request: String) throws(LoadError) -> Source {
        switch source {
        case .json(let path): .json(JSONPath(path))
        case .header(let name): .header(Array(name.lowercased().utf8))
        case .match(let text): .match(try CompiledCheck.expression(text, request: request))
        }
    }

    /// The first check that fails, when the response is whole; captures what is to be captured when none does.
    ///
    /// - Parameter status: whether a fixed status is as wanted.
    /// - Parameter service: nanoseconds.
    func firstFailed(
        _ response: KeptResponse, statusIsWanted: Bool, service: Int64, _ renderer: TemplateRenderer, _ values: inout TemplateValues
    ) -> FailedCheck.Kind? {
        if let status {
            guard Self.statuses(renderer.text(status, &values)).contains(response.status) else { return .status }
        } else if !statusIsWanted {
            return .status
        }
        for (name, check) in headers where !holds(check, header: name, of: response, renderer, &values) { return .header }
        if !keeps.isDisjoint(with: .body), response.body == nil { return body.isEmpty ? json.isEmpty ? .capture : .json : .body }
        let content = response.body ?? UnsafeRawBufferPointer(start: nil, count: 0)
        for check in body {
            // An empty body is one that is not there.
            if let wanted = check.presence {
                guard wanted != content.isEmpty else { return .body }
            } else if !check.holds(content, renderer, &values) {
                return .body
            }
        }
        for (path, check) in json {
            let value = path.find(in: content)
            guard let value else {
                if check.presence == false { continue }
                return .json
            }
            guard check.holds(value, renderer, &values) else { return .json }
        }
        if let within, service > within { return .time }
        for (number, source) in captures {
            guard let found = Self.find(source, in: response, content) else { return .capture }
            if let number { values.virtualUser?.captures[number] = found }
        }
        return nil
    }

    /// `404`, or several with commas between; what is no number wants nothing.
    private static func statuses(_ text: [UInt8]) -> [Int] {
        text.split { $0 == 0x2C || $0 == 0x20 }.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
    }

    /// Of several headers of the name one that is as it must be is enough.
    private func holds(
        _ check: CompiledCheck, header name: [UInt8], of response: KeptResponse, _ renderer: TemplateRenderer,
        _ values: inout TemplateValues
    ) -> Bool {
        var isThere = false
        var holds = false
        response.forEachValue(of: name) { value in
            isThere = true
            holds = check.holds(value, renderer, &values)
            return holds
        }
        return check.presence == false ? !isThere : holds
    }

    /// `nil`: nothing to capture, which an empty text and a null of JSON are too.
    private static func find(_ source: Source, in response: KeptResponse, _ body: UnsafeRawBufferPointer) -> [UInt8]? {
        var found: [UInt8] = []
        switch source {
        case .json(let path):
            guard let value = path.find(in: body), !value.isNull else { return nil }
            found = value.text
        case .header(let name):
            response.forEachValue(of: name) { value in
                found = Array(value)
                return true
            }
        case .match(let expression):
            guard let match = try? expression.firstMatch(in: String(decoding: body, as: UTF8.self)) else { return nil }
            let group = match.output.count > 1 ? match.output[1].substring : match.output[0].substring
            found = Array((group ?? "").utf8)
        }
        return found.isEmpty ? nil : found
    }
}

extension Outcome {
    init(_ end: RequestSpec.Expectation.End) {
        switch end {
        case .timeout: self = .timeout
        case .cut: self = .cut
        case .garbled: self = .garbled
        case .refused: self = .refused
        case .unreachable: self = .unreachable
        }
    }
}
