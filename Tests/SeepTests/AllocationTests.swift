import Foundation
import LinuxIO
import TestSupport
import Testing

/// What the load engine allocates for a request: nothing. Counted by a library that is put before the allocator.
@Suite("the load engine") struct AllocationTests {
    /// Allocations of the load threads, and of all threads, in a run of so many requests over the direct transport.
    private struct Count {
        var load: Int
        var all: Int
    }

    private static let few = 5_000
    private static let many = 25_000
    /// What a second costs (a hand-over, a row), not a request, spread over the requests: in a debug build 0.0004 were seen.
    private static let bound = 0.005

    @Test func `allocates nothing for a request on its load thread`() async throws {
        let place = try Workplace()
        let library = try await Self.library(in: place)
        let server = try ScriptedServer { _ in [.response()] }
        let before = try await Self.count(Self.few, server, library, place)
        let after = try await Self.count(Self.many, server, library, place)
        // The library counts: making the engine takes thousands.
        #expect(before.load > 100 && before.all > before.load)
        let each = Double(after.load - before.load) / Double(Self.many - Self.few)
        #expect(each < Self.bound, "\(each) allocations for each request on the load thread")
    }

    private static func library(in place: Workplace) async throws -> String {
        let source = "\(Repository.path)/Tests/SeepTests/Allocations/count.c"
        let library = "\(place.path)/count.so"
        try await run(["cc", "-O2", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o", library, source], [:])
        return library
    }

    private static func count(_ requests: Int, _ server: ScriptedServer, _ library: String, _ place: Workplace) async throws -> Count {
        let file = "\(place.path)/allocations-\(requests)"
        let output = try await run(
            [BuiltProducts.folder + "/seep-bench", "load", server.url, "-n", String(requests), "-c", "20"],
            ["LD_PRELOAD": library, "SEEP_ALLOCATIONS": file])
        guard output.contains("\"given\":\(requests),"), output.contains("\"unexpected\":0}") else { throw Unexpected(output) }
        let numbers = TextFile.read(file).split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
        guard numbers.count == 2 else { throw Unexpected("\(file) holds \(numbers)") }
        return Count(load: numbers[0], all: numbers[1])
    }

    /// Runs a program to its end, for two minutes at most; what it printed.
    @discardableResult
    private static func run(_ words: [String], _ environment: [String: String]) async throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["timeout", "120", "env"] + environment.map { "\($0.key)=\($0.value)" } + words
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Unexpected("\(words[0]) ended with \(process.terminationStatus): \(text)") }
        return text
    }
}
