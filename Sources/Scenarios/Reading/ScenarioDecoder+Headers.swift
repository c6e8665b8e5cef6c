/// Headers of requests.
extension ScenarioDecoder {
    /// Headers that say how a message is framed or a connection kept: Seep's own, for a wrong one would garble the exchange.
    private static let ownHeaders = ["connection", "content-length", "expect", "transfer-encoding", "upgrade"]

    /// - Parameters:
    ///   - owner: `headers` of what, for messages.
    ///   - texts: of the request, or of all requests.
    /// - Returns: with values that are texts of ``RequestTemplate``.
    func headers(_ value: YAMLValue, _ owner: String, _ texts: RequestTexts) -> [HTTPSettings.Header] {
        guard let members = diagnostics.members(value, owner, expected: "a map of names and values") else { return [] }
        var seen: Set<String> = []
        var headers: [HTTPSettings.Header] = []
        for member in members {
            guard checkHeaderName(member.key, at: member.keyPlace, isSent: true) else { continue }
            guard seen.insert(member.key.lowercased()).inserted else {
                diagnostics.report(member.keyPlace, "the header is given twice", help: "names of headers do not differ by case")
                continue
            }
            let values: [YAMLValue] = if case .sequence(let values) = member.value.content { values } else { [member.value] }
            for value in values {
                if let text = headerValue(value, owner, texts) { headers.append(HTTPSettings.Header(name: member.key, value: text)) }
            }
        }
        return headers
    }

    /// - Parameter isSent: by us, as opposed to a header of a response.
    func checkHeaderName(_ name: String, at place: Place, isSent: Bool) -> Bool {
        let isToken = !name.isEmpty && name.utf8.allSatisfy(Self.isTokenByte)
        if !isToken {
            diagnostics.report(
                place, "this cannot be the name of a header", expected: "letters, digits and the characters !#$%&'*+-.^_`|~")
            return false
        }
        guard !isSent || !Self.ownHeaders.contains(name.lowercased()) else {
            diagnostics.report(
                place, "`\(name)` is set by Seep itself", help: name.lowercased() == "connection" ? "see `http.reuse`" : "leave it out")
            return false
        }
        return true
    }

    private func headerValue(_ value: YAMLValue, _ owner: String, _ texts: RequestTexts) -> String? {
        guard let template = texts.template(value, owner, expected: "the header's value", use: .header) else { return nil }
        guard String(decoding: template.literal, as: UTF8.self).isOneLine else {
            diagnostics.report(
                value.place, "the header's value holds a line break or another control character", expected: "one line of text")
            return nil
        }
        return template.writtenText
    }

    /// A byte of a token of RFC 9110, section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

extension HTTPSettings {
    /// Takes out the headers that have placeholders, with all their values, and makes the texts of the others final.
    ///
    /// What is taken is to be among the headers of each request that has none of that name.
    mutating func takeTemplates() -> [Header] {
        let templates = headers.map { try? RequestTemplate($0.value) }
        let names = Set(zip(headers, templates).filter { $1?.hasPlaceholders == true }.map { $0.0.name })
        let taken = headers.filter { names.contains($0.name) }
        headers = zip(headers, templates).filter { !names.contains($0.0.name) }.map { header, template in
            Header(name: header.name, value: template.map { String(decoding: $0.literal, as: UTF8.self) } ?? header.value)
        }
        return taken
    }
}

extension String {
    /// Whether no control character but a tab is in it.
    var isOneLine: Bool { unicodeScalars.allSatisfy { $0 == "\t" || $0.properties.generalCategory != .control } }
}
