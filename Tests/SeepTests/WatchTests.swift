import Foundation
import Glibc
import LinuxIO
import Measurements
import Scenarios
import Servers
import TestSupport
import Testing
import Verdicts

/// `seep watch` beside loads that others make, before a real server on a real PostgreSQL.
@Suite("seep watch", .serialized, .timeLimit(.minutes(5))) struct WatchTests {
    @Test(arguments: [("per-request", Verdict.Kind.leak, Int32(1)), ("threads", .bounded, 0), ("clean", .clean, 0)])
    func `tells a leak from a pool under curl, by the gaps between`(_ shape: String, _ wanted: Verdict.Kind, _ status: Int32) async throws {
        try await Self.with(shape) { place, url, port in
            let load =
                "for i in 1 2 3 4 5; do for j in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do curl -s -o /dev/null http://127.0.0.1:\(port)/query; "
                + "done; sleep 2.5; done; exit 7"
            let ended = try await place.seep(
                [
                    "watch", "--database", url, "--listener", "\(port)", "--gap", "1500ms", "--settle", "2s", "--name", "curl", "--", "sh",
                    "-c", load,
                ], within: .seconds(90))
            #expect(ended.status == status, "\(ended.said)")
            #expect(ended.said.contains("sh ended with 7"), "\(ended.said)")
            let cell = try place.cell()
            #expect(try cell.verdict().verdict == wanted, "\(ended.said)")
            // Sessions that live for a millisecond are in no sample, and so is their load.
            if shape != "clean" { #expect(try cell.steps.count { $0.kind == .watch } == 5, "\(ended.said)") }
            try await expectJudgedAlike(cell, place)
        }
    }

    @Test func `runs a load generator as often as told, with its output where it belongs`() async throws {
        try await Self.with("per-request") { place, url, port in
            let ended = try await place.seep(
                [
                    "watch", "--database", url, "--repeat", "4", "--settle", "1500ms", "--", "ab", "-q", "-n", "40", "-c", "4",
                    "http://127.0.0.1:\(port)/query",
                ], within: .seconds(60))
            #expect(ended.status == 1, "\(ended.said)")
            #expect(ended.output.components(separatedBy: "Requests per second").count == 5)
            #expect(!ended.output.contains("sessions that began") && ended.errors.contains("sessions that began"), "\(ended.said)")
        }
    }

    @Test func `without a command watches until it is interrupted, and the verdict decides the exit code`() async throws {
        try await Self.with("per-request") { place, url, port in
            let seep = try place.start(["watch", "--database", url, "--gap", "1s", "--plain"])
            try await wait(for: "the first step", while: seep) { try (place.cells().first?.connections.count ?? 0) > 10 }
            for _ in 0..<4 {
                for _ in 0..<15 { _ = try await Self.get(port, "/query") }
                try await Task.sleep(for: .milliseconds(1900))
            }
            kill(seep.pid, SIGINT)
            let ended = try await seep.ended(within: .seconds(30))
            #expect(ended.status == 1, "\(ended.said)")
            try await expectJudgedAlike(place.cell(), place)
        }
    }

    @Test func `Ctrl-C ends the command first, and what was seen is judged`() async throws {
        try await Self.with("clean") { place, url, port in
            let command = "trap 'exit 5' INT; while :; do curl -s -o /dev/null http://127.0.0.1:\(port)/query; sleep 0.1; done"
            let seep = try place.start(["watch", "--database", url, "--settle", "2s", "--", "sh", "-c", command])
            try await wait(for: "the load", while: seep) {
                try place.cells().first?.connections.contains { ($0.openedTotal ?? 0) > 3 } ?? false
            }
            kill(seep.pid, SIGINT)
            let ended = try await seep.ended(within: .seconds(30))
            #expect(ended.said.contains("sh ended with 5"), "\(ended.said)")
            #expect(ended.status == 0, "\(ended.said)")
        }
    }

    @Test func `finds a session that goes on for nobody, since the process that held it was killed`() async throws {
        let url = try await TestCluster.shared.makeDatabase()
        let spec = ServerSpec(name: "psql", command: Template("psql '\(url)' -c 'SELECT pg_sleep(100)'; sleep 100"))
        let launch = ServerLaunch(
            spec, command: "sh -c \"psql '\(url)' -c 'SELECT pg_sleep(100)'; sleep 100\"", environment: [:], folder: "/tmp",
            port: try FreePort.pick(), logPath: nil)
        let process = try await ServerProcess.start(launch, registry: TestProcesses.registry())
        do {
            let place = try Workplace()
            let pid = process.identity.pid
            let kill = "sleep 1; pkill -KILL -P \(pid) psql; exit 0"
            let ended = try await place.seep(
                ["watch", "--database", url, "--server-pid", "\(pid)", "--settle", "1500ms", "--repeat", "2", "--", "sh", "-c", kill],
                within: .seconds(60))
            #expect(ended.status == 1, "\(ended.said)")
            let cell = try place.cell()
            #expect(try cell.verdict().verdict == .stuck, "\(ended.said)")
            #expect(ended.said.contains("no client any more"), "\(ended.said)")
            try await expectJudgedAlike(cell, place)
        } catch {
            await process.stop()
            throw error
        }
        await process.stop()
    }

    @Test func `a command that cannot be started, a process that is none, and no database are told`() async throws {
        let url = try await TestCluster.shared.makeDatabase()
        let place = try Workplace()
        let none = try await place.seep(["watch", "--database", url, "--", "/no/such/program"], within: .seconds(30))
        #expect(none.status == 4 && none.said.contains("/no/such/program"), "\(none.said)")
        let gone = try await place.seep(["watch", "--database", url, "--server-pid", "4194000"], within: .seconds(30))
        #expect(gone.status == 2 && gone.said.contains("no such process"), "\(gone.said)")
        let nameless = try await place.seep(["watch"], environment: ["DATABASE_URL": ""], within: .seconds(30))
        #expect(nameless.status == 2 && nameless.said.contains("--database URL"), "\(nameless.said)")
        let wrong = try await place.seep(["watch", "--database", "throwaway"], within: .seconds(30))
        #expect(wrong.status == 2 && wrong.said.contains("nobody in a throwaway"), "\(wrong.said)")
        #expect(!none.said.contains("secret") && !gone.said.contains("secret"))
    }

    // MARK: The application

    private static func with(_ shape: String, _ body: (Workplace, String, Int) async throws -> Void) async throws {
        let url = try await TestCluster.shared.makeDatabase()
        let port = try FreePort.pick()
        let spec = ServerSpec(
            name: shape, command: Template("exec \(BuiltProducts.folder)/leaky --port \(port) --shape \(shape) --threads 8"),
            ready: "/health")
        let launch = ServerLaunch(
            spec, command: spec.command?.text ?? "", environment: ["DATABASE_URL": url], folder: "/tmp", port: port, logPath: nil)
        let process = try await ServerProcess.start(launch, registry: TestProcesses.registry())
        do {
            try await process.awaitReady()
            try await body(Workplace(), url, port)
        } catch {
            await process.stop()
            throw error
        }
        await process.stop()
    }

    /// One request by curl, as somebody else's client.
    private static func get(_ port: Int, _ path: String) async throws -> Int32 {
        var pid: pid_t = 0
        let command: [String] = ["curl", "-s", "-o", "/dev/null", "--max-time", "5", "http://127.0.0.1:\(port)\(path)"]
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        let code = posix_spawnp(&pid, "curl", nil, nil, &words, environ)
        guard code == 0 else { throw SystemError("start curl", code: code) }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }
}
