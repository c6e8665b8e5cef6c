import Foundation
import LinuxIO
import Measurements

/// A run directory in a temporary folder, removed at the end.
struct ScratchFolder {
    let path: String

    init() throws {
        var template = Array((FileManager.default.temporaryDirectory.path + "/seep-bench-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func runDirectory() throws -> RunDirectory {
        try RunDirectory(creatingFilesIn: path, clock: RunClock())
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
