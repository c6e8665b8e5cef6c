import Glibc
import LinuxIO

extension ProcessWatch {
    /// Programs that stand between applications and PostgreSQL, as the kernel shortens their names.
    private static let poolers: Set<String> = ["pgbouncer", "pgcat", "odyssey", "pgpool", "pgdog"]

    /// A pooler on this machine that the server's sessions seem to go through: one among the server's own processes, or one that
    /// holds any of `backends`.
    ///
    /// - Parameter backends: sessions of the application's database that none of the server's processes holds.
    /// - Returns: such as `pgbouncer (pid 411)`.
    func pooler(holding backends: [Backend]) -> String? {
        let found = Proc.allStats().filter { Self.poolers.contains($0.command) && !$0.hasEnded }
        guard !found.isEmpty else { return nil }
        let family = Set(processes)
        if let own = found.first(where: { family.contains($0.identity) }) { return "\(own.command) (pid \(own.pid))" }
        guard let first = family.first, !backends.isEmpty else { return nil }
        let held = sockets(of: backends, in: SocketTable(remotePort: databasePort, asSeenBy: first.pid))
        let holder = found.first { stat in Proc.socketInodes(stat.pid).contains { held[$0] != nil } }
        return holder.map { "\($0.command) (pid \($0.pid))" }
    }
}

extension SamplerLoop {
    /// After this many loads without a sign there is none.
    private static let poolerLooks = 8

    /// Looks, at the end of a load, whether a pooler that the scenario does not name holds what the load used.
    ///
    /// Not in the first step: a server that was not asked anything yet has no sessions, and those of others say nothing of it.
    mutating func noticePooler() {
        guard pgbouncer == nil, tracker.step > 0, poolerLooks < Self.poolerLooks, processes.source != .none else { return }
        poolerLooks += 1
        let used = tracker.tiesWork ? [] : tracker.ours.values.filter(\.isUsed).map(\.backend)
        guard let pooler = processes.pooler(holding: used) else { return }
        poolerLooks = Self.poolerLooks
        notes.append("pooler: \(pooler)")
    }
}
