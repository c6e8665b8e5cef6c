import LinuxIO
import Measurements
import Testing
import Verdicts

/// Nothing of a `seep` that has ended runs any more, and nothing of it lies about: its processes, its PostgreSQL, its folders.
func expectNothingLeft(of seep: SeepProcess, in cells: [CellFiles], sourceLocation: SourceLocation = #_sourceLocation) {
    let left = seep.started().map { "\($0.pid) \($0.command)" }
    #expect(left.isEmpty, "still running", sourceLocation: sourceLocation)
    for cell in cells {
        #expect(!TextFile.exists(cell.path + "/processes.jsonl"), "the registry of the run", sourceLocation: sourceLocation)
        guard let folder = cell.postgresFolder else { continue }
        #expect(!TextFile.exists(folder), "PostgreSQL's folder", sourceLocation: sourceLocation)
        let running = Proc.all().filter { Proc.commandLine($0)?.contains { $0.hasPrefix(folder) } == true }
        #expect(running.isEmpty, "PostgreSQL", sourceLocation: sourceLocation)
    }
}

/// The files of a cell are whole, and `seep judge` reads them and comes to the same bytes.
func expectJudgedAlike(_ cell: CellFiles, _ place: Workplace, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    #expect(cell.brokenFiles.isEmpty, sourceLocation: sourceLocation)
    let verdict = try cell.verdict()
    let judged = try await place.seep(["judge", "--json", cell.path], within: .seconds(30))
    #expect(judged.status == verdict.exitCode, "\(judged.said)", sourceLocation: sourceLocation)
    #expect(judged.output == TextFile.read(cell.path + "/verdict.json"), sourceLocation: sourceLocation)
}

/// Looks every few milliseconds until `condition` holds.
func wait(
    for what: String, while seep: SeepProcess, within limit: Duration = .seconds(30), until condition: () throws -> Bool
) async throws {
    let deadline = MonotonicInstant.now + limit
    while try !holds(condition) {
        if seep.hasEnded { throw Unexpected("seep ended before \(what): \(seep.said)") }
        guard .now < deadline else { throw Unexpected("\(what) did not come: \(seep.said)") }
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// What is asked of files that are not there yet does not hold.
private func holds(_ condition: () throws -> Bool) throws -> Bool {
    do {
        return try condition()
    } catch let error as CSVError where error.kind == .notFound {
        return false
    }
}
