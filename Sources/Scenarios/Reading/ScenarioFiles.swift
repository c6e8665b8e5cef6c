import Foundation

/// Files that a scenario names, beside its own text.
enum ScenarioFiles {
    /// The largest file that is read: data, and bodies.
    static let sizeLimit = 100_000_000

    struct Unreadable: Error {
        let message: String
        let expected: String?
    }

    /// - Parameters:
    ///   - folder: where a relative path starts.
    static func absolute(_ path: String, in folder: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }

    static func bytes(of path: String) -> Result<[UInt8], Unreadable> {
        var isFolder: ObjCBool = false
        guard !path.utf8.contains(0), FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            return .failure(Unreadable(message: "there is no such file", expected: "a path, relative to the scenario's folder"))
        }
        guard !isFolder.boolValue else { return .failure(Unreadable(message: "this is a folder", expected: "a file")) }
        let attributes = try? FileManager.default.attributesOfItem(atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
        guard attributes?[.type] as? FileAttributeType == .typeRegular else {
            return .failure(Unreadable(message: "this is no file with content of its own", expected: "a regular file"))
        }
        if let size = attributes?[.size] as? Int, size > sizeLimit {
            return .failure(Unreadable(message: "the file has \(size) bytes", expected: "at most \(sizeLimit)"))
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            return .failure(Unreadable(message: "the file could not be read", expected: "a file that this user may read"))
        }
        return .success(Array(data))
    }
}
