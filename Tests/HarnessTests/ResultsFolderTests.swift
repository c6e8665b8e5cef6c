import Foundation
import Testing

@testable import Harness

@Suite("The results folder") struct ResultsFolderTests {
    /// 2026-02-03 04:05:06 UTC.
    private static let moment: Int64 = 1_770_091_506_000_000_000

    @Test func `is named by scenario and UTC time, and latest points to the last run`() throws {
        let place = try TemporaryPlace()
        let first = try ResultsFolder(results: place.path, scenario: "shop", wallNanoseconds: Self.moment)
        first.pointLatest()
        #expect(first.started == "2026-02-03T04:05:06Z")
        #expect(first.run == place.path + "/shop/20260203T040506Z")
        let second = try ResultsFolder(results: place.path, scenario: "shop", wallNanoseconds: Self.moment)
        #expect(second.run == place.path + "/shop/20260203T040506Z-2")
        second.pointLatest()
        let link = try FileManager.default.destinationOfSymbolicLink(atPath: place.path + "/shop/latest")
        #expect(link == "20260203T040506Z-2")
        #expect(place.names(in: "shop") == ["20260203T040506Z", "20260203T040506Z-2", "latest"])
    }

    @Test func `holds a folder for each cell, and not twice the same`() throws {
        let place = try TemporaryPlace()
        let folder = try ResultsFolder(results: place.path, scenario: "shop", wallNanoseconds: Self.moment)
        #expect(try folder.cell("granian-2") == folder.run + "/granian-2")
        let failure = #expect(throws: RunFailure.self) { try folder.cell("granian-2") }
        #expect(failure?.status == .fault)
    }

    @Test(arguments: [
        ("shop", "shop"), ("../../etc", "-..-etc"), ("..", "unnamed"), (".hidden", "hidden"), ("", "unnamed"), ("a/b\\c", "a-b-c"),
        ("a\nb\u{0}c", "a-b-c"), ("caf\u{e9} \u{1F980}", "caf\u{e9} \u{1F980}"),
        (String(repeating: "x", count: 300), String(repeating: "x", count: 100)),
    ]) func `stays in its place whatever the scenario calls itself`(_ name: String, _ folder: String) {
        #expect(ResultsFolder.safe(name) == folder)
    }

    @Test func `of a long name in a script of many bytes can be made`() throws {
        let place = try TemporaryPlace()
        let folder = try ResultsFolder(results: place.path, scenario: String(repeating: "\u{1F980}", count: 100))
        #expect(FileManager.default.fileExists(atPath: folder.run))
    }

    @Test func `that cannot be made is told with its path`() throws {
        let place = try TemporaryPlace()
        let file = place.path + "/file"
        try Data().write(to: URL(fileURLWithPath: file))
        let failure = #expect(throws: RunFailure.self) { _ = try ResultsFolder(results: file, scenario: "shop") }
        #expect(failure?.status == .usage)
        #expect(failure?.description.contains(file) == true)
    }
}
