import Glibc
import LinuxIO

/// Cuts a file into lines of fields (RFC 4180), reading it piece by piece into one buffer.
///
/// The buffer holds the line being read and what was read after it, so memory follows the longest line, not the file; a line
/// beyond `longestLine` is an error. Accepted beyond RFC 4180: a byte order mark, LF or CRLF, empty lines (left out).
/// A last line without its newline is left out and noted: whoever wrote it was stopped in the middle of it.
final class CSVScanner {
    static let pieceBytes = 1 << 16
    static let longestLine = 1 << 20

    let fields: CSVFields
    private(set) var endedMidLine = false

    private let descriptor: OwnedDescriptor
    private var buffer: UnsafeMutableRawBufferPointer
    /// The first byte of the line to be scanned, and the end of what was read.
    private var start = 0
    private var end = 0
    private var atEndOfFile = false
    /// Counted in newlines, so that an error names the line that an editor shows.
    private var lineNumber = 1

    init(path: String, file: String) throws(CSVError) {
        let raw = open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else {
            let error = SystemError("open")
            throw CSVError(kind: error.code == ENOENT ? .notFound : .unreadable, file: file, line: 0, message: error.description)
        }
        descriptor = OwnedDescriptor(taking: raw)
        fields = CSVFields(file: file)
        buffer = .allocate(byteCount: Self.pieceBytes, alignment: 16)
        fields.bytes = buffer
        while end < 3, try readPiece() {}
        if end >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF { start = 3 }
    }

    deinit {
        buffer.deallocate()
    }

    /// Goes on to the next line; false at the end of the file.
    func advance() throws(CSVError) -> Bool {
        while true {
            switch try scanLine() {
            case .line(let next, let newlines):
                let isEmpty = fields.isEmpty
                fields.beginLine(lineNumber)
                start = next
                lineNumber += newlines
                if !isEmpty || fields.width == 1 { return true }
            case .unfinished:
                if try readPiece() { continue }
                endedMidLine = start < end
                return false
            }
        }
    }

    /// Reads more bytes behind those that are there, making room first; false at the end of the file.
    private func readPiece() throws(CSVError) -> Bool {
        if atEndOfFile { return false }
        if end == buffer.count { try makeRoom() }
        while true {
            let count = read(descriptor.raw, buffer.baseAddress?.advanced(by: end), buffer.count - end)
            if count > 0 {
                end += count
                return true
            }
            if count == 0 {
                atEndOfFile = true
                return false
            }
            if errno == EINTR { continue }
            throw CSVError(kind: .unreadable, file: fields.file, line: lineNumber, message: SystemError("read").description)
        }
    }

    private func makeRoom() throws(CSVError) {
        let held = end - start
        if held > buffer.count / 2 {
            guard held < Self.longestLine else {
                throw CSVError(file: fields.file, line: lineNumber, message: "a line longer than \(Self.longestLine) bytes")
            }
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 16)
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
            buffer.deallocate()
            buffer = larger
            fields.bytes = larger
        } else if let base = buffer.baseAddress {
            memmove(base, base + start, held)
        }
        start = 0
        end = held
    }

    private enum Scan {
        /// The line is whole: the next begins at `next`; it held so many newlines, its last one included.
        case line(next: Int, newlines: Int)
        case unfinished
    }

    /// Finds the fields of the line that begins at `start`, in what has been read.
    ///
    /// Eight bytes at a time as long as there are no quotes: what ends a field, and a quote, are below 0x2D, and digits are not.
    private func scanLine() throws(CSVError) -> Scan {
        fields.removeFields()
        // Copies: a property of a class would be checked for exclusive access at every byte.
        let (end, fields) = (self.end, self.fields)
        guard let bytes = UnsafeRawPointer(buffer.baseAddress) else { return .unfinished }
        var from = start
        var position = start
        while position + 8 <= end {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            // The upper bit of each byte below 0x2D.
            var marks = ~(((word & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x5353_5353_5353_5353) | word) & 0x8080_8080_8080_8080
            while marks != 0 {
                let mark = position + marks.trailingZeroBitCount / 8
                marks &= marks - 1
                switch bytes.load(fromByteOffset: mark, as: UInt8.self) {
                case 0x2C:
                    fields.append(.init(start: from, end: mark, hasDoubledQuotes: false))
                    from = mark + 1
                case 0x0A:
                    let isReturn = mark > from && bytes.load(fromByteOffset: mark - 1, as: UInt8.self) == 0x0D
                    fields.append(.init(start: from, end: isReturn ? mark - 1 : mark, hasDoubledQuotes: false))
                    return .line(next: mark + 1, newlines: 1)
                case 0x22: return try scanFields(from: from)
                default: break
                }
            }
            position += 8
        }
        return try scanFields(from: from)
    }

    /// The same byte by byte, from the field that begins at `first`.
    private func scanFields(from first: Int) throws(CSVError) -> Scan {
        let (buffer, end) = (self.buffer, self.end)
        var position = first
        var newlines = 1
        while position < end {
            if buffer[position] == 0x22 {
                guard let (field, next) = scanQuoted(from: position + 1, newlines: &newlines) else { return .unfinished }
                fields.append(field)
                position = next
                if position < end, buffer[position] == 0x0D, position + 1 < end, buffer[position + 1] == 0x0A { position += 1 }
            } else {
                let from = position
                while position < end, buffer[position] != 0x2C, buffer[position] != 0x0A {
                    if buffer[position] == 0x22 { throw malformed("a quote inside a field without quotes") }
                    position += 1
                }
                guard position < end else { return .unfinished }
                let carriageReturn = buffer[position] == 0x0A && position > from && buffer[position - 1] == 0x0D
                fields.append(.init(start: from, end: carriageReturn ? position - 1 : position, hasDoubledQuotes: false))
            }
            guard position < end else { return .unfinished }
            switch buffer[position] {
            case 0x2C: position += 1
            case 0x0A: return .line(next: position + 1, newlines: newlines)
            case 0x0D where position + 1 == end: return .unfinished
            default: throw malformed("text behind a closing quote")
            }
        }
        return .unfinished
    }

    /// The field whose first byte behind the quote is at `from`, and the position behind its closing quote.
    private func scanQuoted(from: Int, newlines: inout Int) -> (CSVFields.Field, next: Int)? {
        let (buffer, end) = (self.buffer, self.end)
        var position = from
        var hasDoubledQuotes = false
        while position < end {
            if buffer[position] == 0x0A {
                newlines += 1
            } else if buffer[position] == 0x22 {
                guard position + 1 < end else { return nil }
                guard buffer[position + 1] == 0x22 else {
                    return (.init(start: from, end: position, hasDoubledQuotes: hasDoubledQuotes), position + 1)
                }
                hasDoubledQuotes = true
                position += 1
            }
            position += 1
        }
        return nil
    }

    private func malformed(_ message: String) -> CSVError {
        CSVError(file: fields.file, line: lineNumber, message: message)
    }
}
