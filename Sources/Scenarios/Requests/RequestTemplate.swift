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
/// `{{{{` stands for `{{`.
package struct RequestTemplate: Hashable, Sendable {
    package enum Piece: Hashable, Sendable {
        case text(String)
        case data(set: String, column: String)
        case virtualUser
        case number
        case uuid
        case random(ClosedRange<Int>)
        case captured(String)
    }

    package let pieces: [Piece]

    /// - Throws: for a placeholder that is none of the table; whether data sets and captures exist is not looked at.
    package init(_ text: String) throws(TemplateError) {
        var pieces: [Piece] = []
        for piece in TemplatePiece.pieces(of: text) {
            switch piece {
            case .text(let text): pieces.append(.text(text))
            case .placeholder(let name): pieces.append(Self.piece(name))
            case .malformed(let text): throw .malformed(text)
            }
        }
        self.pieces = pieces
    }

    private static func piece(_ name: String) -> Piece {
        switch name {
        case "vu": return .virtualUser
        case "n": return .number
        case "uuid": return .uuid
        default:
            guard let dot = name.firstIndex(of: ".") else { return .captured(name) }
            return .data(set: String(name[..<dot]), column: String(name[name.index(after: dot)...]))
        }
    }
}
