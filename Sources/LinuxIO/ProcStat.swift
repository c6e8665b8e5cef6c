package import Glibc

/// A process as the kernel tells it apart: a pid is used again, a pid with its start is not.
package struct ProcessIdentity: Hashable, Sendable, Codable {
    package var pid: pid_t
    /// Clock ticks (100 a second) from the boot to the start of the process.
    package var startTicks: UInt64

    package init(pid: pid_t, startTicks: UInt64) {
        self.pid = pid
        self.startTicks = startTicks
    }
}

/// One process as `/proc/PID/stat` shows it.
package struct ProcessStat: Hashable, Sendable {
    package let pid: pid_t
    /// The name of the program, at most 15 bytes, as the process may have changed it.
    package let command: String
    /// `R S D T Z X …`; proc(5).
    package let state: Character
    package let parent: pid_t
    package let processGroup: pid_t
    package let session: pid_t
    /// Processor time in clock ticks (100 a second): in the program, and in the kernel on its behalf.
    package let userTicks: UInt64
    package let systemTicks: UInt64
    package let threads: Int
    /// Clock ticks from the boot to the start of the process.
    package let startTicks: UInt64
    package let residentBytes: Int

    package var identity: ProcessIdentity { ProcessIdentity(pid: pid, startTicks: startTicks) }

    /// Ended, and only kept until its parent asks how.
    package var hasEnded: Bool { state == "Z" || state == "X" }

    /// Reads the one line of the file; `nil` when it is no such line.
    ///
    /// The name stands in parentheses and may itself hold spaces, parentheses and line ends: it reaches to the last `)`.
    package init?(parsing bytes: [UInt8], pageBytes: Int) {
        guard let open = bytes.firstIndex(of: UInt8(ascii: "(")), let close = bytes.lastIndex(of: UInt8(ascii: ")")), open < close,
            let pid = pid_t(String(decoding: bytes[..<open], as: UTF8.self).filter { $0 != " " })
        else { return nil }
        let fields = bytes[(close + 1)...].split { $0 == 0x20 || $0 == 0x0A }.map { String(decoding: $0, as: UTF8.self) }
        // Field n of proc(5) stands at n − 3: the name was the second.
        guard fields.count >= 22, let state = fields[0].first, fields[0].count == 1, let parent = pid_t(fields[1]),
            let processGroup = pid_t(fields[2]), let session = pid_t(fields[3]), let userTicks = UInt64(fields[11]),
            let systemTicks = UInt64(fields[12]), let threads = Int(fields[17]), let startTicks = UInt64(fields[19]),
            let pages = Int(fields[21])
        else { return nil }
        self.pid = pid
        command = String(decoding: bytes[(open + 1)..<close], as: UTF8.self)
        self.state = state
        self.parent = parent
        self.processGroup = processGroup
        self.session = session
        self.userTicks = userTicks
        self.systemTicks = systemTicks
        self.threads = threads
        self.startTicks = startTicks
        residentBytes = pages.multipliedReportingOverflow(by: pageBytes).partialValue
    }
}
