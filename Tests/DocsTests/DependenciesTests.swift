import Foundation
import Testing

/// `.ci/dependencies`, which every target of the Makefile begins with. Nothing is installed here: the programs that it calls are
/// put into a folder that is all of its PATH.
@Suite struct DependenciesTests {
    private let script = URL(fileURLWithPath: #filePath).appending(path: "../../../.ci/dependencies").standardized

    @Test func `without a toolchain says so and where to get one`() throws {
        let run = try dependencies(programs: [:])
        #expect(run.status == 1)
        #expect(run.errors.contains("no Swift toolchain on the PATH"))
        #expect(run.errors.contains("https://www.swift.org/install/linux"))
    }

    @Test func `where all is installed says nothing and calls nothing`() throws {
        let run = try dependencies(programs: ["swift": "", "dpkg-query": "printf installed", "apt-get": "echo called >&2"])
        #expect(run.status == 0)
        #expect(run.output == "")
        #expect(run.errors == "")
    }

    @Test(arguments: [
        ("", "pgbouncer"), ("", "postgresql"), ("", "libcurl4-openssl-dev"), ("bench", "wrk"), ("bench", "hey"), ("bench", "apache2-utils"),
        ("bench", "nghttp2-client"), ("test", "nginx-light"),
    ])
    func `names a package that is missing where it cannot be installed`(target: String, missing: String) throws {
        let query = #"case "$*" in *\#(missing)) exit 1;; *) printf installed;; esac"#
        let run = try dependencies(target, programs: ["swift": "", "dpkg-query": query])
        #expect(run.status == 1)
        #expect(run.errors == "seep: apt-get is not here; install the like of these packages by hand: \(missing)\n")
    }

    /// The script with nothing on its PATH but what is given: names of programs and the shell text that they are.
    private func dependencies(_ target: String = "", programs: [String: String]) throws -> (status: Int32, output: String, errors: String) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "seep-path-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in programs {
            let file = folder.appending(path: name)
            try Data("#!/bin/sh\n\(text)\n".utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [script.path] + (target.isEmpty ? [] : [target])
        process.environment = ["PATH": folder.path]
        return try outcome(of: process)
    }
}
