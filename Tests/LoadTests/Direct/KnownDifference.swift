import Measurements
import Scenarios

/// What the direct transport reads otherwise than libcurl 7.88, on purpose; `docs/transports.md` lists and justifies each.
///
/// Told from the bytes by a reader of its own, slow and simple, so that a fault of the parser does not excuse itself.
enum KnownDifference: Hashable, CaseIterable {
    /// A response that never came after an interim one: libcurl tells the status of the interim one, direct none.
    case interimStatus
    /// 101 without our asking: libcurl reads on until the connection ends, direct takes it for the end.
    case otherProtocol
    /// Both garbled: bytes of the body before the flaw are counted by direct, by libcurl as its reads happened to be cut.
    case bytesBeforeFlaw
    /// Both garbled by the header's length: libcurl in its line, direct after the whole header, whose status it tells.
    case statusOfGarbled
    /// A status line or a field that RFC 9112 does not know: other spaces, letters, line ends, folded lines.
    case headerSyntax
    /// The length is told in two ways, or in one that is none.
    case doubtfulLength
    /// Chunks whose lines do not end or look as they must.
    case chunkSyntax
    /// Beyond limits that libcurl does not have: of trailers, of extensions of a chunk.
    case limit

    init?(_ response: DifferentialTests.Response, general: DifferentialTests.Played, direct: DifferentialTests.Played) {
        let reading = SlowReading(response.bytes)
        if let status = general.status, status < 200, direct.status == nil, general.outcome == direct.outcome {
            self = .interimStatus
        } else if general.outcome == .informational, direct.outcome == .informational, general.status == 101, direct.status == 101 {
            self = .otherProtocol
        } else if direct.outcome != .garbled {
            return nil
        } else if direct.status == nil, !reading.headerIsRight {
            self = .headerSyntax
        } else if general.outcome == .garbled, general.status == direct.status {
            self = .bytesBeforeFlaw
        } else if general.outcome == .garbled, general.status == nil, reading.lengthIsDoubtful {
            self = .statusOfGarbled
        } else if direct.status != nil, reading.lengthIsDoubtful {
            self = .doubtfulLength
        } else if direct.status != nil, reading.isChunked, response.bytes.count > 16_000, general.outcome == .cut {
            self = .limit
        } else if direct.status != nil, reading.isChunked, !reading.bodyLinesAreRight {
            self = .chunkSyntax
        } else {
            return nil
        }
    }
}

/// The last header of a response, read line by line without a thought of speed.
private struct SlowReading {
    private(set) var headerIsRight = true
    private(set) var lengthIsDoubtful = false
    private(set) var isChunked = false
    private(set) var bodyLinesAreRight = true

    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        var status = "100"
        while status.hasPrefix("1") {
            guard let (lines, behind) = Self.header(rest) else {
                headerIsRight = false
                return
            }
            rest = behind
            let first = lines.first ?? ""
            headerIsRight =
                first.wholeMatch(of: /HTTP\/1\.[01] [1-9][0-9][0-9]( .*)?/.dotMatchesNewlines()) != nil
                && lines.dropFirst().allSatisfy { $0.wholeMatch(of: /[!-9;-~\u{80}-\u{FF}]+:[^\0]*/.dotMatchesNewlines()) != nil }
                && !lines.contains { $0.unicodeScalars.contains("\r") || $0.unicodeScalars.contains("\0") }
            guard headerIsRight else { return }
            status = String(first.dropFirst(9).prefix(3))
            judgeFraming(lines)
        }
        let body = String(String.UnicodeScalarView(rest.map { UnicodeScalar($0) })).unicodeScalars
        // Data are not told from lines: in these tests data hold no line ends.
        var previous: UnicodeScalar = " "
        for scalar in body {
            if scalar == "\n", previous != "\r" { bodyLinesAreRight = false }
            if previous == "\n", scalar == " " || scalar == "\t" { bodyLinesAreRight = false }
            previous = scalar
        }
    }

    private mutating func judgeFraming(_ lines: [String]) {
        let values = { (name: String) in
            lines.filter { $0.lowercased().hasPrefix(name + ":") }
                .map { $0.dropFirst(name.count + 1).trimmingPrefix(/[ \t]*/).reversed().drop { $0 == " " || $0 == "\t" } }
                .map { String($0.reversed()).lowercased() }
        }
        let lengths = values("content-length")
        let codings = values("transfer-encoding")
        isChunked = codings.contains("chunked")
        lengthIsDoubtful =
            Set(lengths.map { Int($0) ?? -1 }).count > 1 || lengths.contains { $0.wholeMatch(of: /[0-9]{1,18}/) == nil }
            || (isChunked && !lengths.isEmpty) || codings.count > 1 || codings.contains { $0 != "chunked" && $0 != "identity" }
            || (isChunked && lines[0].hasPrefix("HTTP/1.0"))
    }

    /// The lines up to an empty one, one character for each byte; `nil`: a line does not end as it must.
    private static func header(_ bytes: ArraySlice<UInt8>) -> (lines: [String], rest: ArraySlice<UInt8>)? {
        var lines: [String] = []
        var rest = bytes
        while let feed = rest.firstIndex(of: 0x0A) {
            let line = rest[..<feed]
            guard line.last == 0x0D else { return nil }
            rest = rest[(feed + 1)...]
            if line.count == 1 { return (lines, rest) }
            lines.append(String(String.UnicodeScalarView(line.dropLast().map { UnicodeScalar($0) })))
        }
        // Without its end, a line may be wrong all the same; the header is.
        return nil
    }
}
