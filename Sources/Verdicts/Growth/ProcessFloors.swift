import Measurements

/// What each process of the server held at the end of each settle.
struct ProcessFloors: Sendable {
    /// A pid alone is used again.
    struct Process: Hashable, Sendable {
        var pid: Int
        var started: RunTime
    }

    struct Values: Hashable, Sendable {
        var descriptors: Int?
        var threads: Int
        var databaseSockets: Int?
        var residentBytes: Int
    }

    /// The end of one step that counts.
    struct Floor: Sendable {
        var kind: Step.Kind
        var given: Int
        var peakInFlight: Int
        var values: [Process: Values]
    }

    private(set) var floors: [Floor] = []
    /// The last row of each process in the steps that are open.
    private var open: [Int: [Process: ProcessRow]] = [:]

    mutating func consume(_ row: ProcessRow) {
        open[row.step, default: [:]][Process(pid: row.pid, started: row.started)] = row
    }

    /// Closes a step; a process without a row in its settle has no floor there.
    mutating func close(_ step: StepRow, counts: Bool) {
        let rows = open.removeValue(forKey: step.step) ?? [:]
        guard counts else { return }
        let settled = rows.filter { $0.value.time >= step.loadEnd }
        floors.append(
            Floor(
                kind: step.kind, given: step.given, peakInFlight: step.peakInFlight,
                values: settled.mapValues {
                    Values(
                        descriptors: $0.descriptors, threads: $0.threads, databaseSockets: $0.databaseSockets,
                        residentBytes: $0.residentBytes)
                }))
    }

    /// The processes that are there at the end, in the order of their pids.
    var processes: [Process] {
        (floors.last?.values.keys.map(\.self) ?? []).sorted { ($0.pid, $0.started) < ($1.pid, $1.started) }
    }
}
