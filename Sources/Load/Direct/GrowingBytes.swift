import Glibc

/// Bytes that were left over, such as the beginning of a line: a buffer that grows up to a limit and is used again.
struct GrowingBytes: ~Copyable {
    /// What is kept for the next time; more is given back.
    private static let kept = 4096

    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private(set) var count = 0

    deinit {
        free(base)
    }

    var isEmpty: Bool { count == 0 }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Whether there was room: not beyond `limit`, nor beyond this machine's memory.
    mutating func append(_ more: UnsafeRawBufferPointer, limit: Int) -> Bool {
        guard more.count <= limit - count else { return false }
        if count + more.count > capacity {
            let wanted = max(capacity * 2, count + more.count, 256)
            guard let larger = realloc(base, wanted) else { return false }
            base = larger
            capacity = wanted
        }
        if let base, let source = more.baseAddress { memcpy(base + count, source, more.count) }
        count += more.count
        return true
    }

    mutating func removeAll() {
        count = 0
        guard capacity > Self.kept else { return }
        free(base)
        base = nil
        capacity = 0
    }
}
