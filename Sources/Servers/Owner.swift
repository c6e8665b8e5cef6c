import Glibc
package import LinuxIO

/// A running Seep, as the processes that it started carry it in their environment (`SEEP_OWNER`).
///
/// A pid says nothing without the start of the process, the boot, and the pid namespace that it was given in.
package struct Owner: Hashable, Sendable, Codable {
    package static let variable = "SEEP_OWNER"

    package var process: ProcessIdentity
    var bootID: String
    var userID: UInt32
    var namespace: UInt64

    /// This process.
    package static let current = Owner(
        process: Proc.identity(getpid()) ?? ProcessIdentity(pid: getpid(), startTicks: 0), bootID: Proc.bootID, userID: getuid(),
        namespace: Proc.pidNamespace)

    package init(process: ProcessIdentity, bootID: String, userID: UInt32, namespace: UInt64) {
        self.process = process
        self.bootID = bootID
        self.userID = userID
        self.namespace = namespace
    }

    /// `pid:start:boot:user:namespace`, the value of the variable.
    package var text: String {
        "\(process.pid):\(process.startTicks):\(bootID):\(userID):\(namespace)"
    }

    /// Reads what ``text`` wrote; `nil` for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 5, let pid = pid_t(parts[0]), let ticks = UInt64(parts[1]), let user = UInt32(parts[3]),
            let namespace = UInt64(parts[4])
        else { return nil }
        self.init(
            process: ProcessIdentity(pid: pid, startTicks: ticks), bootID: String(parts[2]), userID: user, namespace: namespace)
    }

    package enum Life: Sendable {
        case alive
        case dead
        /// Of another user, or in another container: not ours to judge.
        case notOurs
    }

    package var life: Life {
        guard userID == getuid(), namespace == Self.current.namespace else { return .notOurs }
        guard bootID == Self.current.bootID else { return .dead }
        return Proc.isAlive(process) ? .alive : .dead
    }
}
