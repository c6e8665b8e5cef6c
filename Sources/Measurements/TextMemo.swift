import Glibc

/// The texts that a column had lately: where the same few come again and again, each is made once.
///
/// Memory is bounded: so many texts, each no longer than ``longest``. Belongs to one thread.
struct TextMemo: ~Copyable {
    private struct Entry {
        var key: UnsafeMutableRawPointer?
        var count = 0
        var text = ""
    }

    /// A power of two.
    private static let places = 256
    /// Bytes in the file; a longer text is made each time.
    static let longest = 1024

    private let entries: UnsafeMutablePointer<Entry>

    init() {
        entries = .allocate(capacity: Self.places)
        entries.initialize(repeating: Entry(), count: Self.places)
    }

    deinit {
        for index in 0..<Self.places { entries[index].key?.deallocate() }
        entries.deinitialize(count: Self.places)
        entries.deallocate()
    }

    /// The text of these bytes of the file.
    ///
    /// - Parameter make: makes it, where it is not remembered.
    func text(_ bytes: UnsafeRawBufferPointer, make: (UnsafeRawBufferPointer) -> String) -> String {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return "" }
        guard bytes.count <= Self.longest else { return make(bytes) }
        let place = entries + Self.place(base, bytes.count)
        if let key = place.pointee.key, place.pointee.count == bytes.count, memcmp(key, base, bytes.count) == 0 {
            return place.pointee.text
        }
        let text = make(bytes)
        place.pointee.key?.deallocate()
        let key = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 1)
        key.copyMemory(from: base, byteCount: bytes.count)
        place.pointee = Entry(key: key, count: bytes.count, text: text)
        return text
    }

    /// FNV-1a, of eight bytes at a time. Texts that fall together take each other's place, which costs time only.
    private static func place(_ base: UnsafeRawPointer, _ count: Int) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var offset = 0
        while offset + 8 <= count {
            hash = (hash ^ base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0x0000_0100_0000_01B3
            // The multiplication alone carries nothing from the upper bytes into the lower.
            hash ^= hash >> 32
            offset += 8
        }
        while offset < count {
            hash = (hash ^ UInt64(base.load(fromByteOffset: offset, as: UInt8.self))) &* 0x0000_0100_0000_01B3
            offset += 1
        }
        return Int(truncatingIfNeeded: (hash ^ hash >> 32) & UInt64(places - 1))
    }
}
