import Scenarios

/// What a scenario sends, in lines for people; of a scenario without secrets.
enum RequestWords {
    private static let indent = String(repeating: " ", count: 16)

    /// A line for each data file, and one for what is set of `http` beyond its defaults.
    static func head(_ scenario: Scenario) -> [String] {
        var lines = scenario.data.map { set in
            "  data        \(set.name): \(set.rowCount) row\(set.rowCount == 1 ? "" : "s") of \(set.file), \(words(set.pick)): "
                + set.columns.joined(separator: ", ")
        }
        let http = http(scenario.http)
        if !http.isEmpty { lines.append("  http        " + http.joined(separator: "; ")) }
        return lines
    }

    /// The lines of an entry of `requests`: its share, then its steps when it is a flow.
    ///
    /// - Parameter share: how many of a dose; `nil` where the dose is not known.
    static func entry(_ request: RequestSpec, share: Int?) -> [String] {
        let share = share.map { "\($0) × " } ?? (request.weight == 1 ? "" : "weight \(request.weight) × ")
        guard let flow = request.flow else { return [indent + share + request.name + details(request)] }
        let count = flow.requests.count
        let lead = "\(indent)\(share)\(request.name): a flow of \(count) request\(count == 1 ? "" : "s")"
        return [lead] + flow.before.map { part($0, "once") } + flow.steps.enumerated().map { part($1, "\($0 + 1)") }
    }

    private static func part(_ part: RequestSpec.Flow.Part, _ number: String) -> String {
        let lead = "\(indent)    \(number)  "
        switch part {
        case .request(let request): return lead + request.name + details(request)
        case .think(let from, let to):
            let range = from == to ? "" : " to \(DurationText.string(to))"
            return "\(lead)a pause of \(DurationText.string(from))\(range)"
        }
    }

    private static func words(_ pick: DataSet.Pick) -> String {
        switch pick {
        case .inOrder: "in order"
        case .shuffled: "shuffled"
        case .once: "each once"
        }
    }

    private static func http(_ http: HTTPSettings) -> [String] {
        var words: [String] = []
        switch http.reuse {
        case .always: break
        case .never: words.append("a connection for each request")
        case .requests(let count): words.append("a connection for each \(count) requests")
        }
        switch http.auth {
        case .basic(let user, _): words.append("as the user \(user)")
        case .bearer: words.append("with a token")
        case nil: break
        }
        if let proxy = http.proxy { words.append("through \(proxy)") }
        if let socket = http.socket { words.append("over the socket \(socket.text)") }
        if let path = http.tls.authorities { words.append("believing \(path)") }
        if !http.tls.verify { words.append("believing any certificate") }
        if let path = http.tls.certificate { words.append("showing \(path)") }
        return words
    }

    private static func details(_ request: RequestSpec) -> String {
        var words: [String] = []
        if request.follow > 0 { words.append("follows up to \(request.follow)") }
        words += expectations(request.expect)
        if let hangUp = request.hangUp { words.append(self.words(hangUp)) }
        if let rate = request.readRate { words.append("reads \(ByteText.string(rate))/s") }
        if let timeout = request.timeout { words.append("times out after \(DurationText.string(timeout))") }
        if !request.captures.isEmpty { words.append("captures \(request.captures.map(\.name).joined(separator: ", "))") }
        return words.isEmpty ? "" : " (\(words.joined(separator: "; ")))"
    }

    private static func words(_ hangUp: RequestSpec.HangUp) -> String {
        let moment =
            switch hangUp.moment {
            case .headers: "after the headers"
            case .bytes(let count): "after \(ByteText.string(count))"
            case .time(let time): "after \(DurationText.string(time))"
            case .beforeResponse: "before the response"
            }
        switch hangUp.how {
        case .close: return "hangs up \(moment)"
        case .reset: return "resets \(moment)"
        case .halfClose: return "closes its half \(moment)"
        }
    }

    // MARK: Expectations

    /// What is wanted beyond a status from 200 to 399.
    private static func expectations(_ expect: RequestSpec.Expectation) -> [String] {
        if let end = expect.end { return ["expects \(end.rawValue)"] }
        var wanted: [String] = []
        switch expect.status {
        case .success: break
        case .exactly(let statuses): wanted.append(statuses.map(String.init).joined(separator: " or "))
        case .template(let text): wanted.append(text)
        }
        wanted += expect.headers.map { "\($0.name) \(words($0.check))" }
        wanted += expect.body.map { "a body that \(words($0))" }
        wanted += expect.json.map { "\($0.name) \(words($0.check))" }
        if let within = expect.within { wanted.append("within \(DurationText.string(within))") }
        return wanted.isEmpty ? [] : ["expects \(wanted.joined(separator: ", "))"]
    }

    private static func words(_ check: RequestSpec.Expectation.Check) -> String {
        switch check {
        case .equals(let text): "is “\(shown(text))”"
        case .contains(let text): "contains “\(shown(text))”"
        case .matches(let pattern): "matches “\(shown(pattern))”"
        case .compares(let comparison, let number):
            "\(comparison.rawValue) \(number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number))"
        case .exists(let exists): exists ? "is there" : "is not there"
        }
    }

    /// One line of a text, and of a long one its beginning.
    private static func shown(_ text: String) -> String {
        let line = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }.joined()
        return line.count > 60 ? line.prefix(59) + "…" : line
    }
}
