import Glibc
import LinuxIO

/// The temporary folder of a throwaway cluster: its data, its socket, its password file.
struct PostgresFolder: Sendable {
    let path: String

    var data: String { path + "/data" }
    var passwordFile: String { path + "/password" }

    /// Makes the folder, for `user` when there is one.
    ///
    /// A Unix socket's path has at most 107 bytes, and an unprivileged user must be able to walk to it: `$TMPDIR` is taken when
    /// both hold, else `/tmp`.
    static func make(for user: UnixUser?) throws(SystemError) -> PostgresFolder {
        let wanted = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let isUsable = wanted.hasPrefix("/") && wanted.utf8.count < 60 && Files.isFolder(wanted) && (user == nil || isOpen(wanted))
        let folder = PostgresFolder(path: try Files.makeTemporaryFolder((isUsable ? wanted : "/tmp") + "/seep-postgres-"))
        guard let user else { return folder }
        guard chown(folder.path, user.id, user.group) == 0 else {
            let error = SystemError("chown \(folder.path)")
            Files.remove(folder.path)
            throw error
        }
        return folder
    }

    /// Whether everybody may walk to `path`.
    private static func isOpen(_ path: String) -> Bool {
        var folder = path
        while !folder.isEmpty {
            var status = stat()
            guard stat(folder, &status) == 0, status.st_mode & S_IXOTH != 0 else { return false }
            folder = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? ""
        }
        return true
    }

    /// Writes a file that only the owner of the folder may read.
    func write(_ text: String, to path: String, for user: UnixUser?) throws(SystemError) {
        try Files.write(text, to: path, mode: 0o600)
        if let user, chown(path, user.id, user.group) != 0 { throw SystemError("chown \(path)") }
    }

    /// Removes the folder of a cluster that has ended, and the shared memory that a killed one left.
    func remove() {
        if let bytes = Files.read(data + "/postmaster.pid"), let segment = Self.sharedMemory(bytes) {
            var status = shmid_ds()
            // The number may be another's by now; its key, and that nobody is attached, say that it is not.
            let isOurs = shmctl(segment.id, IPC_STAT, &status) == 0 && status.shm_perm.__key == segment.key && status.shm_nattch == 0
            if isOurs { shmctl(segment.id, IPC_RMID, nil) }
        }
        Files.remove(path)
    }

    /// The System V segment in `postmaster.pid`: the two numbers of its seventh line.
    static func sharedMemory(_ bytes: [UInt8]) -> (key: Int32, id: Int32)? {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 7 else { return nil }
        let numbers = lines[6].split(separator: " ")
        // The key is printed unsigned.
        guard numbers.count == 2, let key = UInt32(numbers[0]), let id = Int32(numbers[1]) else { return nil }
        return (Int32(bitPattern: key), id)
    }
}
