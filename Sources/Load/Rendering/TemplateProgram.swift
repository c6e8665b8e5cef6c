import Scenarios

/// A text of a request, taken apart before the load: literal bytes, and places whose values are put in at each send.
struct TemplateProgram {
    enum Piece: Equatable {
        /// A part of ``literals``.
        case literal(Range<Int>)
        /// By the numbers of set and column.
        case data(set: Int, column: Int)
        case user
        case number
        case uuid
        case random(Int, Int)
        /// By the number of the capture in the run.
        case captured(Int)
    }

    private(set) var literals: [UInt8] = []
    private(set) var pieces: [Piece] = []

    /// Bytes as they are.
    init(literal: some Collection<UInt8>) {
        append(literal: literal)
    }

    /// - Parameter isTemplated: else the text is taken as it is.
    /// - Parameter request: the request's name, for the error.
    init(_ text: String, isTemplated: Bool, names: TemplateNames, request: String) throws(LoadError) {
        try self.init(Array(text.utf8), isTemplated: isTemplated, names: names, request: request)
    }

    /// Of bytes that need not be UTF-8.
    init(_ text: [UInt8], isTemplated: Bool, names: TemplateNames, request: String) throws(LoadError) {
        guard isTemplated else {
            append(literal: text)
            return
        }
        let template: RequestTemplate
        do {
            template = try RequestTemplate(text)
        } catch {
            throw .request(name: request, problem: "\(error)")
        }
        for piece in template.pieces {
            switch piece {
            case .text(let text): append(literal: text.utf8)
            case .bytes(let bytes): append(literal: bytes)
            case .data(let set, let column):
                let (set, column) = try names.column(column, of: set, request: request)
                pieces.append(.data(set: set, column: column))
            case .virtualUser: pieces.append(.user)
            case .number: pieces.append(.number)
            case .uuid: pieces.append(.uuid)
            case .random(let range): pieces.append(.random(range.lowerBound, range.upperBound))
            case .captured(let name): pieces.append(.captured(try names.capture(name, request: request)))
            }
        }
    }

    mutating func append(literal: some Collection<UInt8>) {
        guard !literal.isEmpty else { return }
        let start = literals.count
        literals += literal
        pieces.append(.literal(start..<literals.count))
    }

    mutating func append(_ piece: Piece) { pieces.append(piece) }

    /// The same with other bytes before it.
    func prefixed(by bytes: some Collection<UInt8>) -> TemplateProgram {
        var program = TemplateProgram(literal: bytes)
        for piece in pieces {
            if case .literal(let range) = piece {
                program.append(literal: literals[range])
            } else {
                program.pieces.append(piece)
            }
        }
        return program
    }

    /// The same up to the first such byte of a literal.
    func cut(before byte: UInt8) -> TemplateProgram {
        var program = TemplateProgram(literal: [])
        for piece in pieces {
            guard case .literal(let range) = piece else {
                program.pieces.append(piece)
                continue
            }
            guard let end = literals[range].firstIndex(of: byte) else {
                program.append(literal: literals[range])
                continue
            }
            program.append(literal: literals[range.lowerBound..<end])
            break
        }
        return program
    }

    /// Nothing is to be put in.
    var isLiteral: Bool {
        pieces.allSatisfy { if case .literal = $0 { true } else { false } }
    }

    /// The literal bytes alone, as text.
    var literalText: String { String(decoding: literals, as: UTF8.self) }

    /// The sets that it takes values from.
    var sets: [Int] {
        pieces.compactMap { if case .data(let set, _) = $0 { set } else { nil } }
    }
}

/// What placeholders may name.
struct TemplateNames {
    private let data: [DataSet]
    /// The captures of the flow so far, by name; their numbers are over all flows.
    var captures: [String: Int] = [:]

    init(_ data: [DataSet]) {
        self.data = data
    }

    func column(_ column: String, of name: String, request: String) throws(LoadError) -> (set: Int, column: Int) {
        guard let set = data.firstIndex(where: { $0.name == name }) else {
            throw .request(name: request, problem: "`{{\(name).\(column)}}` names no data set of the scenario")
        }
        guard let index = data[set].columns.firstIndex(of: column) else {
            let known = data[set].columns.joined(separator: ", ")
            throw .request(name: request, problem: "the data set “\(name)” has no column “\(column)”; it has \(known)")
        }
        return (set, index)
    }

    func capture(_ name: String, request: String) throws(LoadError) -> Int {
        guard let number = captures[name] else {
            throw .request(name: request, problem: "`{{\(name)}}` is captured by no request before it in the same flow")
        }
        return number
    }
}
