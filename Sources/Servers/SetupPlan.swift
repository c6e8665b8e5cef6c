import Glibc

/// What a setup is remembered by: its text, the files that it names, and the machine.
///
/// The folder is made of a hash, so that a setup that changes gets a new one and an old scenario finds its old one again.
package struct SetupPlan: Hashable, Sendable {
    package let name: String
    /// The value of `{{cache}}`; exists once the setup has begun.
    package let cacheFolder: String
    /// Where the setup runs; absolute.
    package let workdir: String

    /// - Parameters:
    ///   - text: the setup with every placeholder filled in but `{{cache}}`, which is left as it is; empty where there is none.
    ///   - folder: the scenario's, absolute.
    ///   - workdir: the server's, relative to `folder`.
    package init(name: String, text: String, folder: String, workdir: String, cache: CacheFolder = .ofThisUser) {
        self.name = name
        self.workdir = Files.join(folder, workdir)
        var hash = Fingerprint()
        hash.add("setup 1")
        hash.add(text)
        hash.add(Self.machine)
        hash.add(Files.read("/etc/os-release") ?? [])
        for file in Self.filesNamed(in: text, folders: [self.workdir, folder]) {
            hash.add(file)
            hash.add(Files.read(file) ?? [])
        }
        cacheFolder = "\(cache.path)/setup-\(hash.text)"
    }

    /// The regular files that words of the text name, seen from the first of `folders` that has them; at most 50, of 10 MB.
    ///
    /// A word may stand in quotes or after `=`. What a named file names in turn, and folders (`pip install .`), are not followed.
    static func filesNamed(in text: String, folders: [String]) -> [String] {
        let words = text.split { $0.isWhitespace || ";&|<>()\"'".contains($0) }.map(String.init)
        let candidates =
            words
            + words.compactMap { word in
                word.firstIndex(of: "=").map { String(word[word.index(after: $0)...]) }
            }
        var found: [String] = []
        for word in candidates where !word.isEmpty && !word.contains("{{") {
            let path = folders.map { Files.join($0, word) }.first(where: Files.isRegular)
            guard let path, !found.contains(path), (Files.size(path) ?? 0) <= 10_000_000 else { continue }
            found.append(path)
        }
        return Array(found.sorted().prefix(50))
    }

    /// `Linux x86_64`.
    private static var machine: String {
        var names = utsname()
        guard uname(&names) == 0 else { return "unknown" }
        return withUnsafeBytes(of: names.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

/// 128 bits that stand for some text: FNV-1a of 64 bits, twice, from two beginnings.
///
/// It tells apart what people write; it does not resist somebody who wants two texts to be alike.
struct Fingerprint: Hashable, Sendable {
    private var first: UInt64 = 0xCBF2_9CE4_8422_2325
    private var second: UInt64 = 0x6C62_272E_07BB_0142

    /// Adds the bytes and their end, so that `ab`, `c` is not `a`, `bc`.
    mutating func add(_ bytes: [UInt8]) {
        for byte in bytes { add(byte) }
        var count = UInt64(bytes.count)
        for _ in 0..<8 {
            add(UInt8(truncatingIfNeeded: count))
            count >>= 8
        }
    }

    mutating func add(_ text: String) { add(Array(text.utf8)) }

    private mutating func add(_ byte: UInt8) {
        first = (first ^ UInt64(byte)) &* 0x100_0000_01B3
        // The second runs over the complement, or the two would stay in step.
        second = (second ^ UInt64(~byte)) &* 0x100_0000_01B3
    }

    /// 32 hexadecimal digits.
    var text: String { Self.hex(first) + Self.hex(second) }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
