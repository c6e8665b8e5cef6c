import Glibc
import LinuxIO
import TestSupport
import Testing

@testable import Servers

/// One after another: each looks at all processes of the machine.
@Suite("What a dead Seep left", .serialized) struct LeftoversTests {
    /// An owner that has ended: a process of ours that was waited for.
    private func deadOwner() async throws -> Owner {
        var owner = Owner.current
        let child = try await ChildProcess.start(
            Launch(kind: .setup, name: "owner", executable: "/bin/true", arguments: [], workdir: "/"), registry: TestProcesses.registry())
        _ = await child.exited()
        child.close()
        owner.process = child.identity
        return owner
    }

    private func start(_ script: String, owner: Owner?, kind: ProcessRecord.Kind = .server) async throws -> ChildProcess {
        // A shell between, which puts another owner in the place of ours.
        let marker = owner.map { "SEEP_OWNER=\($0.text) SEEP_PROCESS=none " } ?? ""
        let child = try await ChildProcess.start(
            Launch(kind: kind, name: "left", executable: "/bin/sh", arguments: ["-c", "\(marker)exec \(script)"], workdir: "/"),
            registry: TestProcesses.registry())
        // Until the exec has happened, its environment is still the shell's.
        let deadline = MonotonicInstant.now + .seconds(60)
        while Proc.commandLine(child.identity.pid)?.first == "/bin/sh", MonotonicInstant.now < deadline {
            try await Task.sleep(for: .milliseconds(2))
        }
        return child
    }

    @Test func `is found by the environment and ended, and what the living have is not touched`() async throws {
        let dead = try await deadOwner()
        #expect(dead.life == .dead)
        let left = try await start("perl -e '$SIG{TERM} = \"IGNORE\"; sleep 300'", owner: dead)
        let ours = try await start("sleep 300", owner: nil)
        let ended = Leftovers.sweep(cache: CacheFolder(path: "/tmp/seep-test-no-such-cache"))
        let found = try #require(ended.first { $0.process.pid == left.identity.pid })
        #expect(found.owner == dead.process.pid)
        #expect(found.isGone)
        #expect(!Proc.isAlive(left.identity))
        #expect(Proc.isAlive(ours.identity))
        #expect(!ended.contains { $0.process.pid == ours.identity.pid })
        left.close()
        _ = await ours.stop([ChildProcess.StopStep(signal: SIGTERM, within: .seconds(2))])
    }

    @Test func `is found by the registry and ended with its folder, and the registry is cleared`() async throws {
        let cache = CacheFolder(path: try Files.makeTemporaryFolder("/tmp/seep-test-"))
        defer { Files.remove(cache.path) }
        let dead = try await deadOwner()
        // A process whose environment says nothing: only the registry knows it.
        let left = try await start("env -i sleep 300", owner: nil)
        let folder = try Files.makeTemporaryFolder("/tmp/seep-test-")
        let innocent = try Files.makeTemporaryFolder("/tmp/not-of-seep-")
        defer { Files.remove(innocent) }
        var record = ProcessRecord(
            kind: .server, token: "a", name: "left", owner: dead, host: ProcessRegistry.hostName, process: left.identity, folder: folder)
        let file = cache.owned + "/1-2-3.jsonl"
        try Files.makeFolder(cache.owned)
        try Files.append(try #require(ProcessRegistry.line(record)), to: file)
        // The pid is used again by a process that is nobody's: this one.
        record.token = "b"
        record.process = ProcessIdentity(pid: getpid(), startTicks: 1)
        record.folder = innocent
        try Files.append(try #require(ProcessRegistry.line(record)) + "{\"cut off", to: file)
        let ended = Leftovers.sweep(cache: cache)
        #expect(ended.contains { $0.process.pid == left.identity.pid && $0.isGone })
        #expect(!Files.exists(folder))
        #expect(Files.exists(innocent))
        #expect(!Files.exists(file))
        #expect(Leftovers.sweep(cache: cache).isEmpty)
        left.close()
    }

    @Test func `a registry of a living Seep, of another machine or another container stays`() async throws {
        let cache = CacheFolder(path: try Files.makeTemporaryFolder("/tmp/seep-test-"))
        defer { Files.remove(cache.path) }
        try Files.makeFolder(cache.owned)
        let dead = try await deadOwner()
        var contained = dead
        contained.namespace += 1
        var users = dead
        users.userID += 1
        let left = try await start("env -i sleep 300", owner: nil)
        for (index, (owner, host)) in [
            (Owner.current, ProcessRegistry.hostName), (dead, "elsewhere"), (contained, ProcessRegistry.hostName),
            (users, ProcessRegistry.hostName),
        ].enumerated() {
            let record = ProcessRecord(kind: .server, token: "a", name: "x", owner: owner, host: host, process: left.identity)
            try Files.append(try #require(ProcessRegistry.line(record)), to: "\(cache.owned)/\(index).jsonl")
        }
        #expect(Leftovers.sweep(cache: cache).isEmpty)
        #expect(Files.names(in: cache.owned).count == 4)
        #expect(Proc.isAlive(left.identity))
        _ = await left.stop([ChildProcess.StopStep(signal: SIGTERM, within: .seconds(2))])
    }

    @Test func `a registry is there while something runs, in the run folder too, and gone afterwards`() async throws {
        let folder = try Files.makeTemporaryFolder("/tmp/seep-test-")
        defer { Files.remove(folder) }
        let registry = ProcessRegistry(cache: CacheFolder(path: folder), runFolder: folder)
        let child = try await ChildProcess.start(
            Launch(kind: .server, name: "x", executable: "/bin/sleep", arguments: ["300"], workdir: "/"), registry: registry)
        let records = ProcessRegistry.records(in: try #require(Files.read(folder + "/processes.jsonl")))
        #expect(records.map(\.process) == [child.identity])
        #expect(records.map(\.owner) == [Owner.current])
        #expect(Files.names(in: folder + "/owned").count == 1)
        _ = await child.stop([ChildProcess.StopStep(signal: SIGTERM, within: .seconds(2))])
        #expect(!Files.exists(folder + "/processes.jsonl"))
        #expect(Files.names(in: folder + "/owned").isEmpty)
    }

    @Test func `an owner is read as it was written, and nothing else is one`() {
        #expect(Owner(Owner.current.text) == Owner.current)
        #expect(Owner.current.life == .alive)
        for text in ["", "1", "1:2:boot", "x:2:boot:0:1", "1:2:boot:0:1:", "1:2:boot:-1:1"] { #expect(Owner(text) == nil) }
    }
}
