import Glibc

/// A user of the machine, for running what refuses to run as root.
package struct UnixUser: Hashable, Sendable {
    package let name: String
    let id: UInt32
    let group: UInt32

    package init?(named name: String) {
        guard let entry = getpwnam(name) else { return nil }
        self.name = name
        id = entry.pointee.pw_uid
        group = entry.pointee.pw_gid
    }

    /// The unprivileged user that PostgreSQL runs as when Seep runs as root; `nil` when Seep does not.
    package static var forPostgres: UnixUser? {
        guard geteuid() == 0 else { return nil }
        return UnixUser(named: "postgres") ?? UnixUser(named: "nobody")
    }

    /// The command that becomes `command` as this user, by exec.
    ///
    /// Subprocess's own `userID` is not used: it calls setuid(2) of the C library after a bare clone(2), and glibc then waits for a
    /// thread that was being made at that moment and does not exist in the child (seen here, Subprocess 1.0.2, glibc 2.36).
    func running(_ command: [String]) throws(ServerError) -> [String] {
        let folders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"]
        func find(_ program: String) -> String? {
            folders.map { "\($0)/\(program)" }.first(where: Files.isExecutable)
        }
        if let setpriv = find("setpriv") {
            return [setpriv, "--reuid=\(id)", "--regid=\(group)", "--clear-groups", "--"] + command
        }
        if let chroot = find("chroot") { return [chroot, "--userspec=\(id):\(group)", "--groups=", "/"] + command }
        throw ServerError(
            .notStarted, operation: "run as \(name)",
            message: "PostgreSQL does not run as root, and neither setpriv nor chroot is there to change the user")
    }
}
