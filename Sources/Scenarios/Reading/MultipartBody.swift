/// A body of `multipart/form-data` (RFC 7578), its parts in order.
struct MultipartBody {
    struct Part {
        var name: String
        /// The name of a file, and its content type; `nil` for a text.
        var file: String?
        var type: String?
        var content: [RequestTemplate.Piece]
    }

    var parts: [Part] = []

    /// Bytes of all contents, placeholders aside.
    var size: Int { parts.reduce(0) { $0 + RequestTemplate(pieces: $1.content).literal.count } }

    var encoded: RequestSpec.Body {
        let boundary = boundary
        var pieces: [RequestTemplate.Piece] = []
        for part in parts {
            var head = "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(Self.quoted(part.name))\""
            if let file = part.file { head += "; filename=\"\(Self.quoted(file))\"" }
            if let type = part.type { head += "\r\nContent-Type: \(type)" }
            pieces += [.text(head + "\r\n\r\n")] + part.content + [.text("\r\n")]
        }
        pieces.append(.text("--\(boundary)--\r\n"))
        return RequestSpec.Body(bytes: RequestTemplate(pieces: pieces).written, contentType: "multipart/form-data; boundary=\(boundary)")
    }

    /// The same for the same content; in none of the contents.
    private var boundary: String {
        let contents = parts.map { RequestTemplate(pieces: $0.content).literal }
        var number = 0
        while true {
            let boundary = "----------seep-part-of-a-form-\(number)"
            let bytes = Array(boundary.utf8)
            if !contents.contains(where: { $0.contains(bytes) }) { return boundary }
            number += 1
        }
    }

    /// As the WHATWG's standard of HTML has it.
    private static func quoted(_ name: String) -> String {
        name.replacing("\"", with: "%22").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }
}
