import Foundation
import LinuxIO

/// Whole files as text, for looking at what a run left.
enum TextFile {
    static func read(_ path: String) -> String {
        (try? String(decoding: Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)) ?? ""
    }

    static func link(_ path: String) throws -> String { try FileManager.default.destinationOfSymbolicLink(atPath: path) }

    static func write(_ text: String, to path: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    static func names(in path: String) -> [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

/// A folder for one test: scenarios, results, and what `seep` printed. Goes away with its owner.
final class Workplace: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/seep-e2e-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard chmod(path, 0o755) == 0 else { throw SystemError("chmod") }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var results: String { path + "/results" }

    /// Writes a scenario and returns its path.
    func scenario(_ text: String, name: String = "test.yaml") throws -> String {
        try TextFile.write(text, to: "\(path)/\(name)")
        return "\(path)/\(name)"
    }

    /// Starts `seep` in this folder, so that its results go there.
    func start(_ arguments: [String], environment: [String: String] = [:]) throws -> SeepProcess {
        try SeepProcess.start(arguments, in: path, environment: environment)
    }

    /// Runs `seep` to its end.
    func seep(
        _ arguments: [String], environment: [String: String] = [:], within limit: Duration = .seconds(120)
    ) async throws -> SeepProcess.Ended {
        try await start(arguments, environment: environment).ended(within: limit)
    }

    /// The cells of all runs, oldest run first.
    func cells() -> [CellFiles] { CellFiles.all(under: results) }

    /// The one cell of the one run.
    func cell() throws -> CellFiles {
        let cells = cells()
        guard cells.count == 1 else { throw Unexpected("\(cells.count) cells under \(results)") }
        return CellFiles(path: cells[0].path, place: self)
    }
}

struct Unexpected: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

extension TextFile {
    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
