/// A text of a request with placeholders, taken apart once before the load.
///
/// | placeholder | value |
/// |---|---|
/// | `{{page.path}}` | the column `path` of the data set `page`, of the row that this request or flow got |
/// | `{{vu}}` | the virtual user, from 1 |
/// | `{{n}}` | the number of the request in the run, from 1 |
/// | `{{uuid}}` | a random UUID of version 4, another at each place |
/// | `{{random 1 100}}` | a whole number from the first to the second, both included |
/// | `{{id}}` | what a request before in the same flow captured as `id` |
///
/// `{{{{` stands for `{{`, and a single `{` before a placeholder for itself.
package struct RequestTemplate: Hashable, Sendable {
    package enum Piece: Hashable, Sendable {
        case text(String)
        /// Text of a body that is not UTF-8.
        case bytes([UInt8])
        case data(set: String, column: String)
        case virtualUser
        case number
        case uuid
        case random(ClosedRange<Int>)
        case captured(String)
    }

    /// No two of text or bytes behind one another, none empty.
    package let pieces: [Piece]

    /// Names that stand for themselves, and so cannot be captured.
    static let ownNames = ["vu", "n", "uuid", "random"]

    /// - Throws: for a placeholder that is none of the table; whether data sets and captures exist is not looked at.
    package init(_ text: String) throws(TemplateError) { try self.init(Array(text.utf8)) }

    /// Of a body's bytes, which need not be UTF-8.
    package init(_ bytes: [UInt8]) throws(TemplateError) {
        var pieces: [Piece] = []
        for part in TemplateScanner.parts(of: bytes) {
            switch part {
            case .text(let bytes): pieces.append(Self.piece(ofText: bytes))
            case .placeholder(let words): pieces.append(try Self.piece(words))
            case .malformed(let text): throw .malformed(text)
            }
        }
        self.pieces = pieces
    }

    /// Texts that follow one another become one.
    init(pieces: [Piece]) {
        var merged: [Piece] = []
        var text: [UInt8] = []
        func flush() {
            if !text.isEmpty { merged.append(Self.piece(ofText: text)) }
            text = []
        }
        for piece in pieces {
            if let bytes = Self.bytes(ofText: piece) {
                text += bytes
            } else {
                flush()
                merged.append(piece)
            }
        }
        flush()
        self.pieces = merged
    }

    package var hasPlaceholders: Bool { pieces.contains { Self.bytes(ofText: $0) == nil } }

    /// The bytes from which ``init(_:)`` makes the same template.
    var written: [UInt8] {
        var written: [UInt8] = []
        for piece in pieces {
            if let bytes = Self.bytes(ofText: piece) {
                written += TemplateScanner.escape(bytes)
            } else {
                written += "{{\(Self.words(of: piece))}}".utf8
            }
        }
        return written
    }

    var writtenText: String { String(decoding: written, as: UTF8.self) }

    /// What the text is when there is no placeholder in it.
    var literal: [UInt8] { pieces.flatMap { Self.bytes(ofText: $0) ?? [] } }

    // MARK: Pieces

    /// The piece of what stands between the braces, its words with single spaces between.
    static func piece(_ words: String) throws(TemplateError) -> Piece {
        switch words {
        case "vu": return .virtualUser
        case "n": return .number
        case "uuid": return .uuid
        default: break
        }
        let parts = words.split(separator: " ")
        if parts.first == "random" {
            guard parts.count == 3, let low = Int(parts[1]), let high = Int(parts[2]), low <= high else { throw .random(words) }
            return .random(low...high)
        }
        guard parts.count == 1 else { throw .malformed("{{\(words)}}") }
        guard let dot = words.firstIndex(of: ".") else { return .captured(words) }
        return .data(set: String(words[..<dot]), column: String(words[words.index(after: dot)...]))
    }

    private static func words(of piece: Piece) -> String {
        switch piece {
        case .text, .bytes: ""
        case .data(let set, let column): "\(set).\(column)"
        case .virtualUser: "vu"
        case .number: "n"
        case .uuid: "uuid"
        case .random(let range): "random \(range.lowerBound) \(range.upperBound)"
        case .captured(let name): name
        }
    }

    private static func piece(ofText bytes: [UInt8]) -> Piece {
        String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .bytes(bytes)
    }

    private static func bytes(ofText piece: Piece) -> [UInt8]? {
        switch piece {
        case .text(let text): Array(text.utf8)
        case .bytes(let bytes): bytes
        default: nil
        }
    }
}
