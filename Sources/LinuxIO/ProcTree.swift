package import Glibc

extension Proc {
    /// The processes of a process group, those that have ended included.
    package static func members(ofProcessGroup group: pid_t, in stats: [ProcessStat] = allStats()) -> [ProcessStat] {
        stats.filter { $0.processGroup == group }
    }

    /// The children of a process, their children, and so on, parents before children; not the process itself.
    ///
    /// A process whose parent ended has another parent (init), and is not found this way.
    package static func descendants(of pid: pid_t, in stats: [ProcessStat] = allStats()) -> [ProcessStat] {
        let children = Dictionary(grouping: stats, by: \.parent)
        var found: [ProcessStat] = []
        var seen: Set<pid_t> = [pid]
        var next = children[pid] ?? []
        while !next.isEmpty {
            // The table was not read at one instant: a pid that was used again could close a circle.
            let fresh = next.filter { seen.insert($0.pid).inserted }
            found += fresh
            next = fresh.flatMap { children[$0.pid] ?? [] }
        }
        return found
    }
}
