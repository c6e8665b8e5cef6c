import Measurements

/// Gathers the rows of one step until its own row says that it is over.
///
/// Rows of different files may come in any order; those of one file come in the order of the file.
struct StepAccumulator {
    struct ClassKey: Hashable, Comparable {
        var request: String
        var outcome: String

        static func < (left: ClassKey, right: ClassKey) -> Bool {
            (left.request, left.outcome) < (right.request, right.outcome)
        }
    }

    /// Transfers are looked at one by one in unit doses only, and these are small.
    private static let transfersKept = 4096
    /// Samples this far apart still see what stays: a sampler slows down where its samples cost much.
    private static let patience = Duration.milliseconds(1500)

    private static let late = Duration.milliseconds(500)
    private static let lateKept = 1000

    private(set) var started = 0
    private(set) var unexpected = 0
    /// Transfers of each class.
    private(set) var done = ClassTally()
    private(set) var transfers: [TransferRow] = []
    /// When each transfer was sent, and of which class it was.
    private(set) var starts: [(time: RunTime, place: Int)] = []
    /// The classes that these places are of.
    private(set) var startsOf = ClassTally()
    /// The load went on, and its transfers were no longer written down.
    private(set) var transfersStopped = false
    private(set) var hangUps = 0
    private(set) var sessions: [SessionRow] = []
    /// Time between samples beyond what is usual, and the first and last sample.
    private(set) var blind = Duration.zero
    private(set) var firstSample: RunTime?
    private(set) var lastSample: RunTime?
    /// Samples that came late: what they find gone may have gone long before.
    private(set) var lateSamples: Set<RunTime> = []
    private(set) var born = 0
    private(set) var peak: Int?
    private(set) var firstTotal: Int?
    private(set) var lastTotal: Int?
    private(set) var lastHeadroom: Int?
    private(set) var lowestHeadroom: Int?
    private(set) var firstOpened: Int?
    private(set) var lastOpened: Int?
    private(set) var notes: [String] = []
    /// Sessions that PostgreSQL ended (`sessions_fatal` + `sessions_killed`): the running total at each change.
    private(set) var endedByServer: [(time: RunTime, total: Int)] = []

    mutating func consume(_ row: RequestRow) {
        started += row.started
        unexpected += row.unexpected
        if let outcome = row.outcome, row.done > 0 {
            done.add(row.done, request: row.request, outcome: outcome)
            if outcome == .hungUp || outcome == .timeout { hangUps += row.done }
        }
    }

    mutating func consume(_ row: TransferRow) {
        guard let outcome = row.outcome else {
            transfersStopped = true
            return
        }
        if transfers.count < Self.transfersKept { transfers.append(row) }
        if starts.count < TransferRow.limitPerStep {
            starts.append((row.start, startsOf.add(1, request: row.request, outcome: outcome)))
        } else {
            transfersStopped = true
        }
    }

    mutating func consume(_ row: SessionRow) {
        sessions.append(row)
    }

    mutating func consume(_ row: ConnectionRow) {
        if !row.note.isEmpty, notes.count < 100 { notes.append(row.note) }
        guard let total = row.total else {
            return
        }
        if let lastSample {
            blind += max(.zero, row.time - lastSample - Self.patience)
            if row.time - lastSample > Self.late, lateSamples.count < Self.lateKept { lateSamples.insert(row.time) }
        }
        if firstSample == nil { firstSample = row.time }
        lastSample = row.time
        born += row.born ?? 0
        peak = max(peak ?? 0, total)
        if firstTotal == nil { firstTotal = total }
        lastTotal = total
        if let headroom = row.headroom {
            lastHeadroom = headroom
            lowestHeadroom = min(lowestHeadroom ?? headroom, headroom)
        }
        if let opened = row.openedTotal {
            if firstOpened == nil { firstOpened = opened }
            lastOpened = opened
        }
        if let fatal = row.fatalTotal, let killed = row.killedTotal, endedByServer.last?.total != fatal + killed {
            endedByServer.append((row.time, fatal + killed))
        }
    }

    /// The share of the step in which nothing could be missed that lasted, in thousandths.
    func coveragePerMille(from start: RunTime, to end: RunTime) -> Int {
        guard let firstSample, let lastSample, end > start else { return 0 }
        let edges = max(.zero, firstSample - start - Self.patience) + max(.zero, end - lastSample - Self.patience)
        return max(0, 1000 - Int(((blind + edges) / (end - start) * 1000).rounded()))
    }

    /// Sessions that PostgreSQL ended after `moment`, up to `end`.
    func endedByServer(after moment: RunTime, upTo end: RunTime = RunTime(microseconds: .max)) -> Int {
        guard let first = endedByServer.first, let last = endedByServer.last(where: { $0.time <= end }) else { return 0 }
        let before = endedByServer.last { $0.time <= moment } ?? first
        return max(0, last.total - before.total)
    }
}

/// What was gathered of the steps that are under way: hardly ever more than two.
struct OpenSteps {
    private var steps: [(number: Int, gathered: StepAccumulator)] = []

    subscript(number: Int) -> StepAccumulator {
        _read { yield steps.first { $0.number == number }?.gathered ?? StepAccumulator() }
        _modify {
            var place = steps.count - 1
            while place >= 0, steps[place].number != number { place -= 1 }
            if place < 0 {
                place = steps.count
                steps.append((number, StepAccumulator()))
            }
            yield &steps[place].gathered
        }
    }

    /// Takes a step out.
    mutating func close(_ number: Int) -> StepAccumulator {
        guard let place = steps.firstIndex(where: { $0.number == number }) else { return StepAccumulator() }
        return steps.remove(at: place).gathered
    }
}
