import Glibc
import Testing

/// Compares with a file under `Golden`, or writes it anew where `SEEP_RENEW_GOLDEN` is set.
func expectGolden(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let folder = "\(#filePath)".split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let path = "\(folder)/Golden/\(name)"
    if getenv("SEEP_RENEW_GOLDEN") != nil {
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
        return
    }
    let golden = try #require(read(path), "there is no golden file \(name): see Golden/README.md", sourceLocation: sourceLocation)
    #expect(text == golden, "differs from Golden/\(name)", sourceLocation: sourceLocation)
}

private func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = fread(&piece, 1, piece.count, file)
        if count == 0 { return String(decoding: bytes, as: UTF8.self) }
        bytes += piece[..<count]
    }
}
