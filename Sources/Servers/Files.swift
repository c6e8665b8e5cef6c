import Glibc
import LinuxIO

/// The few things that this module does with files, each a thin layer over one call.
enum Files {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func isExecutable(_ path: String) -> Bool { isRegular(path) && access(path, X_OK) == 0 }

    static func isRegular(_ path: String) -> Bool { kind(path) == S_IFREG }

    static func isFolder(_ path: String) -> Bool { kind(path) == S_IFDIR }

    private static func kind(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    /// Bytes; `nil` when there is no such file.
    static func size(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Makes the folder and those above it.
    static func makeFolder(_ path: String, mode: mode_t = 0o755) throws(SystemError) {
        if isFolder(path) { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeFolder(String(path[..<slash]), mode: mode) }
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw SystemError("mkdir \(path)") }
    }

    /// Makes a folder of a name that nobody has, readable by this user only: `prefix` and six letters.
    static func makeTemporaryFolder(_ prefix: String) throws(SystemError) -> String {
        var template = Array((prefix + "XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp \(prefix)") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes a file or a whole folder; links are removed, not followed. What is not there is no error.
    ///
    /// Goes on after a failure, and says whether nothing is left.
    @discardableResult
    static func remove(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return errno == ENOENT }
        guard status.st_mode & S_IFMT == S_IFDIR else { return unlink(path) == 0 || errno == ENOENT }
        for name in names(in: path) { remove(path + "/" + name) }
        return rmdir(path) == 0 || errno == ENOENT
    }

    static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws(SystemError) {
        try put(text, path, O_TRUNC, mode)
    }

    /// Adds `text` at the end by one write(2), so that lines of several writers do not mix.
    static func append(_ text: String, to path: String, mode: mode_t = 0o644) throws(SystemError) {
        try put(text, path, O_APPEND, mode)
    }

    private static func put(_ text: String, _ path: String, _ flag: Int32, _ mode: mode_t) throws(SystemError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flag, mode)
        guard descriptor >= 0 else { throw SystemError("open \(path)") }
        let file = OwnedDescriptor(taking: descriptor)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file.raw, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError("write \(path)") }
            rest = rest.dropFirst(count)
        }
    }

    static func read(_ path: String) -> [UInt8]? { Proc.read(path) }

    /// The names in a folder, in order; empty when there is no such folder.
    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// `path` as seen from `folder`; absolute paths stay.
    static func join(_ folder: String, _ path: String) -> String {
        if path.hasPrefix("/") { return path }
        return path == "." || path.isEmpty ? folder : folder + "/" + path
    }
}
