internal import CLibPQ

/// The rows that a query gave, in libpq's own memory, freed with the value.
///
/// Rows and columns count from 0. Values are PostgreSQL's text; a NULL is `nil`.
package struct PostgresRows: ~Copyable, @unchecked Sendable {
    // Unchecked: a result is never changed after libpq has handed it over, so reading it from any thread is safe.
    private let result: OpaquePointer

    /// Takes over `result`.
    init(taking result: OpaquePointer) {
        self.result = result
    }

    deinit {
        PQclear(result)
    }

    package var count: Int { Int(PQntuples(result)) }

    package var columnCount: Int { Int(PQnfields(result)) }

    /// The names of the columns, in order.
    package var columns: [String] {
        (0..<PQnfields(result)).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
    }

    /// The position of the column called `name`, exactly as PostgreSQL returns it.
    package func column(_ name: String) -> Int? {
        columns.firstIndex(of: name)
    }

    /// How many rows an INSERT, UPDATE or DELETE touched; `nil` for other statements.
    package var affected: Int? {
        PQcmdTuples(result).flatMap { Int(String(cString: $0)) }
    }

    /// The text of a value; `nil` for NULL.
    package subscript(row: Int, column: Int) -> String? {
        withBytes(row, column) { bytes in bytes.map { String(decoding: $0, as: UTF8.self) } }
    }

    /// A whole number; `nil` for NULL and for what is none or does not fit.
    package func int(_ row: Int, _ column: Int) -> Int? {
        withBytes(row, column) { bytes in bytes.flatMap(Self.wholeNumber) }
    }

    package func double(_ row: Int, _ column: Int) -> Double? {
        self[row, column].flatMap(Double.init)
    }

    /// PostgreSQL's `t` and `f`; the consoles of poolers say `1` and `0`.
    package func bool(_ row: Int, _ column: Int) -> Bool? {
        withBytes(row, column) { bytes in
            guard let bytes, bytes.count == 1 else { return nil }
            switch bytes[0] {
            case UInt8(ascii: "t"), UInt8(ascii: "1"): return true
            case UInt8(ascii: "f"), UInt8(ascii: "0"): return false
            default: return nil
            }
        }
    }

    /// Hands the bytes of a value to `body` without copying them; `nil` for NULL and outside the rows.
    ///
    /// The bytes are gone with this value: do not keep the buffer.
    package func withBytes<Value, Failure: Error>(
        _ row: Int, _ column: Int, _ body: (UnsafeRawBufferPointer?) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard row >= 0, row < count, column >= 0, column < columnCount else { return try body(nil) }
        let (row, column) = (Int32(row), Int32(column))
        guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else { return try body(nil) }
        return try body(UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column))))
    }

    static func wholeNumber(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let first = bytes.first else { return nil }
        let negative = first == UInt8(ascii: "-")
        let digits = bytes.dropFirst(negative ? 1 : 0)
        guard !digits.isEmpty else { return nil }
        var value = 0
        for byte in digits {
            guard (0x30...0x39).contains(byte) else { return nil }
            let (shifted, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (next, stillTooLarge) = shifted.subtractingReportingOverflow(Int(byte - 0x30))
            guard !tooLarge, !stillTooLarge else { return nil }
            value = next
        }
        if negative { return value }
        let (positive, tooLarge) = (0).subtractingReportingOverflow(value)
        return tooLarge ? nil : positive
    }
}
