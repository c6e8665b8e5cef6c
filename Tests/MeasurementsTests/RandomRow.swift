import Measurements

/// A row type of which any number of different rows can be made, corner cases among them.
protocol RandomRow: CSVRow {
    static func random(_ numbers: inout SeededNumbers) -> Self
}

extension SeededNumbers {
    private static let awkward = [
        "", " ", ",", "\"", "\"\"", "\n", "\r\n", "\r", "a,b", "say \"hello\"", "SELECT 1,\n\t'x'", "naïve — 試験 🐘", "\u{FEFF}bom", "-", "0",
        "null",
    ]

    mutating func text() -> String {
        (0..<Int.random(in: 0...3, using: &self)).map { _ in Self.awkward.randomElement(using: &self) ?? "" }.joined()
    }

    mutating func count() -> Int { [0, 1, -1, 42, .max, .min, Int.random(in: 0...1000, using: &self)].randomElement(using: &self) ?? 0 }

    mutating func maybe() -> Int? { Bool.random(using: &self) ? count() : nil }

    mutating func time() -> RunTime { RunTime(microseconds: Int64(count())) }

    mutating func quantiles() -> RequestRow.Quantiles? {
        Bool.random(using: &self) ? .init(p50: count(), p95: count(), p99: count(), max: count()) : nil
    }

    mutating func pick<Choice: CaseIterable>(_ type: Choice.Type) -> Choice where Choice.AllCases == [Choice] {
        let cases = Choice.allCases
        return cases[Int.random(in: 0..<cases.count, using: &self)]
    }
}

extension ConnectionRow: RandomRow {
    static func random(_ numbers: inout SeededNumbers) -> ConnectionRow {
        var row = ConnectionRow(time: numbers.time(), step: numbers.count(), note: numbers.text())
        row.total = numbers.maybe()
        row.active = numbers.maybe()
        row.idle = numbers.maybe()
        row.idleInTransaction = numbers.maybe()
        row.idleInTransactionAborted = numbers.maybe()
        row.other = numbers.maybe()
        row.born = numbers.maybe()
        row.died = numbers.maybe()
        row.oldestIdle = Bool.random(using: &numbers) ? numbers.time() : nil
        row.used = numbers.maybe()
        row.limit = numbers.maybe()
        row.headroom = numbers.maybe()
        row.openedTotal = numbers.maybe()
        row.abandonedTotal = numbers.maybe()
        row.fatalTotal = numbers.maybe()
        row.killedTotal = numbers.maybe()
        row.sampleMicroseconds = numbers.maybe()
        row.serverClockOffsetMicroseconds = numbers.maybe()
        row.pgbouncerClients = numbers.maybe()
        row.pgbouncerWaiting = numbers.maybe()
        row.pgbouncerServers = numbers.maybe()
        row.pgbouncerMaxWait = Bool.random(using: &numbers) ? numbers.time() : nil
        return row
    }
}

extension SessionRow: RandomRow {
    static func random(_ numbers: inout SeededNumbers) -> SessionRow {
        SessionRow(
            time: numbers.time(), step: numbers.count(), event: [.born, .used, .floor, .died].randomElement(using: &numbers) ?? .born,
            pid: numbers.count(), backendStart: numbers.maybe(), owner: numbers.text(), whyOurs: numbers.text(), state: numbers.text(),
            lastQuery: numbers.text(), application: numbers.text(), database: numbers.text(),
            socket: [.held, .gone, nil].randomElement(using: &numbers) ?? nil)
    }
}

extension RequestRow: RandomRow {
    static func random(_ numbers: inout SeededNumbers) -> RequestRow {
        var row = RequestRow(
            time: numbers.time(), step: numbers.count(), request: numbers.text(),
            outcome: Bool.random(using: &numbers) ? numbers.pick(Outcome.self) : nil)
        row.started = numbers.count()
        row.done = numbers.count()
        row.dropped = numbers.count()
        row.unexpected = numbers.count()
        row.bytes = numbers.count()
        row.latency = numbers.quantiles()
        row.service = numbers.quantiles()
        row.lateP99 = numbers.maybe()
        row.lateMax = numbers.maybe()
        return row
    }
}

extension TransferRow: RandomRow {
    static func random(_ numbers: inout SeededNumbers) -> TransferRow {
        TransferRow(
            step: numbers.count(), start: numbers.time(), end: numbers.time(), request: numbers.text(),
            outcome: Bool.random(using: &numbers) ? numbers.pick(Outcome.self) : nil, status: numbers.maybe(), connection: numbers.count())
    }
}

extension WaveRow: RandomRow {
    static func random(_ numbers: inout SeededNumbers) -> WaveRow {
        WaveRow(
            step: numbers.count(), kind: numbers.pick(Step.Kind.self), dose: numbers.count(), dosePerClass: numbers.text(),
            leftBehind: numbers.count(), leftPerOwner: numbers.text(), floor: numbers.maybe(), dormant: numbers.maybe(),
            birthsSeen: numbers.count(), birthsCounted: numbers.maybe(), coveragePerMille: numbers.count(), voidReason: numbers.text())
    }
}

extension StepRow: RandomRow {
    static func random(_ numbers: inout SeededNumbers) -> StepRow {
        StepRow(
            step: numbers.count(), kind: numbers.pick(Step.Kind.self), planned: numbers.maybe(), given: numbers.count(),
            concurrency: numbers.count(), connections: [.reused, .fresh, .one].randomElement(using: &numbers) ?? .one, only: numbers.text(),
            start: numbers.time(), loadEnd: numbers.time(), end: numbers.time(), peakInFlight: numbers.count(), opened: numbers.count(),
            retried: numbers.count(),
            ended: [.completed, .guardRail, .interrupted, .serverDied, .databaseGone].randomElement(using: &numbers) ?? .completed,
            why: numbers.text())
    }
}

extension ProcessRow: RandomRow {
    static func random(_ numbers: inout SeededNumbers) -> ProcessRow {
        ProcessRow(
            time: numbers.time(), step: numbers.count(), pid: numbers.count(), started: numbers.time(), command: numbers.text(),
            cpu: numbers.time(), residentBytes: numbers.count(), threads: numbers.count(), descriptors: numbers.maybe(),
            databaseSockets: numbers.maybe(), restarts: numbers.maybe(), note: numbers.text())
    }
}

extension GeneratorRow: RandomRow {
    static func random(_ numbers: inout SeededNumbers) -> GeneratorRow {
        var row = GeneratorRow(
            time: numbers.time(), step: numbers.count(), thread: numbers.count(), load: numbers.time(), cpu: numbers.time())
        row.wakeP99 = numbers.maybe()
        row.wakeMax = numbers.maybe()
        row.passP99 = numbers.maybe()
        row.passMax = numbers.maybe()
        row.lateP99 = numbers.maybe()
        row.lateMax = numbers.maybe()
        row.serviceP50 = numbers.maybe()
        row.started = numbers.count()
        row.done = numbers.count()
        row.inFlight = numbers.count()
        row.opened = numbers.count()
        return row
    }
}
