import Curl
import Scenarios

/// What a redirect makes of a request: the rules of browsers and of curl.
///
/// | status | method of the next request |
/// |---|---|
/// | 301, 302 | GET after POST, else the same with its body |
/// | 303 | GET, HEAD after HEAD |
/// | 307, 308 | the same with its body |
///
/// A body that is not sent again takes its `Content-Type` with it; `Authorization`, `Cookie` and `Host` do not go to another origin.
struct Redirect {
    let url: RequestURL
    let method: RequestSpec.Method
    let keepsBody: Bool

    /// `nil`: no redirect that can be followed.
    init?(status: Int, location: String, from url: RequestURL, method: RequestSpec.Method) {
        guard let next = url.following(location) else { return nil }
        self.url = next
        switch status {
        case 301, 302:
            keepsBody = method != .post
            self.method = method == .post ? .get : method
        case 303:
            keepsBody = false
            self.method = method == .head ? .head : .get
        case 307, 308:
            keepsBody = true
            self.method = method
        default:
            return nil
        }
    }

    static func isRedirect(_ status: Int) -> Bool {
        switch status {
        case 301, 302, 303, 307, 308: true
        default: false
        }
    }

    /// The next request, prepared.
    ///
    /// - Parameter first: where the request went before any redirect.
    /// - Parameter cookies: those of the virtual user for the next URL; empty: none.
    /// - Parameter looksIntoBody: the body of the response will be looked into.
    func prepared(
        from request: RequestSpec, first: RequestURL, headers: [HTTPSettings.Header], cookies: String = "",
        version: HTTPSettings.Version, looksIntoBody: Bool = false, proxy: ProxyRoute? = nil
    ) throws(LoadError) -> PreparedRequest {
        let sameOrigin = url.hasOrigin(of: first)
        let sends = keepsBody && request.body != nil
        var lines = headers.filter { header in
            switch header.name.lowercased() {
            case "authorization", "cookie", "host": sameOrigin
            case "content-type", "content-length", "transfer-encoding": sends
            default: true
            }
        }
        if !sends { lines.append(.init(name: "Content-Type", value: HeaderLines.none)) }
        if !cookies.isEmpty, !lines.contains(where: { $0.name.lowercased() == "cookie" }) {
            lines.append(.init(name: "Cookie", value: cookies))
        }
        return try PreparedRequest(
            url: url, method: method, headers: lines, body: keepsBody ? request.body?.bytes : nil, version: version,
            name: request.name, looksIntoBody: looksIntoBody, proxy: proxy)
    }
}
