import Glibc
import LinuxIO

/// What a Seep left running that ended without ending it: by SIGKILL, a crash, or the machine.
///
/// Found in two ways that cover each other: the registry of the cache folder, written before each start, and the environment
/// of the processes that run, which names their owner. What belongs to a living Seep, to another user or to another container
/// is never touched.
package enum Leftovers {
    /// A process that was found and ended.
    package struct Ended: Hashable, Sendable, CustomStringConvertible {
        package let process: ProcessDescription
        /// The pid of the Seep that had started it.
        package let owner: Int32
        /// Whether it is gone; `false` for one that even SIGKILL did not end in time.
        package let isGone: Bool

        package var description: String {
            "\(process), left by Seep \(owner)" + (isGone ? "" : ", still there")
        }
    }

    /// Ends what dead Seeps of this user left, and removes their temporary folders. To be called at every start; takes at most 6 s.
    ///
    /// - Parameter runFolder: a run folder whose `processes.jsonl` is to be read as well.
    package static func sweep(cache: CacheFolder = .ofThisUser, runFolder: String? = nil) -> [Ended] {
        end(in: files(cache, runFolder)) { $0.life == .dead }
    }

    /// Ends what `owner` has started and not ended, on the way out; takes at most `patience` and 3 s.
    ///
    /// May be called from an exit handler: it blocks, and needs neither tasks nor other threads.
    ///
    /// - Parameter patience: how long what is asked to end may take before it is killed.
    package static func endAll(
        of owner: Owner = .current, cache: CacheFolder = .ofThisUser, runFolder: String? = nil, patience: Duration = .seconds(3)
    ) -> [Ended] {
        end(in: files(cache, runFolder), patience: patience) { $0 == owner }
    }

    private static func files(_ cache: CacheFolder, _ runFolder: String?) -> [String] {
        let own = Files.names(in: cache.owned).filter { $0.hasSuffix(".jsonl") }.map { cache.owned + "/" + $0 }
        return own + (runFolder.map { [$0 + "/processes.jsonl"] } ?? [])
    }

    private struct Target {
        let stat: ProcessStat
        let owner: Owner
        let kind: ProcessRecord.Kind
    }

    private static let rounds = 5

    private static func end(in files: [String], patience: Duration = .seconds(3), of isMeant: (Owner) -> Bool) -> [Ended] {
        var records: [ProcessRecord] = []
        // Looked at before the ending: an owner that dies in the meantime leaves a file that nobody has acted on yet.
        let spent = files.filter { isSpent($0, of: isMeant) }
        for file in files {
            let all = ProcessRegistry.records(in: Files.read(file) ?? []).filter { $0.host == ProcessRegistry.hostName }
            records += all.filter { isMeant($0.owner) && $0.ended != true }
        }
        var targets: [Target] = []
        var descriptions: [ProcessDescription] = []
        var gone: Set<ProcessIdentity> = []
        // What is ended may have started something in its last moment: a shell goes on to its next command.
        for round in 0..<rounds {
            let known = Set(targets.map(\.stat.identity))
            let found = Self.targets(records, of: isMeant).filter { !known.contains($0.stat.identity) }
            if found.isEmpty { break }
            targets += found
            descriptions += found.map { ProcessDescription($0.stat) }
            gone.formUnion(end(found, round == 0 ? patience : min(patience, .milliseconds(200))))
        }
        for record in records {
            // A line of the registry may be damaged: only what bears our name is removed.
            guard let folder = record.folder, folder.hasPrefix("/"), folder.split(separator: "/").last?.hasPrefix("seep-") == true
            else { continue }
            if record.kind == .postgres { PostgresFolder(path: folder).remove() } else { Files.remove(folder) }
        }
        for file in spent where isSpent(file, of: isMeant) { unlink(file) }
        return zip(targets, descriptions).map { target, description in
            Ended(process: description, owner: target.owner.process.pid, isGone: gone.contains(target.stat.identity))
        }
    }

    /// Whether nobody needs the file any more: each of its records was meant, or had ended before.
    private static func isSpent(_ file: String, of isMeant: (Owner) -> Bool) -> Bool {
        guard let bytes = Files.read(file) else { return false }
        let records = ProcessRegistry.records(in: bytes)
        return !records.isEmpty && records.allSatisfy { $0.host == ProcessRegistry.hostName && (isMeant($0.owner) || $0.ended == true) }
    }

    private static func targets(_ records: [ProcessRecord], of isMeant: (Owner) -> Bool) -> [Target] {
        let stats = Proc.allStats().filter { !$0.hasEnded && $0.pid != getpid() }
        let byToken = Dictionary(records.map { ($0.token, $0) }) { first, _ in first }
        let recorded = records.filter { $0.owner.bootID == Owner.current.bootID }.compactMap { record in
            record.process.map { ($0, record) }
        }
        let byProcess = Dictionary(recorded) { first, _ in first }
        var found: [ProcessIdentity: Target] = [:]
        for stat in stats {
            if let record = byProcess[stat.identity] {
                found[stat.identity] = Target(stat: stat, owner: record.owner, kind: record.kind)
            } else if let environment = Proc.environment(stat.pid),
                let owner = environment[Owner.variable].flatMap({ Owner($0) }), isMeant(owner)
            {
                let kind = environment[ProcessRegistry.tokenVariable].flatMap { byToken[$0]?.kind } ?? .server
                found[stat.identity] = Target(stat: stat, owner: owner, kind: kind)
            }
        }
        for target in found.values {
            for child in Proc.descendants(of: target.stat.pid, in: stats) where found[child.identity] == nil {
                found[child.identity] = Target(stat: child, owner: target.owner, kind: target.kind)
            }
        }
        return found.values.sorted { $0.stat.pid < $1.stat.pid }
    }

    /// A signal that ends it, some patience, then SIGKILL; those that are gone.
    private static func end(_ targets: [Target], _ patience: Duration) -> Set<ProcessIdentity> {
        // SIGQUIT is PostgreSQL's immediate shutdown: it takes its shared memory with it, which SIGKILL would leave.
        for target in targets where Proc.isAlive(target.stat.identity) {
            kill(target.stat.pid, target.kind == .postgres ? SIGQUIT : SIGTERM)
        }
        wait(for: targets, within: patience)
        for target in targets where Proc.isAlive(target.stat.identity) { kill(target.stat.pid, SIGKILL) }
        wait(for: targets, within: .seconds(2))
        return Set(targets.map(\.stat.identity).filter { !Proc.isAlive($0) })
    }

    private static func wait(for targets: [Target], within: Duration) {
        let deadline = MonotonicInstant.now + within
        while targets.contains(where: { Proc.isAlive($0.stat.identity) }), MonotonicInstant.now < deadline { usleep(5_000) }
    }
}
