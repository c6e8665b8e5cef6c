/// A response: a status and a short text, or a route's body.
struct Reply: Equatable, Sendable {
    let status: Int
    let body: [UInt8]

    init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }

    init(status: Int, text: String) {
        self.init(status: status, body: Array((text + "\n").utf8))
    }

    /// The bytes of it on the wire.
    ///
    /// - Parameters:
    ///   - head: whether the body stays away, as for HEAD.
    ///   - says: the value of `Connection`, where one has to be said.
    func bytes(head: Bool = false, says connection: String? = nil) -> [UInt8] {
        var lines = "HTTP/1.1 \(status) \(Self.reason(status))\r\nServer: leaky\r\nContent-Type: text/plain; charset=utf-8\r\n"
        lines += "Content-Length: \(body.count)\r\n"
        if let connection { lines += "Connection: \(connection)\r\n" }
        if status == 405 { lines += "Allow: GET, HEAD\r\n" }
        return Array((lines + "\r\n").utf8) + (head ? [] : body)
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 413: "Content Too Large"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        default: "Unknown"
        }
    }
}
