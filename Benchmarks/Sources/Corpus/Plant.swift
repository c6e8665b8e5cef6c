import Measurements

/// A request in the simulated server.
final class Call {
    let request: Int
    let connection: Int
    let began: Int64
    /// Microseconds that the server needs for it, once it may run.
    let duration: Int64
    let worker: Worker
    var thread = 0
    var session: Session?
    /// The client has left before the answer.
    var isGivenUp = false
    /// The server has written its answer, or would have.
    var isFinished = false
    /// How it ends if all goes well.
    let outcome: Outcome
    /// Told once: when the response is written, or the client gave up.
    let answered: (Call, Outcome) -> Void

    init(
        request: Int, connection: Int, began: Int64, duration: Int64, worker: Worker, outcome: Outcome,
        answered: @escaping (Call, Outcome) -> Void
    ) {
        self.request = request
        self.connection = connection
        self.began = began
        self.duration = duration
        self.worker = worker
        self.outcome = outcome
        self.answered = answered
    }
}

/// A process of the simulated server.
final class Worker {
    let pid: Int
    let started: Int64
    /// Its place among the workers; one that is restarted keeps it.
    let place: Int
    var free: [Int]
    var queue: [Call] = []
    var served = 0
    var hasEnded = false
    /// Takes no more requests, and ends when those that it has are answered.
    var isRetired = false

    init(pid: Int, place: Int, started: Int64, threads: Int) {
        self.pid = pid
        self.place = place
        self.started = started
        free = Array(0..<threads)
    }
}

/// The application server, PostgreSQL behind it, and the clock that moves both.
final class Plant {
    let layout: Layout
    var chance: Chance
    var postgres: SimulatedPostgres
    private(set) var now: Int64 = -GeneratedRun.upBefore
    private(set) var workers: [Worker] = []
    /// Processes beside the workers that hold sessions of their own: engines, sidecars.
    private(set) var helpers: [Worker] = []
    private var agenda = Agenda()
    private let behaviour: any Behaviour
    private var workerOfConnection: [Int: Int] = [:]
    private var nextPID: Int
    /// Requests that the server finished.
    private(set) var served = 0

    init(layout: Layout, behaviour: any Behaviour, limit: Int, chance: Chance) {
        self.layout = layout
        self.behaviour = behaviour
        self.chance = chance
        nextPID = 2000 + self.chance.below(3000)
        postgres = SimulatedPostgres(limit: limit, firstPID: 40_000 + self.chance.below(3000))
    }

    // MARK: Time

    var nextEvent: Int64? { agenda.next }

    func at(_ time: Int64, _ action: @escaping () -> Void) { agenda.add(at: max(time, now), action) }

    func after(_ delay: Int64, _ action: @escaping () -> Void) { at(now + delay, action) }

    /// Lets happen what is due up to `time`, and no later.
    func advance(to time: Int64) {
        while let next = agenda.next, next <= time, let action = agenda.take() {
            now = max(now, next)
            action()
        }
        now = max(now, time)
    }

    // MARK: Processes

    func start() {
        workers = (0..<layout.workers).map { spawn(place: $0) }
        behaviour.started(self)
    }

    func spawn(place: Int) -> Worker {
        nextPID += 1 + chance.below(3)
        return Worker(pid: nextPID, place: place, started: now, threads: layout.threads)
    }

    func addHelper() -> Worker {
        let helper = spawn(place: -1)
        helpers.append(helper)
        return helper
    }

    /// One worker ends, its sessions with it, and another takes its place.
    func replace(_ worker: Worker) {
        guard !worker.hasEnded else { return }
        worker.hasEnded = true
        postgres.closeAll { $0.holder == worker.pid }
        workers[worker.place] = spawn(place: worker.place)
        behaviour.replaced(worker, by: workers[worker.place], self)
    }

    /// As ``replace(_:)``, when what the worker has begun is done: the way of Gunicorn's `max_requests`.
    func retire(_ worker: Worker) {
        guard !worker.hasEnded, !worker.isRetired else { return }
        worker.isRetired = true
        workers[worker.place] = spawn(place: worker.place)
        behaviour.replaced(worker, by: workers[worker.place], self)
        endIfRetired(worker)
    }

    private func endIfRetired(_ worker: Worker) {
        guard worker.isRetired, !worker.hasEnded, worker.free.count == layout.threads, worker.queue.isEmpty else { return }
        worker.hasEnded = true
        postgres.closeAll { $0.holder == worker.pid }
    }

    /// The run is over: nothing more happens.
    func end() {
        agenda = Agenda()
        for worker in workers { worker.queue = [] }
        behaviour.stopped(self)
    }

    /// The whole server is stopped and started again.
    func restart() {
        for worker in workers + helpers { worker.hasEnded = true }
        postgres.closeAll { $0.holder != nil }
        workerOfConnection = [:]
        helpers = []
        behaviour.stopped(self)
        start()
    }

    /// PostgreSQL is started again: every session is gone.
    func restartPostgres() { postgres.closeAll { _ in true } }

    // MARK: Sessions

    func open(_ worker: Worker) -> Session? {
        guard !worker.hasEnded else { return nil }
        return postgres.open(at: now, holder: worker.pid, names: layout.names, counts: true)
    }

    /// Runs a query in the session, for most of the time that the call takes.
    func use(_ session: Session, for call: Call) {
        session.queryStart = now + 200
        session.busyUntil = now + 200 + call.duration * 6 / 10
        session.query = layout.query(of: call.request)
    }

    func close(_ session: Session) { postgres.close(session) }

    // MARK: Requests

    func submit(
        request: Int, connection: Int, outcome: Outcome, givesUpAfter patience: Int64?, answered: @escaping (Call, Outcome) -> Void
    ) {
        let place = workerOfConnection[connection] ?? chance.below(workers.count)
        workerOfConnection[connection] = place
        let duration = Int64(layout.serviceMicroseconds * chance.scaled(0.6, 1.7))
        let call = Call(
            request: request, connection: connection, began: now, duration: duration, worker: workers[place], outcome: outcome,
            answered: answered)
        if let patience {
            after(patience) { [self] in
                guard !call.isFinished, !call.isGivenUp else { return }
                call.isGivenUp = true
                behaviour.gaveUp(call, self)
                call.answered(call, patience < Int64(Layout.timeout) ? .hungUp : .timeout)
            }
        }
        run(call)
    }

    private func run(_ call: Call) {
        guard !call.worker.free.isEmpty else {
            call.worker.queue.append(call)
            return
        }
        call.thread = takeThread(of: call.worker)
        switch behaviour.begin(call, self) {
        case .serve: serve(call)
        case .wait: break
        case .fail: fail(call)
        }
    }

    private func takeThread(of worker: Worker) -> Int {
        switch layout.threadPick {
        case .any: worker.free.remove(at: chance.below(worker.free.count))
        case .lastUsed: worker.free.removeLast()
        case .longestUnused: worker.free.removeFirst()
        }
    }

    func serve(_ call: Call) {
        if let session = call.session { use(session, for: call) }
        after(call.duration) { [self] in
            behaviour.end(call, self)
            finish(call, call.worker.hasEnded ? .cut : call.outcome)
        }
    }

    /// A response without the database: nothing to be had.
    func fail(_ call: Call) {
        after(1500) { [self] in finish(call, call.worker.hasEnded ? .cut : .serverError) }
    }

    private func finish(_ call: Call, _ outcome: Outcome) {
        let worker = call.worker
        worker.free.append(call.thread)
        worker.served += 1
        served += 1
        call.isFinished = true
        if !call.isGivenUp { call.answered(call, outcome) }
        if !worker.hasEnded, !worker.queue.isEmpty { run(worker.queue.removeFirst()) }
        if worker.hasEnded {
            let left = worker.queue
            worker.queue = []
            for waiting in left where !waiting.isGivenUp {
                waiting.isFinished = true
                waiting.answered(waiting, .cut)
            }
        }
        behaviour.served(call, self)
        endIfRetired(worker)
    }

    /// The clients of a load close their connections.
    func clientsLeave(_ connections: [Int]) {
        for connection in connections {
            behaviour.closed(connection: connection, self)
            workerOfConnection[connection] = nil
        }
        behaviour.clientsLeft(self)
    }
}

/// How the simulated server is built.
struct Layout: Sendable {
    enum ThreadPick: CaseIterable, Sendable { case any, lastUsed, longestUnused }

    /// After which the client no longer waits, microseconds.
    static let timeout = 10_000_000

    var workers = 1
    var threads = 8
    var threadPick = ThreadPick.any
    /// Of a typical request.
    var serviceMicroseconds = 10_000.0
    var names = SessionNames(application: "shop", role: "shop", database: "shop", clientAddress: "127.0.0.1")

    func query(of request: Int) -> String { "SELECT * FROM product WHERE id = \(request)" }
}
