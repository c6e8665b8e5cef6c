/// Gives a key that stands twice another name of the same length, so that the rest of a file can still be read and judged.
///
/// Yams refuses a map with a key given twice and reads no further. The first character of the key's first occurrence becomes one
/// of Unicode's private use, which a file that holds such characters itself is not offered.
struct DuplicateKeyRepair {
    private(set) var text: String
    /// The characters that were replaced, in order; the n-th by `first + n`.
    private var replaced: [Unicode.Scalar] = []

    private static let first: UInt32 = 0x10_0000
    private static let limit = 64

    init(_ text: String) { self.text = text }

    /// Renames the key at a place; false when that cannot be done, and the duplicate has to be reported alone.
    mutating func rename(line: Int, column: Int) -> Bool {
        guard replaced.count < Self.limit, !replaced.isEmpty || !text.unicodeScalars.contains(where: { $0.value >= Self.first }) else {
            return false
        }
        let source = SourceText(path: "", text: text)
        guard var index = source.index(line: line, column: column), index < text.unicodeScalars.endIndex else { return false }
        if text.unicodeScalars[index] == "\"" || text.unicodeScalars[index] == "'" {
            index = text.unicodeScalars.index(after: index)
        }
        guard index < text.unicodeScalars.endIndex, Self.isPlainText(text.unicodeScalars[index]),
            let sentinel = Unicode.Scalar(Self.first + UInt32(replaced.count))
        else { return false }
        replaced.append(text.unicodeScalars[index])
        text.unicodeScalars.replaceSubrange(index...index, with: CollectionOfOne(sentinel))
        return true
    }

    /// The key as the file has it.
    func original(_ key: String) -> String {
        guard let head = key.unicodeScalars.first, head.value >= Self.first, replaced.indices.contains(Int(head.value - Self.first)) else {
            return key
        }
        var scalars = key.unicodeScalars
        scalars.replaceSubrange(scalars.startIndex...scalars.startIndex, with: CollectionOfOne(replaced[Int(head.value - Self.first)]))
        return String(scalars)
    }

    /// Whether replacing the character leaves the structure of the text as it is: no quote, escape, anchor, tag, alias or bracket.
    private static func isPlainText(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_" || scalar == "/" || scalar == "."
    }
}
