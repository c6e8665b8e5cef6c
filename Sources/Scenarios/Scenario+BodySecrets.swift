/// Strikes secrets out of bodies, as far as they are text.
struct BodyStriking {
    /// Strikes what is secret wherever it stands.
    let text: (String) -> String
    /// Strikes the values of parameters in `a=b&c=d` whose names say that they are secret.
    let parameters: (Substring) -> String

    /// What is kept of a body in a record; bodies with files in them can be as large as any file.
    private static let keptBytes = 1 << 16

    func body(_ body: RequestSpec.Body) -> RequestSpec.Body {
        var struck = body
        struck.file = body.file.map(text)
        guard !body.isLiteral else {
            struck.bytes = []
            return struck
        }
        let type = body.contentType ?? ""
        if type.hasPrefix("multipart/form-data") {
            struck.bytes = Array(multipart(body.bytes).prefix(Self.keptBytes))
            return struck
        }
        // Bytes that are no text hold no variable.
        guard let written = String(validating: body.bytes, as: UTF8.self) else { return body }
        let isForm = type == "application/x-www-form-urlencoded"
        struck.bytes = Array((isForm ? parameters(text(written)[...]) : members(text(written))).utf8)
        return struck
    }

    /// Strikes texts behind names that say that they are secret: `"password":"…"`, with or without spaces.
    private func members(_ json: String) -> String {
        json.replacing(/"((?:[^"\\]|\\.)*)"(\s*:\s*)"((?:[^"\\]|\\.)*)"/) { match in
            guard SecretText.isSecret(name: match.1) else { return String(match.0) }
            return "\"\(match.1)\"\(match.2)\"\(SecretText.struckOut)\""
        }
    }

    /// Parts in order, each begun by a line of the boundary; contents of parts with secret names are struck, and those of files that are
    /// no text are kept.
    private func multipart(_ bytes: [UInt8]) -> [UInt8] {
        let lineEnd: [UInt8] = [13, 10]
        guard let end = bytes.firstRange(of: lineEnd)?.lowerBound else { return bytes }
        let boundary = lineEnd + bytes[..<end]
        var parts: [[UInt8]] = []
        var rest = bytes[...]
        while let next = rest.dropFirst(1).firstRange(of: boundary) {
            parts.append(Array(rest[..<next.lowerBound]))
            rest = rest[next.lowerBound...]
        }
        return (parts + [Array(rest)]).flatMap(part)
    }

    private func part(_ bytes: [UInt8]) -> [UInt8] {
        guard let split = bytes.firstRange(of: [13, 10, 13, 10] as [UInt8]),
            let head = String(validating: bytes[..<split.lowerBound], as: UTF8.self),
            let name = head.firstMatch(of: /form-data; name="([^"]*)"/)
        else { return bytes }
        let start = Array(text(head).utf8) + bytes[split]
        if SecretText.isSecret(name: name.1) { return start + Array(SecretText.struckOut.utf8) }
        let content = bytes[split.upperBound...]
        return start + (String(validating: content, as: UTF8.self).map { Array(text($0).utf8) } ?? Array(content))
    }
}
