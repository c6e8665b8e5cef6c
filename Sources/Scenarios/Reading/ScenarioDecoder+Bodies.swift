/// Bodies of requests.
extension ScenarioDecoder {
    private static let kinds = ["body", "json", "form", "multipart"]

    /// `body`, `json`, `form` or `multipart`, of which one at most is given.
    func body(_ map: MapReader, _ texts: RequestTexts) -> RequestSpec.Body? {
        let given = Self.kinds.filter(map.has)
        if let other = given.dropFirst().first {
            diagnostics.report(map.keyPlace(other), "a request has one body, and `\(given[0])` is given")
        }
        guard let key = given.first, let value = map[key] else { return nil }
        switch key {
        case "body":
            if case .mapping = value.content { return bodyOfFile(value) }
            return texts.template(value, "a request's `body`", expected: "text, or `{file: path}`").map {
                RequestSpec.Body(bytes: $0.written, contentType: nil)
            }
        case "json":
            var writer = JSONWriter(texts, diagnostics: diagnostics)
            writer.write(value)
            return RequestSpec.Body(bytes: writer.template.written, contentType: "application/json", encoding: .json)
        case "form":
            return form(value, texts).map {
                RequestSpec.Body(bytes: $0.written, contentType: "application/x-www-form-urlencoded", encoding: .form)
            }
        default:
            return multipart(value, texts)
        }
    }

    private func bodyOfFile(_ value: YAMLValue) -> RequestSpec.Body? {
        guard let map = MapReader(value, .bodyFile, diagnostics) else { return nil }
        let type = map["type"].flatMap(contentType)
        guard let file = map.required("file", expected: "the path of a file"), let (path, bytes) = content(of: file) else { return nil }
        return RequestSpec.Body(bytes: bytes, contentType: type, file: path)
    }

    /// Path and bytes of a file that is sent.
    private func content(of value: YAMLValue) -> (path: String, bytes: [UInt8])? {
        guard let path = filePath(value, "`file`", expected: "the path of a file") else { return nil }
        switch ScenarioFiles.bytes(of: ScenarioFiles.absolute(path, in: folder)) {
        case .success(let bytes): return (path, bytes)
        case .failure(let problem):
            diagnostics.report(value.place, "what `file` names cannot be taken: \(problem.message)", expected: problem.expected)
            return nil
        }
    }

    private func contentType(_ value: YAMLValue) -> String? {
        guard let type = diagnostics.text(value, "`type`", expected: "a content type, like `image/png`") else { return nil }
        if value.scalar?.isUnknown == true { return type }
        guard type.contains("/"), type.isOneLine, type.allSatisfy(\.isASCII) else {
            diagnostics.report(value.place, "`type` is no content type", expected: "a content type, like `image/png`")
            return nil
        }
        return type
    }

    // MARK: Forms

    private func form(_ value: YAMLValue, _ texts: RequestTexts) -> RequestTemplate? {
        guard let members = diagnostics.members(value, "a request's `form`", expected: "a map of names and values") else { return nil }
        var pieces: [RequestTemplate.Piece] = []
        for member in members {
            let key = ScalarText(member.key, isPlain: false)
            guard let name = texts.template(key, at: member.keyPlace, "a request's `form`") else { continue }
            let values: [YAMLValue] = if case .sequence(let values) = member.value.content { values } else { [member.value] }
            for value in values {
                let expected = "text, a number, or a list of them"
                guard let template = texts.template(value, "a request's `form`", expected: expected) else { continue }
                if !pieces.isEmpty { pieces.append(.text("&")) }
                pieces += encoded(name) + [.text("=")] + encoded(template)
            }
        }
        return RequestTemplate(pieces: pieces)
    }

    private func encoded(_ template: RequestTemplate) -> [RequestTemplate.Piece] {
        template.pieces.map { piece in
            if case .text(let text) = piece { .text(String(decoding: FormEncoding.encode(text), as: UTF8.self)) } else { piece }
        }
    }

    // MARK: Multipart

    private func multipart(_ value: YAMLValue, _ texts: RequestTexts) -> RequestSpec.Body? {
        let expected = "a map of names and texts, or files like `{file: picture.png, type: image/png}`"
        guard let members = diagnostics.members(value, "a request's `multipart`", expected: expected) else { return nil }
        if members.isEmpty { diagnostics.report(value.place, "`multipart` is empty", expected: expected) }
        var body = MultipartBody()
        for member in members {
            let values: [YAMLValue] = if case .sequence(let values) = member.value.content { values } else { [member.value] }
            for value in values {
                if case .mapping = value.content {
                    if let part = filePart(value, name: member.key) { body.parts.append(part) }
                } else if let template = texts.template(value, "a request's `multipart`", expected: "text, a file, or a list of them") {
                    body.parts.append(MultipartBody.Part(name: member.key, content: template.pieces))
                }
            }
        }
        guard body.size <= ScenarioFiles.sizeLimit else {
            diagnostics.report(value.place, "`multipart` has \(body.size) bytes", expected: "at most \(ScenarioFiles.sizeLimit)")
            return nil
        }
        return body.encoded
    }

    private func filePart(_ value: YAMLValue, name: String) -> MultipartBody.Part? {
        guard let map = MapReader(value, .part, diagnostics) else { return nil }
        let type = map["type"].flatMap(contentType)
        let shown = map["name"].flatMap { diagnostics.text($0, "`name`", expected: "the file's name, as the server is told it") }
        guard let file = map.required("file", expected: "the path of a file"), let (path, bytes) = content(of: file) else { return nil }
        let last = path.split(separator: "/").last.map(String.init) ?? path
        return MultipartBody.Part(name: name, file: shown ?? last, type: type ?? "application/octet-stream", content: [.bytes(bytes)])
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
