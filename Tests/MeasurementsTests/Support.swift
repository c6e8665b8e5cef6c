import Glibc

@testable import Measurements

/// A folder of the test's own under the system's temporary folder; goes away with its owner.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/seep-rows-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CannotMake() }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    struct CannotMake: Error {}

    deinit {
        for file in ["steps", "connections", "sessions", "requests", "transfers", "waves", "processes", "generator"] {
            unlink("\(path)/\(file).csv")
        }
        unlink("\(path)/latency.hlog")
        rmdir(path)
    }

    func write(_ bytes: some Sequence<UInt8>, to name: String) {
        let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// SplitMix64: the same numbers from the same seed, everywhere.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// What reading a file came to.
struct Reading<Row: CSVRow> {
    var rows: [Row] = []
    var error: CSVError?
    var endedMidLine = false

    init(directory: String) {
        do throws(CSVError) {
            let reader = try RowReader<Row>(directory: directory)
            while let row = try reader.next() { rows.append(row) }
            endedMidLine = reader.endedMidLine
        } catch {
            self.error = error
        }
    }
}

func csv<Row: CSVRow>(_ rows: [Row]) -> [UInt8] {
    var encoder = CSVEncoder()
    for column in Row.columns { encoder.append(column) }
    encoder.endLine()
    for row in rows {
        row.encode(into: &encoder)
        encoder.endLine()
    }
    return encoder.bytes
}
