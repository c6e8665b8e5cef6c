/// Headers and bodies of requests.
extension ScenarioDecoder {
    /// Headers that say how a message is framed or a connection kept: Seep's own, for a wrong one would garble the exchange.
    private static let ownHeaders = ["connection", "content-length", "expect", "transfer-encoding", "upgrade"]

    /// - Parameter owner: `headers` of what, for messages.
    func headers(_ value: YAMLValue, _ owner: String) -> [HTTPSettings.Header] {
        guard let members = diagnostics.members(value, owner, expected: "a map of names and values") else { return [] }
        var seen: Set<String> = []
        var headers: [HTTPSettings.Header] = []
        for member in members {
            guard checkHeaderName(member.key, at: member.keyPlace) else { continue }
            guard seen.insert(member.key.lowercased()).inserted else {
                diagnostics.report(member.keyPlace, "the header is given twice", help: "names of headers do not differ by case")
                continue
            }
            let values: [YAMLValue] = if case .sequence(let values) = member.value.content { values } else { [member.value] }
            for value in values {
                if let text = headerValue(value) { headers.append(HTTPSettings.Header(name: member.key, value: text)) }
            }
        }
        return headers
    }

    private func checkHeaderName(_ name: String, at place: Place) -> Bool {
        let isToken = !name.isEmpty && name.utf8.allSatisfy(Self.isTokenByte)
        if !isToken {
            diagnostics.report(
                place, "this cannot be the name of a header", expected: "letters, digits and the characters !#$%&'*+-.^_`|~")
            return false
        }
        guard !Self.ownHeaders.contains(name.lowercased()) else {
            diagnostics.report(
                place, "`\(name)` is set by Seep itself", help: name.lowercased() == "connection" ? "see `http.reuse`" : "leave it out")
            return false
        }
        return true
    }

    private func headerValue(_ value: YAMLValue) -> String? {
        guard let text = diagnostics.text(value, "a request's header", expected: "the header's value") else { return nil }
        let isRight = text.unicodeScalars.allSatisfy { $0 == "\t" || $0.properties.generalCategory != .control }
        guard isRight else {
            diagnostics.report(
                value.place, "the header's value holds a line break or another control character", expected: "one line of text")
            return nil
        }
        return text
    }

    /// A byte of a token of RFC 9110, section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// `body`, `json` or `form`, of which one at most is given.
    func body(_ map: MapReader) -> RequestSpec.Body? {
        let given = ["body", "json", "form"].filter(map.has)
        if let other = given.dropFirst().first {
            diagnostics.report(map.keyPlace(other), "a request has one body, and `\(given[0])` is given")
        }
        guard let key = given.first, let value = map[key] else { return nil }
        switch key {
        case "body":
            return diagnostics.text(value, "a request's `body`").map { RequestSpec.Body(bytes: Array($0.utf8), contentType: nil) }
        case "json":
            var writer = JSONWriter(diagnostics: diagnostics)
            writer.write(value)
            return RequestSpec.Body(bytes: writer.bytes, contentType: "application/json")
        default:
            return form(value).map { RequestSpec.Body(bytes: $0, contentType: "application/x-www-form-urlencoded") }
        }
    }

    private func form(_ value: YAMLValue) -> [UInt8]? {
        guard let members = diagnostics.members(value, "a request's `form`", expected: "a map of names and values") else { return nil }
        var pairs: [[UInt8]] = []
        for member in members {
            guard let name = diagnostics.literal(ScalarText(member.key, isPlain: false), at: member.keyPlace, "a request's `form`") else {
                continue
            }
            let values: [YAMLValue] = if case .sequence(let values) = member.value.content { values } else { [member.value] }
            for value in values {
                if let text = diagnostics.text(value, "a request's `form`", expected: "text, a number, or a list of them") {
                    pairs.append(FormEncoding.encode(name) + [UInt8(ascii: "=")] + FormEncoding.encode(text))
                }
            }
        }
        return Array(pairs.joined(separator: [UInt8(ascii: "&")]))
    }
}

/// `application/x-www-form-urlencoded` as the WHATWG URL standard has it: letters, digits and `*-._` stay, a space is `+`.
enum FormEncoding {
    static func encode(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                bytes.append(byte)
            case UInt8(ascii: " "): bytes.append(UInt8(ascii: "+"))
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return bytes
    }
}
