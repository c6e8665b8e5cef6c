package import Measurements

/// Processor time and memory of a server over a run, a fold over the rows of `processes.csv`.
package struct ProcessUse: Hashable, Sendable {
    private struct Identity: Hashable {
        var pid: Int
        var started: RunTime
    }

    private var first: [Identity: RunTime] = [:]
    private var last: [Identity: RunTime] = [:]
    private var moment: RunTime?
    private var bytes = 0
    /// The most resident bytes of all processes together at one look; `nil` before the first row.
    package private(set) var peakBytes: Int?

    package init() {}

    package mutating func consume(_ row: ProcessRow) {
        if row.time != moment {
            moment = row.time
            bytes = 0
        }
        bytes += row.residentBytes
        peakBytes = max(peakBytes ?? 0, bytes)
        let process = Identity(pid: row.pid, started: row.started)
        // What a process had used before it was first seen was for its start, unless it began while the run was on.
        if first[process] == nil { first[process] = row.started > .zero ? .zero : row.cpu }
        last[process] = row.cpu
    }

    /// Processor seconds from the first look to the last, of all processes; `nil` before the first row.
    package var cpuSeconds: Double? {
        guard !last.isEmpty else { return nil }
        return last.reduce(0) { $0 + $1.value.seconds - (first[$1.key]?.seconds ?? 0) }
    }
}
