import Glibc

/// Bytes that come one after another: a buffer that grows up to a limit and is used again.
package struct GrowingBytes: ~Copyable {
    /// What ``removeAll()`` keeps for the next time; more is given back.
    private let kept: Int
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    package private(set) var count = 0

    package init(kept: Int = 4096) {
        self.kept = kept
    }

    deinit {
        free(base)
    }

    package var isEmpty: Bool { count == 0 }

    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Whether there was room: not beyond `limit`, nor beyond this machine's memory.
    package mutating func append(_ more: UnsafeRawBufferPointer, limit: Int) -> Bool {
        guard more.count <= limit - count, makeRoom(for: more.count) else { return false }
        if let base, let source = more.baseAddress { memcpy(base + count, source, more.count) }
        count += more.count
        return true
    }

    /// Whether there was memory.
    package mutating func append(contentsOf more: [UInt8]) -> Bool {
        guard makeRoom(for: more.count) else { return false }
        if let base { more.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: base + count, count: more.count).copyMemory(from: $0) } }
        count += more.count
        return true
    }

    /// Whether there was memory.
    package mutating func append(byte: UInt8) -> Bool {
        guard makeRoom(for: 1), let base else { return false }
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
        return true
    }

    private mutating func makeRoom(for more: Int) -> Bool {
        guard count + more > capacity else { return true }
        let wanted = max(capacity * 2, count + more, 256)
        guard let larger = realloc(base, wanted) else { return false }
        base = larger
        capacity = wanted
        return true
    }

    package mutating func removeAll() {
        count = 0
        guard capacity > kept else { return }
        free(base)
        base = nil
        capacity = 0
    }
}
