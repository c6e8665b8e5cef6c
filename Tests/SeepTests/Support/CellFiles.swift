import Foundation
import Measurements
import Verdicts

/// What a run left in the folder of one cell, read as anybody would.
struct CellFiles {
    let path: String
    /// Keeps the folder that it is in.
    var place: Workplace?

    /// The cells of all runs in a folder of results, oldest run first.
    static func all(under results: String) -> [CellFiles] {
        TextFile.names(in: results).flatMap { scenario in
            TextFile.names(in: "\(results)/\(scenario)").filter { $0 != "latest" }.flatMap { run in
                let folder = "\(results)/\(scenario)/\(run)"
                return TextFile.names(in: folder).filter { TextFile.isFolder("\(folder)/\($0)") }.map { CellFiles(path: "\(folder)/\($0)") }
            }
        }
    }

    var name: String { String(path.split(separator: "/").last ?? "") }

    func rows<Row: CSVRow>(_ type: Row.Type = Row.self) throws -> [Row] {
        let reader = try RowReader<Row>(directory: path)
        var rows: [Row] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }

    var steps: [StepRow] { get throws { try rows() } }
    var connections: [ConnectionRow] { get throws { try rows() } }
    var requests: [RequestRow] { get throws { try rows() } }

    func verdict() throws -> Verdict { try JSONDecoder().decode(Verdict.self, from: verdictBytes()) }

    func verdictBytes() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path + "/verdict.json")) }

    /// Transfers by outcome, over the whole run.
    func outcomes() throws -> [Outcome: Int] {
        var sums: [Outcome: Int] = [:]
        for row in try requests { if let outcome = row.outcome { sums[outcome, default: 0] += row.done } }
        return sums
    }

    /// Files of rows that do not end with a whole line.
    var brokenFiles: [String] {
        TextFile.names(in: path).filter { $0.hasSuffix(".csv") && TextFile.read("\(path)/\($0)").last != "\n" }
    }

    /// The folder of the throwaway PostgreSQL, as its log names it.
    var postgresFolder: String? {
        let log = TextFile.read(path + "/postgres.log")
        guard let range = log.firstRange(of: "listening on Unix socket \"") else { return nil }
        let socket = log[range.upperBound...].prefix { $0 != "\"" }
        return socket.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    }

    /// Everything written there, for the search for what must not be in it.
    var allText: String { TextFile.names(in: path).map { TextFile.read("\(path)/\($0)") }.joined(separator: "\n") }
}
