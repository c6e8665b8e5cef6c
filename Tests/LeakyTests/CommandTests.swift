import ArgumentParser
import FoundationEssentials
import Glibc
import LinuxIO
import TestSupport
import Testing

@testable import leaky

@Suite("The command line of leaky", .serialized) struct CommandTests {
    @Test func `scales the timers, its own defaults among them`() throws {
        let plain = try Leaky.parse(["--port", "1", "--shape", "timed", "--scale", "0.5"])
        #expect(plain.settings.after == .seconds(1))
        let given = try Leaky.parse(["--port", "1", "--shape", "timed", "--after", "300ms", "--scale", "2"])
        #expect(given.settings.after == .milliseconds(600))
        #expect(try Leaky.parse(["--port", "1", "--shape", "One-in-N", "--every", "7"]).settings.every == 7)
    }

    @Test(
        arguments: [
            ["--shape", "clean", "--every", "3"], ["--shape", "clean", "--after", "1s"], ["--shape", "threads", "--size", "3"],
            ["--shape", "nothing"], ["--shape", "one-in-n", "--every", "0"], ["--shape", "timed", "--after", "soon"],
            ["--shape", "clean", "--threads", "0"], ["--shape", "clean", "--scale", "nan"], [],
        ]) func `refuses what makes no sense`(_ arguments: [String])
    {
        #expect(throws: (any Error).self) { _ = try Leaky.parse(["--port", "1"] + arguments) }
    }

    @Test func `reads lengths of time`() {
        let table: [(String, Duration?)] = [
            ("250ms", .milliseconds(250)), ("3s", .seconds(3)), ("1.5", .milliseconds(1500)), ("2m", .seconds(120)), ("1h", .seconds(3600)),
            ("", nil), ("-1s", nil), ("0", nil), ("3 s", nil), ("nan", nil),
        ]
        for (text, wanted) in table { #expect(TimeArgument(argument: text)?.duration == wanted, "\(text)") }
    }

    @Test func `has each shape in its help and, with the same words, in its page`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let page = String(decoding: try Data(contentsOf: URL(filePath: "/\(root)/docs/leaky.md")), as: UTF8.self)
        for shape in Shape.allCases {
            #expect(ShapeHelp.text.contains("  \(shape.rawValue): \(shape.note.does)."))
            let row = "| `\(shape.rawValue)` | \(shape.note.does) | \(shape.note.curve) | \(shape.note.verdict) |"
            #expect(page.contains(row), "docs/leaky.md lacks: \(row)")
        }
    }

    /// The program itself, beside the test bundle.
    private func start(_ arguments: [String]) throws -> (pid: pid_t, output: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        defer { posix_spawn_file_actions_destroy(&actions) }
        var path = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &path, 4095)
        let folder = String(decoding: path.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            .split(separator: "/").dropLast().joined(separator: "/")
        let program = "/\(folder)/leaky"
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, &actions, nil, &words, environ)
        close(ends[1])
        try #require(code == 0, "\(program)")
        return (pid, ends[0])
    }

    private func readLine(_ descriptor: Int32) -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(descriptor, &byte, 1) == 1, byte != 0x0A { line.append(byte) }
        return String(decoding: line, as: UTF8.self)
    }

    /// Waits for the end of a process of ours, killing it after five seconds; its status as waitpid(2) gives it, and how long it took.
    private func end(_ pid: pid_t) -> (status: Int32, took: Duration) {
        let began = MonotonicInstant.now
        var status: Int32 = -1
        while waitpid(pid, &status, WNOHANG) == 0 {
            if .now - began > .seconds(5) { kill(pid, SIGKILL) }
            usleep(5_000)
        }
        return (status, .now - began)
    }

    @Test(arguments: [SIGTERM, SIGINT]) func `says when it is ready, and ends within a second of a signal`(_ signal: Int32) async throws {
        let url = try await TestCluster.shared.makeDatabase()
        let (pid, output) = try start(["--port", "0", "--shape", "threads", "--database", url])
        defer { close(output) }
        let line = readLine(output)
        #expect(line.hasPrefix("leaky: shape threads on http://127.0.0.1:"))
        let port = try #require(Int(line.split(separator: ":").last ?? ""))
        let client = try #require(TestClient(port: port))
        #expect(client.get("/query") == 200)
        client.send("GET /slow HTTP/1.1\r\n\r\n")
        kill(pid, signal)
        let (status, took) = end(pid)
        #expect(took < .seconds(20))
        #expect(status & 0x7F == signal)
        let next = try ListeningSocket(port: port)
        #expect(next.port == port)
    }

    @Test func `ends by itself after its time, with 0`() async throws {
        let url = try await TestCluster.shared.makeDatabase()
        let (pid, output) = try start(["--port", "0", "--shape", "clean", "--database", url, "--stop-after", "300ms"])
        defer { close(output) }
        _ = readLine(output)
        let (status, took) = end(pid)
        #expect(status == 0)
        #expect(took < .seconds(20))
        #expect(readLine(output) == "leaky: stopped after 300ms (--stop-after)")
    }

    @Test func `has exit codes for a wrong command line and for what it cannot use`() throws {
        for (arguments, code) in [
            (["--shape", "no"], Int32(2)), (["--port", "0", "--shape", "clean", "--database", "postgresql://127.0.0.1:1/x"], 4),
        ] {
            let (pid, output) = try start(arguments)
            defer { close(output) }
            #expect(end(pid).status >> 8 == code)
        }
    }
}
