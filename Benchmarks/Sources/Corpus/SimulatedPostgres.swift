import Measurements

/// A session of the simulated PostgreSQL. Times are microseconds since the run began.
final class Session {
    let pid: Int
    let begun: Int64
    /// The process of the server that holds it; `nil`: somebody else's.
    let holder: Int?
    let names: SessionNames
    let port: Int
    var queryStart: Int64?
    /// The moment at which the query that is running, or was the last, ends.
    var busyUntil: Int64
    var isInTransaction = false
    var query = ""
    var isAlive = true

    init(pid: Int, begun: Int64, holder: Int?, names: SessionNames, port: Int) {
        self.pid = pid
        self.begun = begun
        self.holder = holder
        self.names = names
        self.port = port
        busyUntil = begun
    }
}

/// Sessions, slots and counters of a PostgreSQL that keeps no data.
struct SimulatedPostgres {
    /// Two sessions of the sampler are always there.
    static let sampler = 2

    /// Slots for ordinary roles.
    let limit: Int
    /// `idle_session_timeout`, microseconds.
    var idleTimeout: Int64?
    /// In the order of their begin.
    private(set) var sessions: [Session] = []
    private(set) var opened = 0
    private(set) var fatal = 0
    private(set) var refused = 0
    private var nextPID: Int

    init(limit: Int, firstPID: Int) {
        self.limit = limit
        nextPID = firstPID
    }

    var used: Int { sessions.count + Self.sampler }

    /// `nil`: too many connections.
    mutating func open(at now: Int64, holder: Int?, names: SessionNames, counts: Bool) -> Session? {
        guard used < limit else {
            refused += 1
            return nil
        }
        nextPID += 1
        if counts { opened += 1 }
        let session = Session(pid: nextPID, begun: now, holder: holder, names: names, port: 20_000 + nextPID % 40_000)
        sessions.append(session)
        return session
    }

    mutating func close(_ session: Session) {
        guard session.isAlive else { return }
        session.isAlive = false
        sessions.removeAll { $0 === session }
    }

    mutating func closeAll(where condition: (Session) -> Bool) {
        for session in sessions where condition(session) { session.isAlive = false }
        sessions.removeAll { !$0.isAlive }
    }

    /// Ends what has been idle for too long.
    mutating func reap(at now: Int64) {
        guard let idleTimeout else { return }
        let before = sessions.count
        closeAll { $0.holder != nil && !$0.isInTransaction && $0.busyUntil + idleTimeout <= now }
        fatal += before - sessions.count
    }
}
