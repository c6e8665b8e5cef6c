import Curl
import Glibc

/// Takes the bytes of one HTTP/1 response, in whatever pieces they come, and says where it ends.
///
/// Pure: no input or output, no clock. It trusts the peer in nothing: each length has a limit, and what two readers could read
/// differently (RFC 9112, sections 6.3 and 11) is no response. The result does not depend on where the pieces are cut.
///
///     statusLine ─► headers ─┬─► statusLine                             after a 1xx
///                            ├─► done                                   no body
///                            ├─► body ─► done                           Content-Length
///                            ├─► untilEnd ─► done                       neither: the connection's end is the body's
///                            └─► chunkSize ─► chunk ─► chunkEnd ─┐      chunked
///                                    ▲   └─► trailers ─► done    │
///                                    └───────────────────────────┘
struct ResponseParser: ~Copyable {
    enum Progress: Equatable {
        /// The response goes on.
        case more
        /// It ended after so many of the bytes.
        case complete(used: Int)
        /// It is none.
        case garbled
    }

    enum State {
        case statusLine, headers, body, untilEnd, chunkSize, chunk, chunkEnd, trailers, done, garbled
    }

    /// One line, as libcurl has it.
    static let longestLine = 100 * 1024
    /// All lines together, of interim responses and trailers too; libcurl's limit, which it has for each response by itself.
    static let longestHeader = 300 * 1024
    /// The line of a chunk's size, with its extensions.
    static let longestChunkLine = 16 * 1024

    var state = State.statusLine
    /// The status of the response, 0 before its header is whole.
    var status: Int { headerIsWhole ? code : 0 }
    /// Bytes of the body, without framing.
    var bodyBytes = 0
    /// Any byte has come.
    private(set) var hasBegun = false
    var headerIsWhole = false
    /// The connection can serve another request, if nothing comes after the response.
    var keepsAlive = false
    /// The value of the first `Location`, where it was asked for.
    var location = GrowingBytes()
    /// The lines of the header and the body, where they were asked for.
    var keptHeaders = GrowingBytes()
    var keptBody = GrowingBytes(kept: ResponseParts.keptBody)
    private(set) var bodyIsTooLong = false

    var isHead = false
    var wantsLocation = false
    var keeps: ResponseParts = []
    var code = 0
    var minor = 0
    var fields = Fields()
    /// Of the body or of the chunk.
    var left = 0
    private var line = GrowingBytes()
    private var headerBytes = 0
    /// Where it was when it found the flaw.
    private(set) var flaw = State.statusLine

    /// What the header says about framing.
    struct Fields {
        /// −1: not given.
        var length = -1
        var lengthIsWrong = false
        var isChunked = false
        var codingIsWrong = false
        var hasCoding = false
        var saysClose = false
        var saysKeepAlive = false
    }

    /// More than the body is needed to end the response: the last chunk.
    var endsAfterItsBody: Bool { fields.isChunked && !isHead && code != 204 && code != 304 }

    /// Begins with the next response.
    ///
    /// - Parameter head: it answers a HEAD, so that it has no body whatever it says.
    /// - Parameter wantsLocation: keep the `Location`.
    /// - Parameter keeps: what else to keep.
    mutating func begin(head: Bool, wantsLocation: Bool, keeps: ResponseParts = []) {
        state = .statusLine
        bodyBytes = 0
        hasBegun = false
        headerIsWhole = false
        keepsAlive = false
        isHead = head
        self.wantsLocation = wantsLocation
        code = 0
        fields = Fields()
        left = 0
        headerBytes = 0
        if !line.isEmpty { line.removeAll() }
        if !location.isEmpty { location.removeAll() }
        self.keeps = keeps
        bodyIsTooLong = false
        if !keptHeaders.isEmpty { keptHeaders.removeAll() }
        if !keptBody.isEmpty { keptBody.removeAll() }
    }

    /// Takes the next bytes; not after the response has ended.
    mutating func feed(_ bytes: UnsafeRawBufferPointer) -> Progress {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return state == .garbled ? .garbled : .more }
        hasBegun = true
        var position = 0
        var before = state
        while position < bytes.count, state != .done, state != .garbled {
            before = state
            switch state {
            case .body, .chunk:
                let count = min(left, bytes.count - position)
                if keeps.contains(.body) { keep(body: UnsafeRawBufferPointer(start: base + position, count: count)) }
                position += count
                left -= count
                bodyBytes += count
                if left == 0 { state = state == .body ? .done : .chunkEnd }
            case .untilEnd:
                if keeps.contains(.body) { keep(body: UnsafeRawBufferPointer(start: base + position, count: bytes.count - position)) }
                bodyBytes += bytes.count - position
                position = bytes.count
            default:
                takeLine(base, bytes.count, &position)
            }
        }
        switch state {
        case .done: return .complete(used: position)
        case .garbled:
            flaw = before
            return .garbled
        default: return .more
        }
    }

    private mutating func keep(body: UnsafeRawBufferPointer) {
        if !keptBody.append(body, limit: ResponseParts.longestBody) { bodyIsTooLong = true }
    }

    /// The connection has ended: whether that is the end of the response.
    mutating func end() -> Bool {
        guard state == .untilEnd else { return false }
        state = .done
        return true
    }

    /// Takes a line when its end is there, else keeps what there is of it.
    private mutating func takeLine(_ base: UnsafeRawPointer, _ count: Int, _ position: inout Int) {
        let start = base + position
        guard let feed = memchr(start, 0x0A, count - position) else {
            let rest = UnsafeRawBufferPointer(start: start, count: count - position)
            position = count
            keep(rest)
            return
        }
        let length = UnsafeRawPointer(feed) - start + 1
        position += length
        let piece = UnsafeRawBufferPointer(start: start, count: length)
        if line.isEmpty {
            guard length <= limit else { return state = .garbled }
            took(piece)
        } else {
            guard line.append(piece, limit: limit) else { return state = .garbled }
            took(line.bytes)
            line.removeAll()
        }
    }

    /// What a line that ends a chunk may hold is its end alone.
    private var limit: Int {
        switch state {
        case .chunkSize: Self.longestChunkLine
        case .chunkEnd: 2
        default: Self.longestLine
        }
    }

    private mutating func keep(_ rest: UnsafeRawBufferPointer) {
        guard line.append(rest, limit: limit) else { return state = .garbled }
        // Not only at the end of a line that may never come.
        switch state {
        case .statusLine: if !Self.mayBeginStatusLine(line.bytes) { state = .garbled }
        case .headers, .trailers: if headerBytes + line.count > Self.longestHeader { state = .garbled }
        case .chunkEnd: if line.bytes[0] != 0x0D { state = .garbled }
        default: break
        }
    }

    /// - Parameter raw: with its end.
    private mutating func took(_ raw: UnsafeRawBufferPointer) {
        guard let base = raw.baseAddress, raw.count >= 2, raw[raw.count - 2] == 0x0D else { return state = .garbled }
        let text = UnsafeRawBufferPointer(start: base, count: raw.count - 2)
        if text.count > 0, memchr(base, 0x0D, text.count) != nil || memchr(base, 0, text.count) != nil { return state = .garbled }
        switch state {
        case .chunkSize: return takeChunkSize(text)
        case .chunkEnd: return state = text.isEmpty ? .chunkSize : .garbled
        default: break
        }
        headerBytes += raw.count
        guard headerBytes <= Self.longestHeader else { return state = .garbled }
        switch state {
        case .statusLine: takeStatusLine(text)
        case .headers: if text.isEmpty { endHeader() } else { takeField(text, isTrailer: false) }
        default: if text.isEmpty { state = .done } else { takeField(text, isTrailer: true) }
        }
    }
}
