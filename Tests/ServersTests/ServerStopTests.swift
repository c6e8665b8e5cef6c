import Glibc
import LinuxIO
import Scenarios
import TestSupport
import Testing

@testable import Servers

@Suite("A server under test, stopping", .serialized) struct ServerStopTests {
    @Test func `that ignores the signal is killed after the time`() async throws {
        let test = try TestServer()
        defer { test.remove() }
        let server = try await test.start(test.launch("trap '' TERM; \(test.serve)", stopWithin: .milliseconds(300)))
        let report = await server.stop()
        #expect(report.outcome == .killed)
        #expect(report.took >= .milliseconds(300))
        #expect(report.took < .seconds(60))
        #expect(report.portIsFree)
        #expect(report.survivors.isEmpty)
    }

    @Test func `whose workers outlive it is stopped with them`() async throws {
        let test = try TestServer()
        defer { test.remove() }
        let server = try await test.start(test.launch("\(test.serve) & sleep 300 & wait"))
        #expect(server.processes().count == 3)
        kill(server.identity.pid, SIGKILL)
        _ = await server.exited()
        #expect(!FreePort.isFree(test.port))
        let report = await server.stop()
        #expect(report.outcome == .hadExited(.signal(SIGKILL)))
        #expect(report.portIsFree)
        #expect(report.survivors.isEmpty)
        #expect(server.processes().isEmpty)
    }

    @Test(arguments: ["setsid", "setsid setsid --fork"])
    func `that leaves a child in another session is told so, and the child is ended`(_ leave: String) async throws {
        let test = try TestServer()
        defer { test.remove() }
        let stray = "perl -e '$SIG{TERM} = sub { open F, \">asked\"; exit }; open F, \">up\"; sleep 300' stray-\(test.port)"
        let server = try await test.start(test.launch("\(leave) \(stray) & exec \(test.serve)", ready: "/"))
        for _ in 0..<3000 where !Files.exists(test.folder + "/up") { try await Task.sleep(for: .milliseconds(10)) }
        let report = await server.stop()
        #expect(report.outcome == .stopped(signal: "TERM"))
        #expect(report.leftBehind.count == 1)
        #expect(report.leftBehind.first?.command.hasSuffix("stray-\(test.port)") == true)
        #expect(!report.isClean)
        // It was asked before it was killed.
        #expect(Files.exists(test.folder + "/asked"))
        #expect(server.processes().isEmpty)
        #expect(Proc.all().allSatisfy { Proc.commandLine($0)?.last != "stray-\(test.port)" })
    }

    @Test func `that forks and exits is stopped all the same`() async throws {
        let test = try TestServer()
        defer { test.remove() }
        let server = try await ServerProcess.start(
            test.launch("setsid \(test.serve) > /dev/null & exit 0"), registry: TestProcesses.registry())
        #expect(await server.exited() == .code(0))
        let deadline = MonotonicInstant.now + .seconds(60)
        while FreePort.isFree(test.port), MonotonicInstant.now < deadline { try await Task.sleep(for: .milliseconds(5)) }
        let report = await server.stop()
        #expect(report.portIsFree)
        #expect(report.leftBehind.count == 1)
    }

    @Test func `may start again on the same port, and its log goes on`() async throws {
        let test = try TestServer()
        defer { test.remove() }
        for _ in 0..<2 {
            let server = try await test.start(test.launch(test.serve, ready: "/"))
            #expect(await server.stop().isClean)
        }
        #expect(test.log == "listening on \(test.port)\nlistening on \(test.port)\n")
    }

    @Test func `a signal that does not exist is refused before the start`() async throws {
        let test = try TestServer()
        defer { test.remove() }
        var launch = test.launch(test.serve)
        launch.stop.signal = "STOPNOW"
        let error = try await #require(throws: ServerError.self) { _ = try await test.start(launch) }
        #expect(error.kind == .invalid)
        #expect(error.message.contains("TERM, INT, QUIT"))
    }
}
