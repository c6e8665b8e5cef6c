/// The head of an HTTP/1.x request: as much of it as this server needs.
struct RequestHead: Equatable, Sendable {
    let isHead: Bool
    let target: String
    /// Whether the client wants the connection to go on.
    let keepsAlive: Bool
    /// Whether that has to be said, to a client of HTTP/1.0.
    let isOld: Bool

    enum Parsed: Equatable {
        /// More bytes are needed.
        case incomplete
        /// A head, and how many bytes it took.
        case head(RequestHead, length: Int)
        /// Not to be served: the status that says why, and a sentence for the body.
        case refused(status: Int, why: String)
    }

    /// The longest head that is read.
    static let limitBytes = 16_384

    /// Reads the first head in `bytes`, which may hold a part of one, or several.
    static func parse(_ bytes: some RandomAccessCollection<UInt8>) -> Parsed {
        let window = Array(bytes.prefix(limitBytes))
        guard let length = endOfHead(window) else {
            return bytes.count < limitBytes ? .incomplete : .refused(status: 431, why: "the head is longer than \(limitBytes) bytes")
        }
        var lines = window[..<length].split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            line.last == 0x0D ? line.dropLast() : line
        }
        guard !lines.isEmpty else { return .refused(status: 400, why: "no request line") }
        let request = lines.removeFirst().split(separator: 0x20, omittingEmptySubsequences: false)
        guard request.count == 3, !request[0].isEmpty, request[1].first == UInt8(ascii: "/") else {
            return .refused(status: 400, why: "the request line is not METHOD /path HTTP/1.1")
        }
        let version = String(decoding: request[2], as: UTF8.self)
        guard version == "HTTP/1.1" || version == "HTTP/1.0" else {
            return .refused(status: 505, why: "only HTTP/1.1 and HTTP/1.0 are spoken")
        }
        let method = String(decoding: request[0], as: UTF8.self)
        guard method == "GET" || method == "HEAD" else { return .refused(status: 405, why: "only GET and HEAD are served") }
        let isOld = version == "HTTP/1.0"
        var keepsAlive = !isOld
        for line in lines where !line.isEmpty {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
                return .refused(status: 400, why: "a header line has no colon")
            }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            let value = String(decoding: line[(colon + 1)...], as: UTF8.self).lowercased().filter { $0 != " " && $0 != "\t" }
            switch name {
            case "connection":
                let words = value.split(separator: ",")
                if words.contains("close") { keepsAlive = false } else if words.contains("keep-alive") { keepsAlive = true }
            case "content-length" where value != "0", "transfer-encoding":
                return .refused(status: 413, why: "a request with a body is not served")
            default: break
            }
        }
        let head = RequestHead(
            isHead: method == "HEAD", target: String(decoding: request[1], as: UTF8.self), keepsAlive: keepsAlive, isOld: isOld)
        return .head(head, length: length)
    }

    /// The position after the empty line that ends the head; lines may end without a CR (RFC 9112, 2.2).
    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        var lineIsEmpty = false
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 0x0A:
                if lineIsEmpty { return index + 1 }
                lineIsEmpty = true
            case 0x0D: break
            default: lineIsEmpty = false
            }
        }
        return nil
    }
}
