import Glibc
import LinuxIO

/// A log file that stops growing at a limit and says so, in the file.
struct CappedLog: ~Copyable {
    private let file: OwnedDescriptor
    private let limitBytes: Int
    private var written: Int
    private var isCut = false

    /// Opens `path` for adding to it; what it holds already counts.
    init(path: String, limitBytes: Int) throws(SystemError) {
        let raw = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard raw >= 0 else { throw SystemError("open \(path)") }
        file = OwnedDescriptor(taking: raw)
        self.limitBytes = limitBytes
        written = Files.size(path) ?? 0
    }

    /// Adds what fits. A disk that is full loses output and nothing else.
    mutating func append(_ bytes: ArraySlice<UInt8>) {
        guard !isCut else { return }
        let fitting = bytes.prefix(max(limitBytes - written, 0))
        put(fitting)
        guard fitting.count < bytes.count else { return }
        isCut = true
        put(Array("\n[seep: the log reached its limit of \(limitBytes) bytes; what follows was not kept]\n".utf8)[...])
    }

    private mutating func put(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file.raw, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            written += count
            rest = rest.dropFirst(count)
        }
    }
}
