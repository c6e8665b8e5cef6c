import Foundation

/// A temporary folder that goes away with its owner.
final class TemporaryPlace {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "seep-harness-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")) ?? []).sorted()
    }
}
