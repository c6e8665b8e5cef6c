import Measurements
import Verdicts

/// An application as the judge sees it: sessions that requests open and close, on a clock that only this simulation moves.
///
/// It carries out the steps that a judge asks for and feeds it rows as a real run would write them: one sample every 100 ms,
/// births at their moment, deaths at the sample that misses them.
final class SimulatedRun {
    struct Session {
        var pid: Int
        var born: Int64
        var owner: String
        var lastUsed: Int64
        /// When it will go by itself; `nil`: never.
        var dies: Int64?
        var busyUntil: Int64
        var announced = false
        var usedIn = -1
    }

    /// What a request does to the sessions; called at its start.
    typealias Behaviour = (SimulatedRun, _ request: Int, _ worker: Int) -> Void

    var judge: Judge
    let behaviour: Behaviour
    var sessions: [Session] = []
    /// Microseconds since the run began.
    var now: Int64 = 0
    var served = 0
    var stepsDone: [Step] = []
    /// What was written of them.
    private(set) var closed: [(row: StepRow, judged: WaveRow)] = []
    private var nextPID = 1000
    /// When each process beside the server's first one began.
    private var workers: [Int: Int64] = [:]
    private(set) var owner = "pid 100"
    private var sampleAt: Int64 = 0
    private var step = 0
    private var deaths: [(time: Int64, session: Session)] = []
    private var opened = 0
    /// Called when the clients of a step close their connections.
    var whenClientsLeave: (SimulatedRun) -> Void = { _ in }
    /// Share of samples lost, by their number.
    var losesSample: (Int) -> Bool = { _ in false }
    private var samples = 0
    /// Whether the load is on.
    private(set) var loading = false
    var threads = 12
    /// Descriptors of the one process after so many requests.
    var holdsDescriptors: (Int) -> Int? = { _ in nil }
    /// Pids of sessions that are somebody else's, and taken for ours by their database until `ruleOut` is called.
    var others: Set<Int> = []
    /// Pids of sessions that are in a transaction.
    var transactions: Set<Int> = []
    /// Called before each sample, load or none.
    var onSample: (SimulatedRun) -> Void = { _ in }
    /// Whether somebody holds the socket of a session, by step and pid; and the database it is in, by pid.
    var socket: (Int, Int) -> SessionRow.Socket? = { _, _ in nil }
    var database: (Int) -> String = { _ in "" }
    /// How the request at hand ends.
    var outcome = Outcome.success
    /// Whether the request at hand fails.
    var fails = false
    private var connections: Set<Int> = []

    init(facts: RunFacts, behaviour: @escaping Behaviour) {
        judge = Judge(facts: facts)
        self.behaviour = behaviour
    }

    var headroom: Int { judge.facts.headroom - sessions.count }

    // MARK: What behaviours do

    @discardableResult
    func open(busy: Int64 = 5_000, owner: String? = nil) -> Int {
        nextPID += 1
        opened += 1
        sessions.append(Session(pid: nextPID, born: now, owner: owner ?? self.owner, lastUsed: now, busyUntil: now + busy))
        return nextPID
    }

    /// A process of the server begins now.
    func begin(worker pid: Int) {
        workers[pid] = now
        look(at: pid)
    }

    /// A process of the server ends now.
    func end(worker pid: Int) { workers[pid] = nil }

    private func look(at pid: Int) {
        judge.consume(
            ProcessRow(
                time: RunTime(microseconds: now), step: step, pid: pid, started: RunTime(microseconds: workers[pid] ?? 0),
                command: "worker",
                cpu: .zero, residentBytes: 1, threads: 1, descriptors: nil, databaseSockets: nil))
    }

    func close(_ pid: Int) {
        guard let index = sessions.firstIndex(where: { $0.pid == pid }) else { return }
        deaths.append((now, sessions.remove(at: index)))
    }

    /// A socket of the server was found, and those of others are no longer counted.
    func ruleOut() {
        for session in sessions where others.contains(session.pid) {
            var row = event(.died, session, at: now)
            row.whyOurs = SessionOwnership.elsewhere
            judge.consume(row)
        }
        sessions.removeAll { others.contains($0.pid) }
    }

    func use(_ pid: Int) {
        guard let index = sessions.firstIndex(where: { $0.pid == pid }) else { return }
        if sessions[index].usedIn != step, sessions[index].announced {
            judge.consume(event(.used, sessions[index], at: now))
            sessions[index].usedIn = step
        }
        sessions[index].lastUsed = now
    }

    // MARK: The run

    /// Carries out what the judge asks for until it says a verdict, or `limit` steps were done.
    func run(limit: Int = 60) -> Verdict {
        while stepsDone.count < limit {
            switch judge.next() {
            case .verdict(let verdict): return verdict
            case .step(let step): carryOut(step)
            }
        }
        return judge.verdictNow()
    }

    func carryOut(_ step: Step) {
        stepsDone.append(step)
        self.step = step.id
        let start = now
        advance(by: step.lead.microseconds)
        let loadStart = now
        connections = []
        var opened = 0
        var given = 0
        var peak = 0
        var ended = StepRow.End.completed
        loading = true
        judge.consume(
            ProcessRow(
                time: RunTime(microseconds: now), step: step.id, pid: 100, started: .zero, command: "server", cpu: .zero,
                residentBytes: 1, threads: threads, descriptors: nil, databaseSockets: nil))
        switch step.dose {
        case .silence(let duration): advance(by: duration.microseconds)
        case .closed(let requests, let concurrency):
            (given, ended) = send(requests, concurrency, 10_000, step)
            peak = min(concurrency, requests)
        case .scenario(let cap):
            (given, ended) = send(cap ?? judge.facts.requestsPerWave ?? 500, judge.facts.concurrency, 10_000, step)
            peak = judge.facts.concurrency
        case .unit(let requests, let gap):
            for index in 0..<requests {
                request(index, worker: 0, step: step)
                given += 1
                opened = 1
                advance(by: 10_000 + gap.microseconds)
                if headroom < judge.facts.guardRail { ended = .guardRail; break }
            }
            peak = 1
        }
        if step.kind == .restart {
            for session in sessions { deaths.append((now, session)) }
            sessions = []
        }
        whenClientsLeave(self)
        opened = max(opened, connections.count)
        loading = false
        let loadEnd = now
        advance(by: step.settle.microseconds + 1)
        sample(force: true)
        judge.consume(
            ProcessRow(
                time: RunTime(microseconds: now), step: step.id, pid: 100, started: .zero, command: "server", cpu: .zero,
                residentBytes: 1, threads: threads, descriptors: holdsDescriptors(served), databaseSockets: nil))
        for pid in workers.keys.sorted() { look(at: pid) }
        for session in sessions { judge.consume(event(.floor, session, at: now)) }
        let row = StepRow(
            step: step.id, kind: step.kind, planned: step.plannedRequests,
            given: judge.facts.watch == nil ? given : 0, concurrency: peak,
            connections: step.connections, only: step.mix.name(in: judge.facts.requests), start: RunTime(microseconds: start),
            loadStart: RunTime(microseconds: loadStart),
            loadEnd: RunTime(microseconds: loadEnd), end: RunTime(microseconds: now), peakInFlight: peak, opened: opened, ended: ended,
            why: step.why)
        closed.append((row, judge.consume(row)))
    }

    private func send(_ requests: Int, _ concurrency: Int, _ each: Int64, _ step: Step) -> (Int, StepRow.End) {
        for index in 0..<requests {
            let worker = step.connections == .fresh ? 1000 + index : index % max(1, concurrency)
            connections.insert(worker)
            request(index, worker: worker, step: step)
            advance(by: each / Int64(max(1, concurrency)))
            if headroom < judge.facts.guardRail { return (index + 1, .guardRail) }
        }
        return (requests, .completed)
    }

    private func request(_ index: Int, worker: Int, step: Step) {
        var which = index % max(1, judge.facts.requests.count)
        if case .only(let one) = step.mix { which = one }
        if case .some(let some) = step.mix { which = some[index % some.count] }
        outcome = .success
        behaviour(self, which, worker)
        served += 1
        if judge.facts.watch != nil { return }
        let name = judge.facts.requests[which].name
        judge.consume(
            TransferRow(
                step: step.id, start: RunTime(microseconds: now), end: RunTime(microseconds: now + 8_000), request: name, outcome: outcome,
                status: 200, connection: worker + 1))
        var row = RequestRow(time: RunTime(microseconds: now), step: step.id, request: name, outcome: outcome)
        row.done = 1
        row.unexpected = fails ? 1 : 0
        judge.consume(row)
    }

    private func advance(by duration: Int64) {
        let until = now + duration
        while sampleAt <= until {
            now = max(now, sampleAt)
            sample(force: false)
        }
        now = until
    }

    private func sample(force: Bool) {
        if !force { sampleAt += 100_000 }
        onSample(self)
        for session in sessions.filter({ ($0.dies ?? .max) <= now }) { close(session.pid) }
        samples += 1
        if losesSample(samples) {
            judge.consume(ConnectionRow(time: RunTime(microseconds: now), step: step, note: "gap lost"))
            return
        }
        for index in sessions.indices where !sessions[index].announced {
            sessions[index].announced = true
            judge.consume(event(.born, sessions[index], at: sessions[index].born))
        }
        for death in deaths where death.session.announced { judge.consume(event(.died, death.session, at: now)) }
        deaths = []
        var row = ConnectionRow(time: RunTime(microseconds: now), step: step)
        let clients = sessions.count { $0.owner.hasPrefix(SessionOwnership.clientOwnerPrefix) }
        row.total = sessions.count - clients
        row.idle = sessions.count - clients
        if judge.facts.pgbouncer != nil {
            row.pgbouncerClients = clients
            row.pgbouncerServers = sessions.count { $0.owner == SessionOwnership.pgbouncer }
        }
        row.headroom = headroom
        row.limit = judge.facts.limit
        row.openedTotal = opened
        row.fatalTotal = 0
        row.killedTotal = 0
        judge.consume(row)
    }

    private static func whyOurs(_ owner: String) -> String {
        if owner == SessionOwnership.pgbouncer { return owner }
        return owner.hasPrefix(SessionOwnership.clientOwnerPrefix) ? SessionOwnership.pgbouncerClient : "process"
    }

    private func event(_ event: SessionRow.Event, _ session: Session, at time: Int64) -> SessionRow {
        SessionRow(
            time: RunTime(microseconds: time), step: step, event: event, pid: session.pid, backendStart: Int(session.born),
            owner: session.owner, whyOurs: others.contains(session.pid) ? SessionOwnership.byDatabase : Self.whyOurs(session.owner),
            state: transactions.contains(session.pid) ? "idle in transaction" : session.busyUntil > now && loading ? "active" : "idle",
            lastQuery: "SELECT 1 FROM t\(session.pid % 2)",
            database: database(session.pid), socket: event == .floor ? socket(step, session.pid) : nil)
    }
}

extension Duration {
    fileprivate var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}

/// A small, documented generator (SplitMix64, Steele et al. 2014) so that simulations repeat.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
