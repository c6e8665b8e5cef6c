import Measurements

/// The rows of a long run, made wave by wave in memory that does not grow.
struct Recording {
    struct Plan {
        var waves: Int
        /// Seconds, the settle included.
        var wave: Int
        var settle: Int
        var sessions: Int
        var birthsPerSecond: Double
        var requests: [String]
    }

    private struct Session {
        var pid: Int
        var backendStart: Int
    }

    private static let samplesPerSecond = 10
    private static let workers = [4101, 4102, 4103, 4104]
    /// As Django writes them: long, with commas and quotes.
    private static let queries = (0..<40).map {
        #"SELECT "cms_page"."id", "cms_page"."path", "cms_page"."title" FROM "cms_page" WHERE "cms_page"."id" = \#($0) LIMIT 21"#
    }

    private let directory: RunDirectory
    private let plan: Plan
    private var alive: [Session] = []
    private var oldest = 0
    private var transfersInStep = 0
    private(set) var samples = 0
    private(set) var sessionsSeen = 0
    private(set) var rows = 0

    init(directory: RunDirectory, plan: Plan) {
        self.directory = directory
        self.plan = plan
    }

    var bytes: Int {
        directory.steps.bytesWritten + directory.connections.bytesWritten + directory.sessions.bytesWritten
            + directory.requests.bytesWritten + directory.transfers.bytesWritten + directory.processes.bytesWritten
    }

    mutating func wave(_ step: Int) {
        let start = step * plan.wave
        let loadEnd = start + plan.wave - plan.settle
        transfersInStep = 0
        if step == 0 { for _ in 0..<plan.sessions { alive.append(birth(at: 0, in: step)) } }
        for session in alive { event(.used, session, at: start + 1, in: step) }
        for second in start..<(start + plan.wave) {
            let loads = second < loadEnd
            if loads { turnOver(second, in: step) }
            sample(second, in: step, loads: loads)
            for pid in Self.workers { process(pid, second, in: step) }
            if loads { transfers(second, in: step) }
            if second % 60 == 0 { forget() }
        }
        for session in alive { event(.floor, session, at: start + plan.wave - 1, in: step) }
        directory.steps.append(
            StepRow(
                step: step, kind: .wave, planned: nil, given: (plan.wave - plan.settle) * plan.requests.count * 20, concurrency: 50,
                connections: .reused, start: time(start), loadEnd: time(loadEnd), end: time(start + plan.wave), peakInFlight: 50,
                opened: 50, why: "benchmark"))
        rows += 1
        directory.flush()
        forget()
    }

    private func time(_ second: Int, _ microseconds: Int = 0) -> RunTime {
        RunTime(microseconds: Int64(second) * 1_000_000 + Int64(microseconds))
    }

    private mutating func birth(at second: Int, in step: Int) -> Session {
        sessionsSeen += 1
        let session = Session(pid: 5000 + sessionsSeen % 60_000, backendStart: 1_767_225_600_000_000 + second * 1_000_000 + sessionsSeen)
        event(.born, session, at: second, in: step)
        return session
    }

    private mutating func event(_ event: SessionRow.Event, _ session: Session, at second: Int, in step: Int) {
        rows += 1
        directory.sessions.append(
            SessionRow(
                time: time(second, session.pid), step: step, event: event, pid: session.pid, backendStart: session.backendStart,
                owner: "pid \(Self.workers[session.pid % Self.workers.count])", whyOurs: "process", state: "idle",
                lastQuery: Self.queries[session.pid % Self.queries.count]))
    }

    /// The oldest sessions die, and as many are born.
    private mutating func turnOver(_ second: Int, in step: Int) {
        let due = Int(Double(second + 1) * plan.birthsPerSecond) - Int(Double(second) * plan.birthsPerSecond)
        for _ in 0..<due {
            event(.died, alive[oldest], at: second, in: step)
            alive[oldest] = birth(at: second, in: step)
            event(.used, alive[oldest], at: second, in: step)
            oldest = (oldest + 1) % alive.count
        }
    }

    private mutating func sample(_ second: Int, in step: Int, loads: Bool) {
        for index in 0..<Self.samplesPerSecond {
            var row = ConnectionRow(time: time(second, index * 100_000 + 137), step: step)
            row.total = plan.sessions
            row.active = loads ? 1 + index : 0
            row.idle = plan.sessions - (row.active ?? 0)
            row.idleInTransaction = 0
            row.idleInTransactionAborted = 0
            row.other = 0
            row.born = index == 0 && loads ? 2 : 0
            row.died = row.born
            row.oldestIdle = time(second % 200, index * 1000)
            row.used = plan.sessions + 2
            row.limit = 1000
            row.headroom = 1000 - plan.sessions - 2
            row.openedTotal = sessionsSeen
            row.abandonedTotal = 0
            row.fatalTotal = 0
            row.killedTotal = 0
            row.sampleMicroseconds = 1600 + second % 400
            row.serverClockOffsetMicroseconds = 12 + second % 7
            directory.connections.append(row)
        }
        rows += Self.samplesPerSecond
        samples += Self.samplesPerSecond
    }

    private mutating func process(_ pid: Int, _ second: Int, in step: Int) {
        rows += 1
        directory.processes.append(
            ProcessRow(
                time: time(second), step: step, pid: pid, started: RunTime(microseconds: -5_000_000), command: "gunicorn: worker [cms]",
                cpu: time(second / 4), residentBytes: 190_000_000 + second, threads: 9, descriptors: 150, databaseSockets: 125))
    }

    /// What the load did in a second: a row of what was started for each request, and one for each class.
    private mutating func transfers(_ second: Int, in step: Int) {
        for (index, name) in plan.requests.enumerated() {
            var started = RequestRow(time: time(second + 1), step: step, request: name, outcome: nil)
            started.started = 20
            directory.requests.append(started)
            rows += 1
            for outcome in index % 3 == 0 ? [Outcome.success, .clientError] : [.success] {
                var row = RequestRow(time: time(second + 1), step: step, request: name, outcome: outcome)
                row.done = index % 3 == 0 ? 10 : 20
                row.bytes = row.done * (2000 + second % 500)
                let p50 = 2000 + (second * 7 + index * 131) % 900
                row.service = RequestRow.Quantiles(p50: p50, p95: p50 * 2, p99: p50 * 3, max: p50 * 4)
                row.latency = row.service
                directory.requests.append(row)
                rows += 1
            }
            for number in 0..<20 where transfersInStep < TransferRow.limitPerStep {
                transfersInStep += 1
                rows += 1
                let start = time(second, number * 50_000 + index * 1111)
                directory.transfers.append(
                    TransferRow(
                        step: step, start: start, end: start + .microseconds(2345), request: name, outcome: .success, status: 200,
                        connection: number + 1))
            }
        }
    }

    /// What was written is not needed here.
    private func forget() {
        _ = directory.connections.takeRows()
        _ = directory.sessions.takeRows()
        _ = directory.requests.takeRows()
        _ = directory.transfers.takeRows()
        _ = directory.processes.takeRows()
    }
}
