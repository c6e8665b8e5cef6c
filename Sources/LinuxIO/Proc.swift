package import Glibc

/// What the kernel says of processes under `/proc` (proc(5)).
///
/// A process may end between two looks at it: every answer is `nil` or leaves out what has gone, and nothing throws.
package enum Proc {
    /// The pids of all processes that this user may see, in ascending order.
    package static func all() -> [pid_t] {
        names(in: "/proc").compactMap { pid_t($0) }.sorted()
    }

    package static func stat(_ pid: pid_t) -> ProcessStat? {
        read("/proc/\(pid)/stat").flatMap { ProcessStat(parsing: $0, pageBytes: pageBytes) }
    }

    /// ``stat(_:)`` of every process.
    package static func allStats() -> [ProcessStat] {
        all().compactMap(stat)
    }

    /// The words that the process was started with; empty for kernel threads and zombies.
    package static func commandLine(_ pid: pid_t) -> [String]? {
        read("/proc/\(pid)/cmdline").map(strings)
    }

    /// The environment that the process was started with; `nil` also when this user may not read it.
    package static func environment(_ pid: pid_t) -> [String: String]? {
        guard let bytes = read("/proc/\(pid)/environ") else { return nil }
        var values: [String: String] = [:]
        for entry in strings(bytes) {
            guard let equals = entry.firstIndex(of: "=") else { continue }
            values[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
        }
        return values
    }

    /// The process as (pid, start): a pid alone is used again.
    package static func identity(_ pid: pid_t) -> ProcessIdentity? {
        stat(pid)?.identity
    }

    /// Whether the process lives and is the one that was meant. A zombie, ended and not yet waited for, does not live.
    package static func isAlive(_ identity: ProcessIdentity) -> Bool {
        guard let stat = stat(identity.pid) else { return false }
        return stat.identity == identity && !stat.hasEnded
    }

    /// How many descriptors the process holds; `nil` when this user may not look.
    package static func descriptorCount(_ pid: pid_t) -> Int? {
        let folder = "/proc/\(pid)/fd"
        // Since Linux 6.2 the size of the folder is the count.
        if let size = fileStatus(folder)?.st_size, size > 0 { return Int(size) }
        guard let folder = opendir(folder) else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return max(count - 2, 0)
    }

    /// The sockets that the process holds, as inodes; they join to ``tcpTable(_:)``.
    package static func socketInodes(_ pid: pid_t) -> [UInt64] {
        let folder = "/proc/\(pid)/fd"
        return names(in: folder).compactMap { link("\(folder)/\($0)").flatMap(socketInode) }
    }

    /// The inode in `socket:[123]`, as links of `/proc/PID/fd` read.
    static func socketInode(_ target: String) -> UInt64? {
        guard target.hasPrefix("socket:["), target.hasSuffix("]") else { return nil }
        return UInt64(target.dropFirst(8).dropLast())
    }

    /// Names of the machine's present boot: pids and starts of another boot mean nothing.
    package static var bootID: String {
        read("/proc/sys/kernel/random/boot_id").map { String(decoding: $0, as: UTF8.self).trimmedOfWhitespace } ?? "unknown"
    }

    /// The inode of this process's pid namespace: pids of another (a container's) mean nothing here.
    package static var pidNamespace: UInt64 {
        fileStatus("/proc/self/ns/pid").map { UInt64($0.st_ino) } ?? 0
    }

    /// The user that the process runs as.
    package static func userID(_ pid: pid_t) -> uid_t? {
        fileStatus("/proc/\(pid)")?.st_uid
    }

    private static let pageBytes = Int(sysconf(Int32(_SC_PAGESIZE)))

    /// A whole file of `/proc`, whose size the kernel does not say beforehand.
    package static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            bytes += chunk[..<count]
        }
    }

    private static func link(_ path: String) -> String? {
        var target = [UInt8](repeating: 0, count: 256)
        let count = target.withUnsafeMutableBytes { $0.baseAddress.map { readlink(path, $0, 256) } ?? -1 }
        return count > 0 ? String(decoding: target[..<count], as: UTF8.self) : nil
    }

    private static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// The strings in a block where each ends with a zero byte.
    static func strings(_ bytes: [UInt8]) -> [String] {
        guard !bytes.isEmpty else { return [] }
        let body = bytes.last == 0 ? bytes.dropLast() : bytes[...]
        return body.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// stat(2); outside the enumeration, whose own `stat` would hide it.
private func fileStatus(_ path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
}

extension String {
    fileprivate var trimmedOfWhitespace: String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
