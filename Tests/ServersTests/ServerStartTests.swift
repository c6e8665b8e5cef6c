import Glibc
import LinuxIO
import TestSupport
import Testing

@testable import Servers

@Suite("A server under test, starting", .serialized) struct ServerStartTests {
    @Test func `is ready once its path answers below 500, and its output is in the log`() async throws {
        let test = try TestServer()
        defer { test.remove() }
        let server = try await test.start(test.launch(test.serve, ready: "/status/404"))
        #expect(server.exitStatus == nil)
        #expect(Proc.commandLine(server.identity.pid)?.first == "perl")
        #expect(server.processes().map(\.pid) == [server.identity.pid])
        let report = await server.stop()
        #expect(report.isClean)
        #expect(report.outcome == .stopped(signal: "TERM"))
        #expect(report.status == .signal(SIGTERM))
        #expect(test.log == "listening on \(test.port)\n")
    }

    @Test func `that ends at once gives its status and its last lines`() async throws {
        let test = try TestServer()
        defer { test.remove() }
        let error = try await #require(throws: ServerError.self) {
            _ = try await test.start(test.launch("echo one; echo 'no module named cms' >&2; exit 3"))
        }
        #expect(error.kind == .exited(.code(3)))
        #expect(error.lastLines == ["one", "no module named cms"])
        #expect(error.description.contains("start under-test: it ended with exit code 3 before it was ready"))
    }

    @Test func `whose program is missing says so`() async throws {
        let test = try TestServer()
        defer { test.remove() }
        let error = try await #require(throws: ServerError.self) { _ = try await test.start(test.launch("no-such-program --port 1")) }
        // 126 where $PATH leads through a folder that this user may not search.
        #expect(error.kind == .exited(.code(127)) || error.kind == .exited(.code(126)))
        #expect(error.lastLines.joined().contains("no-such-program"))
    }

    @Test(arguments: [
        ("sleep 60", String?.none, 600, "not ready after 0.6 s", "nobody accepts connections there"),
        ("SERVE", "/status/503", 4000, "not ready after 4.0 s", "it answers with status 503"),
    ])
    func `that never gets ready is given up after the time, with the reason`(
        _ command: String, _ ready: String?, _ milliseconds: Int, _ beginning: String, _ reason: String
    ) async throws {
        let test = try TestServer()
        defer { test.remove() }
        let launch = test.launch(command.replacing("SERVE", with: test.serve), ready: ready, readyWithin: .milliseconds(milliseconds))
        let error = try await #require(throws: ServerError.self) { _ = try await test.start(launch) }
        #expect(error.kind == .notReady)
        #expect(error.message.contains(beginning))
        #expect(error.message.hasSuffix(reason))
        #expect(FreePort.isFree(test.port))
    }

    @Test func `on a port in use names the process that holds it`() async throws {
        let test = try TestServer()
        defer { test.remove() }
        let first = try await test.start(test.launch(test.serve))
        let error = try await #require(throws: ServerError.self) { _ = try await test.start(test.launch(test.serve)) }
        #expect(error.kind == .portInUse)
        #expect(error.message.contains("port \(test.port) is in use by perl serve.pl \(test.port) (pid \(first.identity.pid))"))
        await first.stop()
    }

    @Test func `gets its environment and its folder, and a compound command works`() async throws {
        let test = try TestServer()
        defer { test.remove() }
        let command = "pwd && echo \"age $CONN_MAX_AGE\"; cd . && A=1 exec \(test.serve)"
        let server = try await test.start(test.launch(command, environment: ["CONN_MAX_AGE": "300"], ready: "/"))
        await server.stop()
        #expect(test.log == "\(test.folder)\nage 300\nlistening on \(test.port)\n")
    }

    @Test func `in a folder that does not exist is not started`() async throws {
        let test = try TestServer()
        defer { test.remove() }
        var launch = test.launch("sleep 60")
        launch.workdir += "/nowhere"
        let error = try await #require(throws: ServerError.self) { _ = try await test.start(launch) }
        #expect(error.kind == .notStarted)
    }

    @Test func `that prints more than the log may hold is cut, in the file, and keeps its last lines`() async throws {
        let test = try TestServer()
        defer { test.remove() }
        let command = "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; \(test.serve)"
        let server = try await test.start(test.launch(command, logLimitBytes: 1_000))
        await server.stop()
        #expect(test.log.hasPrefix("line 0\nline 1\n"))
        #expect(test.log.hasSuffix("[seep: the log reached its limit of 1000 bytes; what follows was not kept]\n"))
        #expect(test.log.utf8.count < 1_200)
        #expect(server.lastLines.count == 40)
        #expect(server.lastLines.last == "listening on \(test.port)")
    }

    @Test func `that dies is known at once`() async throws {
        let test = try TestServer()
        defer { test.remove() }
        let server = try await test.start(test.launch(test.serve))
        let killed = MonotonicInstant.now
        kill(server.identity.pid, SIGKILL)
        #expect(await server.exited() == .signal(SIGKILL))
        #expect(MonotonicInstant.now - killed < .seconds(60))
        #expect(await server.stop().outcome == .hadExited(.signal(SIGKILL)))
    }
}
