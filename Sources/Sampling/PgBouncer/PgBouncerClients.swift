import LinuxIO
import Measurements

/// The clients of PgBouncer that are ours, followed as sessions are.
///
/// For PgBouncer a client is the address of a record, which is used again at once, and the second in which it came; with its port
/// that is an identity: in the rows the record is the `pid`, and `backend_start` is the second with the port in its last digits.
struct PgBouncerClients {
    private(set) var tracker: SessionTracker
    private var lastSerial = 0
    /// When sockets may be looked for again.
    private var nextTies = MonotonicInstant.now

    init(ownership: SessionOwnership) {
        tracker = SessionTracker(ownership: ownership)
    }

    mutating func beginStep(_ id: Int, logging: SessionTracker.Logging, at time: RunTime) -> [SessionRow] {
        Self.named(tracker.beginStep(id, logging: logging, at: time))
    }

    mutating func endLoad(at time: RunTime) -> [SessionRow] { Self.named(tracker.endLoad(at: time)) }

    mutating func settleFloor(at time: RunTime) -> [SessionRow] { Self.named(tracker.settleFloor(at: time).rows) }

    private static let ports = 65_536

    /// - Parameters:
    ///   - time: when the reading had come.
    ///   - sessions: PostgreSQL's, by pid: what a client does is what the session does that serves it.
    ///   - wallOrigin: the wall clock at the beginning of the run, nanoseconds since 1970.
    ///   - isAsked: whether somebody waits for this sample.
    mutating func consume(
        _ reading: PgBouncerReading, serial: Int, at time: RunTime, sessions: [Int: Backend], processes: ProcessWatch, port: Int,
        wallOrigin: Int, isAsked: Bool
    ) -> [SessionRow] {
        guard serial != lastSerial else { return [] }
        let isFirst = lastSerial == 0
        lastSerial = serial
        let backends = reading.clients.map { backend($0, session: $0.link.flatMap { reading.pidOfServer[$0] }.flatMap { sessions[$0] }) }
        // A client has come when a reading first shows it: its own second is too coarse. Who was there before the run came before it.
        // Their second may be that in which the run began, and the port is added to it below.
        let toRun = isFirst ? -(wallOrigin / 1000) - Self.ports : Int.max / 4
        let snapshot = Snapshot(time: time, serverNow: 0, serverToRun: toRun, backends: backends, use: SessionUse())
        let processesKnown = processes.source != .none
        var ties: [SessionIdentity: SessionTie]?
        let begun = MonotonicInstant.now
        if processesKnown, isAsked || begun >= nextTies {
            let wanted = tracker.wanted(in: snapshot)
            ties = wanted.isEmpty ? [:] : processes.tie(wanted, port: port)
            if !wanted.isEmpty { nextTies = .now + (.now - begun) * 20 }
        }
        return Self.named(tracker.consume(snapshot, ties: ties, processesKnown: processesKnown).rows)
    }

    private func backend(_ client: PgBouncerReading.Client, session: Backend?) -> Backend {
        let start = client.connected * 1_000_000 + client.port
        let before = tracker.ours[SessionIdentity(pid: client.ptr, backendStart: start)]?.backend
        let isBusy = client.isWaiting || session?.state.map { $0 != .idle } == true
        return Backend(
            pid: client.ptr, start: start, names: client.names, clientPort: client.names.clientAddress.isEmpty ? -1 : client.port,
            state: isBusy ? .active : .idle, stateChange: client.requested, queryStart: client.requested,
            // A client that is served no more keeps the query that it was last seen with.
            query: session?.query ?? before?.query ?? "")
    }

    private static func named(_ rows: [SessionRow]) -> [SessionRow] {
        rows.map { row in
            var row = row
            row.owner = SessionOwnership.clientOwnerPrefix + row.owner
            row.whyOurs = SessionOwnership.pgbouncerClient
            return row
        }
    }
}
