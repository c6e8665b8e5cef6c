import Glibc
import LinuxIO

/// All processes that come from one that Seep started: its group, its descendants, and those that left both.
///
/// A process that has left its group, its session and its parent is known by the token in its environment, or by having been
/// seen as a descendant before. The group's number alone is not trusted once its leader is gone: it may be used again.
struct ProcessFamily: Sendable {
    let leader: ProcessIdentity
    let token: String
    private var known: Set<ProcessIdentity>

    init(leader: ProcessIdentity, token: String) {
        self.leader = leader
        self.token = token
        known = [leader]
    }

    /// Looks at all processes of the machine, and returns those of the family that live.
    mutating func refresh() -> [ProcessStat] {
        // Nothing of the family is older than its leader.
        let stats = Proc.allStats().filter { $0.startTicks >= leader.startTicks }
        let byPID = Dictionary(stats.map { ($0.pid, $0) }) { first, _ in first }
        // A leader that has ended and was not waited for yet still guards its number.
        let leaderIsThere = byPID[leader.pid]?.identity == leader
        var found = stats.filter { stat in
            known.contains(stat.identity) || (leaderIsThere && stat.processGroup == leader.pid)
                || Proc.environment(stat.pid)?[ProcessRegistry.tokenVariable] == token
        }
        found += found.flatMap { Proc.descendants(of: $0.pid, in: stats) }
        // Who has gone is forgotten: the workers of a long run are many.
        known = Set(found.map(\.identity)).union([leader])
        var seen: Set<ProcessIdentity> = []
        return found.filter { !$0.hasEnded && seen.insert($0.identity).inserted }
    }

    /// Of those seen before, the ones that still live; cheaper than ``refresh()``.
    func alive() -> [ProcessStat] {
        known.compactMap { identity in
            guard let stat = Proc.stat(identity.pid), stat.identity == identity, !stat.hasEnded else { return nil }
            return stat
        }
    }

    /// Whether the process is in the group that the leader began.
    func isInGroup(_ stat: ProcessStat) -> Bool { stat.processGroup == leader.pid }
}

/// A process named for people.
package struct ProcessDescription: Hashable, Sendable, CustomStringConvertible {
    package let pid: Int32
    /// The command line, or the name where it has none; cut at 120 characters.
    package let command: String

    init(_ stat: ProcessStat) {
        pid = stat.pid
        let words = Proc.commandLine(stat.pid) ?? []
        command = String((words.isEmpty ? stat.command : words.joined(separator: " ")).prefix(120))
    }

    package init?(pid: Int32) {
        guard let stat = Proc.stat(pid) else { return nil }
        self.init(stat)
    }

    package var description: String { "\(command) (pid \(pid))" }
}
