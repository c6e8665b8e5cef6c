import Foundation
import Measurements
import Scenarios

/// `failure.json` of a cell: why it has no verdict, or what went wrong beside it.
///
/// So that the row of a server that did not start is there also when the reports are written again from the files.
struct FailureFile: Codable, Sendable {
    static let currentSchema = 1

    var schema = FailureFile.currentSchema
    var scenario: String
    var cell: String
    var configuration: RunInfo.Configuration
    var exitCode: Int32
    var reason: String

    private static let name = "failure.json"

    static func isThere(in directory: String) -> Bool { FileManager.default.fileExists(atPath: directory + "/" + name) }

    func write(to directory: String) throws(RunFailure) {
        try JSONFile.write(JSONFile.encode(self, snakeCase: true), to: directory + "/" + Self.name)
    }

    /// `nil` when nothing went wrong.
    static func read(from directory: String) throws(RunFailure) -> FailureFile? {
        guard isThere(in: directory) else { return nil }
        return try JSONFile.read(FailureFile.self, from: directory + "/" + name, snakeCase: true)
    }
}

extension CellPlan.Cell {
    /// What `run.json` says of the cell.
    var configuration: RunInfo.Configuration {
        RunInfo.Configuration(name: group.name, server: group.server?.name, values: group.values, repetition: number)
    }
}
