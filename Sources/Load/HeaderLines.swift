import Scenarios

/// The header lines of a request, put together from the scenario's, its own, and ours.
enum HeaderLines {
    /// The value of a header that is not to be sent, though libcurl would of its own.
    static let none = "\u{0}"

    /// A request's own header takes the place of the scenario's of that name.
    ///
    /// - Parameter authorization: the value of `Authorization` where no header gives one; `nil`: none.
    static func merged(
        _ request: RequestSpec, http: HTTPSettings, userAgent: String, authorization: String?
    ) -> [HTTPSettings.Header] {
        var lines: [HTTPSettings.Header] = []
        for header in http.headers {
            let own = request.headers.filter { $0.name.lowercased() == header.name.lowercased() }
            if own.isEmpty {
                lines.append(header)
            } else if !lines.contains(where: { $0.name.lowercased() == header.name.lowercased() }) {
                lines += own
            }
        }
        for header in request.headers where !lines.contains(where: { $0.name.lowercased() == header.name.lowercased() }) {
            lines += request.headers.filter { $0.name.lowercased() == header.name.lowercased() }
        }
        if let authorization, !lines.contains(where: { $0.name.lowercased() == "authorization" }) {
            lines.append(.init(name: "Authorization", value: authorization))
        }
        return completed(lines, userAgent: userAgent, contentType: request.body?.contentType)
    }

    /// Adds what is sent though nobody wrote it, and takes out what libcurl would add.
    private static func completed(_ lines: [HTTPSettings.Header], userAgent: String, contentType: String?) -> [HTTPSettings.Header] {
        func has(_ name: String) -> Bool { lines.contains { $0.name.lowercased() == name } }
        var all = lines
        if !has("user-agent") { all.append(.init(name: "User-Agent", value: userAgent)) }
        if !has("expect") { all.append(.init(name: "Expect", value: none)) }
        if !has("content-type") { all.append(.init(name: "Content-Type", value: contentType ?? none)) }
        return all
    }
}
