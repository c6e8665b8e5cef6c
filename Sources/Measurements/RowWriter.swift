import Glibc
package import LinuxIO
import Synchronization

/// Appends rows to one file of a run, and keeps what was written for the judge.
///
/// May be used from any thread; each append encodes under a lock, `flush` hands the bytes to the kernel (write(2), no fsync).
/// Whoever appends calls `flush` at least once a second, so that a row is in the file within a second of its event, and a run
/// that is killed can be judged from its files.
package final class RowWriter<Row: CSVRow>: Sendable {
    private struct State {
        var encoder = CSVEncoder()
        var pending: [Row] = []
        var failure: SystemError?
        var written = 0
        var observer: (@Sendable (Row) -> Void)?
    }

    private let descriptor: Int32
    private let keepsRows: Bool
    private let state = Mutex(State())
    private static var bufferLimit: Int { 1 << 16 }

    /// Creates the file with its header line; fails when it exists.
    ///
    /// - Parameter keepsRows: whether rows are kept until `takeRows` fetches them.
    package init(directory: String, keepsRows: Bool) throws(SystemError) {
        descriptor = open("\(directory)/\(Row.file)", O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError("open \(Row.file)") }
        self.keepsRows = keepsRows
        state.withLock { state in
            for column in Row.columns { state.encoder.append(column) }
            state.encoder.endLine()
        }
        flush()
    }

    deinit {
        flush()
        close(descriptor)
    }

    package func append(_ row: Row) {
        let observer = state.withLock { state in
            row.encode(into: &state.encoder)
            state.encoder.endLine()
            if keepsRows { state.pending.append(row) }
            if state.encoder.bytes.count >= Self.bufferLimit { Self.flush(&state, to: descriptor) }
            return state.observer
        }
        observer?(row)
    }

    /// Shows every row from now on to somebody, on the thread that appends it, after it was written; `nil`: to nobody.
    package func observe(_ observer: (@Sendable (Row) -> Void)?) {
        state.withLock { $0.observer = observer }
    }

    package func flush() {
        state.withLock { state in Self.flush(&state, to: descriptor) }
    }

    /// The rows appended since the last call.
    package func takeRows() -> [Row] {
        state.withLock { state in
            defer { state.pending = [] }
            return state.pending
        }
    }

    /// The first failure to write, such as a full disk; rows since then are lost.
    package var failure: SystemError? { state.withLock { $0.failure } }

    /// Bytes in the file so far.
    package var bytesWritten: Int { state.withLock { $0.written } }

    private static func flush(_ state: inout State, to descriptor: Int32) {
        var offset = 0
        let bytes = state.encoder.bytes
        while offset < bytes.count, state.failure == nil {
            let count = bytes[offset...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                state.failure = SystemError("write \(Row.file)")
            } else {
                offset += count
            }
        }
        state.written += offset
        state.encoder.removeAll()
    }
}
