import Glibc
import LinuxIO
import Synchronization
import TestSupport
import Testing

@testable import Servers

@Suite("The setup of a server", .serialized) struct SetupTests {
    private func plan(_ text: String, _ folder: String) -> SetupPlan {
        SetupPlan(name: "s", text: text, folder: folder, workdir: ".", cache: CacheFolder(path: folder + "/cache"))
    }

    private func temporary() throws -> String { try Files.makeTemporaryFolder("/tmp/seep-test-") }

    private func run(_ plan: SetupPlan, _ text: String, force: Bool = false) async throws -> SetupRunner.Outcome {
        try await SetupRunner(registry: TestProcesses.registry()).run(
            plan, command: text.replacing("{{cache}}", with: plan.cacheFolder), force: force)
    }

    @Test func `runs once, in the folder of the scenario, and is remembered until it is forced`() async throws {
        let folder = try temporary()
        defer { Files.remove(folder) }
        let text = "pwd > {{cache}}/where; echo x >> count"
        let plan = plan(text, folder)
        guard case .ran = try await run(plan, text) else { throw ServerError(.system, operation: "test", message: "it did not run") }
        #expect(try await run(plan, text) == .cached)
        #expect(Files.read(plan.cacheFolder + "/where") == Array("\(folder)\n".utf8))
        #expect(Files.read(folder + "/count") == Array("x\n".utf8))
        #expect(try await run(plan, text, force: true) != .cached)
        #expect(Files.read(folder + "/count") == Array("x\nx\n".utf8))
    }

    @Test func `that fails shows what it printed, and is tried again from nothing`() async throws {
        let folder = try temporary()
        defer { Files.remove(folder) }
        let text = "test ! -e {{cache}}/half; touch {{cache}}/half; echo trying; echo 'no such version' >&2; test -e ready"
        let plan = plan(text, folder)
        let error = try await #require(throws: ServerError.self) { _ = try await run(plan, text) }
        #expect(error.kind == .setupFailed)
        #expect(error.lastLines == ["trying", "no such version"])
        #expect(Files.read(plan.cacheFolder + "/setup.log") == Array("trying\nno such version\n".utf8))
        try Files.write("", to: folder + "/ready")
        #expect(try await run(plan, text) != .cached)
    }

    @Test func `shows its lines as they come, and takes variables`() async throws {
        let folder = try temporary()
        defer { Files.remove(folder) }
        let lines = Mutex<[String]>([])
        _ = try await SetupRunner(registry: TestProcesses.registry()).run(
            plan("x", folder), command: "echo one; echo $PGHOST", environment: ["PGHOST": "here"]
        ) { line in lines.withLock { $0.append(line) } }
        #expect(lines.withLock(\.self) == ["one", "here"])
    }

    @Test func `is done by one of two that ask at the same time`() async throws {
        let folder = try temporary()
        defer { Files.remove(folder) }
        let text = "echo x >> count; sleep 0.3"
        let plan = plan(text, folder)
        async let first = run(plan, text)
        async let second = run(plan, text)
        #expect(try await [first, second].filter { $0 == .cached }.count == 1)
        #expect(Files.read(folder + "/count") == Array("x\n".utf8))
    }

    @Test func `that does not end is ended, and is a failure`() async throws {
        let folder = try temporary()
        defer { Files.remove(folder) }
        let error = try await #require(throws: ServerError.self) {
            _ = try await SetupRunner(registry: TestProcesses.registry()).run(
                plan("x", folder), command: "sleep 300", within: .milliseconds(300))
        }
        #expect(error.kind == .setupFailed)
        #expect(error.message.contains("did not end within 0.3 s"))
    }

    @Test func `has another folder when its text, or a file that it names, has changed, and the same one otherwise`() throws {
        let folder = try temporary()
        defer { Files.remove(folder) }
        try Files.write("granian==1.3.2\n", to: folder + "/r.txt")
        let text = "pip install --requirement=r.txt"
        let before = plan(text, folder)
        #expect(before.cacheFolder == plan(text, folder).cacheFolder)
        #expect(before.cacheFolder != plan(text + " -q", folder).cacheFolder)
        try Files.write("granian==1.4.4\n", to: folder + "/r.txt")
        #expect(before.cacheFolder != plan(text, folder).cacheFolder)
    }

    @Test(arguments: [
        ("pip install -r a.txt && cp 'b.txt' {{cache}}/b.txt", ["a.txt", "b.txt"]),
        ("x --requirement=a.txt;cat<b.txt", ["a.txt", "b.txt"]),
        ("none of these", []), ("", []), ("ls sub", []),
    ])
    func `names the files that its words are`(_ text: String, _ names: [String]) throws {
        let folder = try temporary()
        defer { Files.remove(folder) }
        try Files.write("a", to: folder + "/a.txt")
        try Files.write("b", to: folder + "/b.txt")
        try Files.makeFolder(folder + "/sub")
        #expect(SetupPlan.filesNamed(in: text, folders: [folder]) == names.map { folder + "/" + $0 })
    }

    @Test func `the fingerprint is that of the bytes and of where they end`() {
        func text(_ parts: String...) -> String {
            var hash = Fingerprint()
            for part in parts { hash.add(part) }
            return hash.text
        }
        #expect(text("ab", "c") != text("a", "bc"))
        #expect(text("a") != text("a", ""))
        #expect(text("x").count == 32)
        #expect(Set((0..<10_000).map { text(String($0)) }).count == 10_000)
        #expect(text("setup") == text("setup"))
    }
}
