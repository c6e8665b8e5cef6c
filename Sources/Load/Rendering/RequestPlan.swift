import Curl
import Scenarios

/// A request whose bytes are another each time: taken apart before the load, put together for each send.
final class RequestPlan {
    /// A line of the header.
    struct Line {
        /// `Name: `
        let prefix: [UInt8]
        /// `nil`: the cookies of the virtual user.
        let value: TemplateProgram?
    }

    let spec: RequestSpec
    /// With the literal part of the target only.
    let url: RequestURL
    /// The host that cookies are for: that of the URL, or of a `Host` without placeholders.
    let cookieHost: String
    private let target: TemplateProgram
    /// In the order of the wire.
    private let lines: [Line]
    private let body: TemplateProgram?
    private let encoding: TemplateEncoding
    private let headers: [HTTPSettings.Header]
    private let version: HTTPSettings.Version
    private let looksIntoBody: Bool
    private let proxy: ProxyRoute?
    /// What a proxy wants before the target, and among the lines of the header, which libcurl sends by itself; empty: there is none.
    private let proxyPrefix: [UInt8]
    private let proxyLines: [UInt8]
    /// Data sets that it takes values from.
    let sets: [Int]

    /// - Parameter headers: as ``HeaderLines`` puts them together.
    /// - Parameter sendsCookies: those of the virtual user, unless a header of the request does.
    init(
        _ spec: RequestSpec, base: String, headers: [HTTPSettings.Header], version: HTTPSettings.Version, names: TemplateNames,
        sendsCookies: Bool, looksIntoBody: Bool, proxy: ProxyRoute?
    ) throws(LoadError) {
        self.spec = spec
        self.headers = headers
        self.version = version
        self.looksIntoBody = looksIntoBody
        self.proxy = proxy
        let compile = { (text: String) throws(LoadError) in
            try TemplateProgram(text, isTemplated: spec.isTemplated, names: names, request: spec.name)
        }
        let asked = try compile(spec.url)
        let (url, target) = try Self.split(asked, base: base, request: spec.name)
        self.url = url
        self.target = target
        let isForProxy = RequestHead.isForProxy(url, proxy)
        proxyPrefix = isForProxy ? Array("http://\(url.hostField)".utf8) : []
        let authorization = proxy?.authorization.map { "Proxy-Authorization: \($0)\r\n" } ?? ""
        proxyLines = isForProxy ? Array("\(authorization)Proxy-Connection: Keep-Alive\r\n".utf8) : []
        let isOwn = { (name: String) in spec.headers.contains { $0.name.lowercased() == name.lowercased() } }
        var lines: [Line] = []
        for header in headers where header.value != HeaderLines.none {
            let value = isOwn(header.name) ? try compile(header.value) : TemplateProgram(literal: header.value.utf8)
            lines.append(Line(prefix: Array("\(header.name): ".utf8), value: value))
        }
        if sendsCookies, !headers.contains(where: { $0.name.lowercased() == "cookie" }) {
            lines.append(Line(prefix: Array("Cookie: ".utf8), value: nil))
        }
        self.lines = Self.ordered(lines, headers: headers, host: url.hostField)
        let host = lines.first { String(decoding: $0.prefix, as: UTF8.self).lowercased() == "host: " && $0.value?.isLiteral == true }
        cookieHost = host?.value.map { Self.name(ofHostField: $0.literalText) } ?? url.host.lowercased()
        if let body = spec.body {
            self.body = try TemplateProgram(
                body.bytes, isTemplated: spec.isTemplated && !body.isLiteral, names: names, request: spec.name)
        } else {
            body = nil
        }
        switch spec.body?.encoding ?? .none {
        case .none: encoding = .none
        case .json: encoding = .json
        case .form: encoding = .form
        }
        sets = asked.sets + lines.flatMap { $0.value?.sets ?? [] } + (body?.sets ?? [])
    }

    /// The URL of the literal bytes, and the program of the target.
    ///
    /// Where a request goes is told before the load: scheme and host are literal, or the target's. A URL that begins with a value is a
    /// path, whatever the value.
    private static func split(
        _ asked: TemplateProgram, base: String, request: String
    ) throws(LoadError) -> (RequestURL, TemplateProgram) {
        var text = asked.cut(before: 0x23)
        if text.pieces.isEmpty { text.append(literal: "/".utf8) }
        guard case .literal(let range) = text.pieces.first else {
            return (try RequestURL("/" + text.literalText, base: base, request: request), text.prefixed(by: try prefix(of: base, request)))
        }
        let start = String(decoding: text.literals[range], as: UTF8.self)
        let url = try RequestURL(text.isLiteral || start.hasPrefix("/") ? text.literalText : start, base: base, request: request)
        if start.hasPrefix("/") { return (url, text.prefixed(by: try prefix(of: base, request))) }
        let rest = start.utf8.dropFirst(url.origin.utf8.count)
        guard text.isLiteral || !rest.isEmpty else {
            throw .request(
                name: request,
                problem: "the host of a URL must be known before the load: no placeholder may stand in it, nor directly behind it")
        }
        var target = TemplateProgram(literal: rest.first == 0x2F ? [] : [0x2F])
        target.append(literal: rest)
        return (url, Self.joined(target, text.pieces.dropFirst(), of: text))
    }

    private static func joined(_ first: TemplateProgram, _ rest: ArraySlice<TemplateProgram.Piece>, of text: TemplateProgram)
        -> TemplateProgram
    {
        var program = first
        for piece in rest {
            if case .literal(let range) = piece { program.append(literal: text.literals[range]) } else { program.append(piece) }
        }
        return program
    }

    /// The path of the target, which has no slash at its end.
    private static func prefix(of base: String, _ request: String) throws(LoadError) -> Substring.UTF8View {
        let url = try RequestURL("/", base: base, request: request)
        return url.target.dropLast().utf8
    }

    /// As ``RequestHead`` has them: Host first, then Accept where nobody gives one.
    private static func ordered(_ lines: [Line], headers: [HTTPSettings.Header], host: String) -> [Line] {
        func isNamed(_ line: Line, _ name: String) -> Bool {
            String(decoding: line.prefix, as: UTF8.self).lowercased() == name + ": "
        }
        var ordered = lines.filter { isNamed($0, "host") }.prefix(1).map { $0 }
        if !headers.contains(where: { $0.name.lowercased() == "host" }) {
            ordered.append(Line(prefix: Array("Host: ".utf8), value: TemplateProgram(literal: host.utf8)))
        }
        if !headers.contains(where: { $0.name.lowercased() == "accept" }) {
            ordered.append(Line(prefix: Array("Accept: ".utf8), value: TemplateProgram(literal: "*/*".utf8)))
        }
        return ordered + lines.filter { !isNamed($0, "host") }
    }

    /// Without the port.
    private static func name(ofHostField field: String) -> String {
        let name = field.lowercased()
        guard let colon = name.lastIndex(of: ":"), !name[colon...].contains("]") else { return name }
        return String(name[..<colon])
    }

    /// A request to render into.
    func prepare() throws(LoadError) -> PreparedRequest {
        try PreparedRequest(
            url: url, method: spec.method, headers: headers, body: nil, version: version, name: spec.name, looksIntoBody: looksIntoBody,
            hasBody: spec.body != nil, proxy: proxy)
    }

    /// Puts the bytes of one send together. Allocates only where they are longer than before.
    ///
    /// - Parameter scratch: used on the way.
    /// - Parameter now: seconds since 1970, for cookies.
    /// - Returns: whether there was memory.
    func render(
        into request: inout PreparedRequest, _ renderer: TemplateRenderer, _ values: inout TemplateValues, scratch: inout GrowingBytes,
        now: Int64
    ) -> Bool {
        request.beginRendering(lines: lines.count)
        let hasTarget = request.render { bytes in
            guard Self.append(spec.method.rawValue, to: &bytes), bytes.append(byte: 0x20) else { return false }
            return true
        }
        guard hasTarget != nil,
            let prefix = request.render({ bytes in proxyPrefix.withUnsafeBytes { bytes.append($0, limit: .max) } }),
            let range = request.render({ bytes in
                let start = bytes.count
                guard renderer.append(target, .url, &values, to: &bytes) else { return false }
                return bytes.count > start || bytes.append(byte: 0x2F)
            })
        else { return false }
        request.noteTarget(range, asked: prefix.lowerBound..<range.upperBound)
        guard request.render({ Self.append(" HTTP/\(version.rawValue)\r\n", to: &$0) }) != nil else { return false }
        for (index, line) in lines.enumerated() {
            scratch.removeAll()
            guard fill(&scratch, with: line, of: request, renderer, &values, now: now) else { return false }
            if line.value == nil, scratch.isEmpty {
                request.noteLine(index, 0..<0)
                continue
            }
            let value = KeptResponse.trimmed(scratch.bytes)
            let written = request.render { bytes in
                let prefix = value.isEmpty ? line.prefix.dropLast()[...] : line.prefix[...]
                return prefix.withUnsafeBytes { bytes.append($0, limit: .max) } && bytes.append(value, limit: .max)
            }
            guard let written, request.render({ Self.append("\r\n", to: &$0) }) != nil else { return false }
            request.noteLine(index, written)
        }
        guard request.render({ bytes in proxyLines.withUnsafeBytes { bytes.append($0, limit: .max) } }) != nil else { return false }
        return renderBody(into: &request, renderer, &values, scratch: &scratch)
    }

    private func renderBody(
        into request: inout PreparedRequest, _ renderer: TemplateRenderer, _ values: inout TemplateValues, scratch: inout GrowingBytes
    ) -> Bool {
        guard request.sendsBody else { return request.render { Self.append("\r\n", to: &$0) } != nil }
        scratch.removeAll()
        if let body, !renderer.append(body, encoding, &values, to: &scratch) { return false }
        request.noteBody(count: scratch.count)
        let content = scratch.bytes
        return request.render { bytes in
            Self.append("Content-Length: ", to: &bytes) && TemplateRenderer.append(content.count, to: &bytes)
                && Self.append("\r\n\r\n", to: &bytes) && bytes.append(content, limit: .max)
        } != nil
    }

    private func fill(
        _ scratch: inout GrowingBytes, with line: Line, of request: borrowing PreparedRequest, _ renderer: TemplateRenderer,
        _ values: inout TemplateValues, now: Int64
    ) -> Bool {
        if let value = line.value { return renderer.append(value, .header, &values, to: &scratch) }
        guard let user = values.virtualUser, !user.cookies.isEmpty else { return true }
        return user.cookies.append(
            for: CookieJar.Place(host: cookieHost, path: request.path, isSecure: url.isSecure), now: now, to: &scratch)
    }

    private static func append(_ text: StaticString, to bytes: inout GrowingBytes) -> Bool {
        bytes.append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), limit: .max)
    }

    private static func append(_ text: String, to bytes: inout GrowingBytes) -> Bool {
        var text = text
        return text.withUTF8 { bytes.append(UnsafeRawBufferPointer($0), limit: .max) }
    }

    /// The request as it was rendered, for what a redirect makes of it. A header's value that is no UTF-8 is repaired.
    func rendered(_ request: borrowing PreparedRequest) -> (spec: RequestSpec, headers: [HTTPSettings.Header]) {
        var sent = spec
        sent.isTemplated = false
        if spec.body != nil { sent.body?.bytes = Array(request.body) }
        var all = headers.filter { $0.value == HeaderLines.none }
        for (index, line) in lines.enumerated() where line.value != nil {
            let name = String(decoding: line.prefix.dropLast(2), as: UTF8.self)
            // Both are put in again, of the next URL.
            if ["host", "accept"].contains(name.lowercased()), !headers.contains(where: { $0.name == name }) { continue }
            let written = request.line(index)
            all.append(.init(name: name, value: String(decoding: written.dropFirst(min(line.prefix.count, written.count)), as: UTF8.self)))
        }
        return (sent, all)
    }
}
