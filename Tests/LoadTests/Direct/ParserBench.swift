import Curl

@testable import Load

/// What the parser makes of a response, to compare.
struct Parsed: Equatable, CustomStringConvertible {
    enum End: Equatable { case complete(left: Int), cut, garbled }

    var end: End
    var status = 0
    var bytes = 0
    var keeps = false
    var location = ""

    var description: String { "\(end) status \(status) bytes \(bytes) keeps \(keeps) location “\(location)”" }

    /// - Parameter sizes: of the pieces, again and again; 0: the rest in one.
    init(_ bytes: [UInt8], sizes: [Int] = [0], head: Bool = false) {
        var parser = ResponseParser()
        parser.begin(head: head, wantsLocation: true)
        end = Self.feed(&parser, bytes, sizes)
        status = parser.status
        self.bytes = parser.bodyBytes
        keeps = end == .cut || end == .garbled ? false : parser.keepsAlive
        location = String(decoding: parser.location.bytes, as: UTF8.self)
    }

    init(_ text: String, head: Bool = false) { self.init(Array(text.utf8), head: head) }

    private static func feed(_ parser: inout ResponseParser, _ bytes: [UInt8], _ sizes: [Int]) -> End {
        var offset = 0
        var turn = 0
        while offset < bytes.count {
            let size = sizes[turn % sizes.count]
            turn += 1
            let end = size == 0 ? bytes.count : min(offset + size, bytes.count)
            switch bytes[offset..<end].withUnsafeBytes({ parser.feed($0) }) {
            case .more: break
            case .complete(let used): return .complete(left: bytes.count - offset - used)
            case .garbled: return .garbled
            }
            offset = end
        }
        return parser.end() ? .complete(left: 0) : .cut
    }
}
