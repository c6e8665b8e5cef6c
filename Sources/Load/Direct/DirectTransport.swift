import Curl
import Glibc
import LinuxIO
import Measurements
import Scenarios

/// HTTP/1 exchanges framed by Seep itself, on connections that libcurl opened: some 3 µs of CPU each beside the system calls.
///
/// libcurl resolves, connects and makes TLS (`CURLOPT_CONNECT_ONLY`). Without TLS it then hands the socket over and knows nothing of
/// it any more; with TLS the connection stays libcurl's, and its bytes are moved by ``SecureStream``. Everything else is here: the
/// request's bytes are those that ``PreparedRequest`` made before the load, the response is taken apart by ``ResponseParser``, the
/// connections are kept for their origin, the last used first, and the time-outs stand in ``DeadlineQueues``.
///
/// It has so many slots, one exchange in each at a time, and at most as many connections. One thread; ``PreparedRequest`` must
/// outlive its exchange. Between a connection's opening and its end nothing is allocated.
///
/// A connection that was reused and ends before the first byte of the response is no answer of the application: the request is sent
/// again, once, whatever its method, over a new connection, and counted. A new connection that ends so is cut.
final class DirectTransport {
    struct Connection {
        enum State { case free, connecting, idle, busy }

        var state = State.free
        var fd: Int32 = -1
        var number = 0
        var origin = 0
        /// The exchange on it; −1: none.
        var slot = -1
        /// The handle that connects it, or that moves its bytes; −1: none.
        var connector = -1
        var isSecure = false
        /// Moves its bytes, where there is TLS; `nil`: the handle does.
        var stream: SecureStream?
        /// Responses that have come over it.
        var served = 0
        /// Not watched by epoll for now: a slow reader's.
        var isUnwatched = false
        /// Waited for until more can be sent.
        var watchesWrite = false
        /// Among the idle ones of its origin.
        var next = -1
        var previous = -1
    }

    struct Slot: ~Copyable {
        var request: UnsafeMutablePointer<PreparedRequest>?
        /// −1: the exchange has ended, or there was none.
        var connection = -1
        var sent = 0
        var parser = ResponseParser()
        var isFresh = false
        var isReused = false
        var isRepeated = false
        var opened = 0
        var manners: UnsafePointer<Manners>?
        /// It leaves early or reads slowly.
        var isRude = false
        /// Our side of the connection is ended, and what comes is thrown away.
        var hasLeft = false
        var pace = SlowReading()
        var exchange = Exchange(slot: 0, outcome: .hungUp)
    }

    struct Connector: ~Copyable {
        let easy: CurlEasy
        /// −1: free.
        var connection = -1
        /// Its connections are kept in one of ``DirectTransport/shares``.
        var isShared = false

        init(easy: consuming CurlEasy) { self.easy = easy }
    }

    static let bufferBytes = 1 << 16
    /// So many may have some memory more each, where that is faster.
    static let fewConnections = 256
    /// Handles that are kept though none of them connects.
    static let keptConnectors = 64

    let setup: ConnectionSetup
    let allManners: MannersTable
    let tally: ConnectionTally
    let failures: FailureReasons
    let poller: Poller
    /// The upper half of the tags of the events of connections that stand; those of libcurl's are of the kind before.
    let kind: UInt64
    let sockets: CurlSockets
    var multi: CurlMulti?
    /// Requests that a connection serves.
    let reuseLimit: Int
    let buffer: UnsafeMutableRawBufferPointer

    var slots: UnsafeMutablePointer<Slot>
    var connections: UnsafeMutablePointer<Connection>
    var connectors: UnsafeMutablePointer<UnsafeMutablePointer<Connector>?>
    /// The free ones, taken from the end.
    var freeConnections: UnsafeMutablePointer<Int>
    var freeConnectionCount = 0
    var freeConnectors: UnsafeMutablePointer<Int>
    var freeConnectorCount = 0
    /// Slots whose exchange has ended, not yet told.
    var ended: UnsafeMutablePointer<Int>
    var endedCount = 0
    private(set) var count = 0
    /// Connections that wait for an exchange.
    var idleCount = 0

    var origins = DirectOrigins()
    /// Everything in the step goes over one connection.
    private(set) var isSingle = false
    /// When exchanges are given up or left.
    var deadlines: DeadlineQueues
    /// Slow readers that have read enough for now.
    var pauses = DeadlineQueues([SlowReading.pause])
    /// Caches of the connections that TLS is used on, each for so many connectors.
    var shares: [CurlShareBox] = []
    static let connectorsPerShare = 64

    /// - Parameter kind: the upper half of the tags of its events; the number after it is taken too.
    init(
        _ setup: ConnectionSetup, manners: MannersTable, tally: ConnectionTally, failures: FailureReasons, poller: Poller, kind: UInt32,
        numbers: ConnectionNumbers, slots wanted: Int
    ) throws(CurlError) {
        self.setup = setup
        allManners = manners
        self.tally = tally
        self.failures = failures
        self.poller = poller
        self.kind = UInt64(kind + 1) << 32
        if case .requests(let limit) = setup.http.reuse { reuseLimit = limit } else { reuseLimit = .max }
        sockets = CurlSockets(poller: poller, kind: kind, numbers: numbers)
        deadlines = DeadlineQueues(manners.deadlines)
        buffer = .allocate(byteCount: Self.bufferBytes, alignment: 16)
        slots = .allocate(capacity: 1)
        connections = .allocate(capacity: 1)
        connectors = .allocate(capacity: 1)
        freeConnections = .allocate(capacity: 1)
        freeConnectors = .allocate(capacity: 1)
        ended = .allocate(capacity: 1)
        try makeSlots(wanted)
    }

    deinit {
        close()
        for index in 0..<count {
            guard let connector = connectors[index] else { continue }
            connector.deinitialize(count: 1)
            connector.deallocate()
        }
        slots.deinitialize(count: count)
        slots.deallocate()
        connections.deallocate()
        connectors.deallocate()
        freeConnections.deallocate()
        freeConnectors.deallocate()
        ended.deallocate()
        buffer.deallocate()
    }

    /// No exchange is under way, and no connection is open.
    private func makeSlots(_ wanted: Int) throws(CurlError) {
        guard wanted > count else { return }
        deadlines.makeRoom(wanted)
        pauses.makeRoom(wanted)
        let movedSlots = UnsafeMutablePointer<Slot>.allocate(capacity: wanted)
        movedSlots.moveInitialize(from: slots, count: count)
        let movedConnectors = UnsafeMutablePointer<UnsafeMutablePointer<Connector>?>.allocate(capacity: wanted)
        movedConnectors.moveInitialize(from: connectors, count: count)
        for index in count..<wanted {
            (movedSlots + index).initialize(to: Slot())
            (movedConnectors + index).initialize(to: nil)
        }
        for old in [freeConnections, freeConnectors, ended] { old.deallocate() }
        slots.deallocate()
        connections.deallocate()
        connectors.deallocate()
        slots = movedSlots
        connectors = movedConnectors
        connections = .allocate(capacity: wanted)
        connections.initialize(repeating: Connection(), count: wanted)
        freeConnections = .allocate(capacity: wanted)
        freeConnectors = .allocate(capacity: wanted)
        ended = .allocate(capacity: wanted)
        // The lowest are used most.
        for index in 0..<wanted {
            (freeConnections + index).initialize(to: wanted - 1 - index)
            (freeConnectors + index).initialize(to: wanted - 1 - index)
            (ended + index).initialize(to: 0)
        }
        freeConnectionCount = wanted
        freeConnectorCount = wanted
        count = wanted
    }

    /// Begins a step: no connection is open.
    ///
    /// - Parameter single: there is to be one connection, whatever the requests are like.
    func open(slots wanted: Int, single: Bool) throws(CurlError) {
        try makeSlots(wanted)
        isSingle = single
        multi = try CurlMulti(sockets: sockets, maximumIdle: wanted)
    }

    /// Closes every connection. No exchange is under way.
    func close() {
        for index in 0..<count where connections[index].state != .free { closeConnection(index) }
        multi = nil
        origins.forgetAll()
    }

    /// When ``runTimeouts(now:)`` is to be called though nothing has happened.
    var deadline: MonotonicInstant? {
        guard var next = deadlines.next else { return sockets.deadline }
        if let pause = pauses.next { next = min(next, pause) }
        if let theirs = sockets.deadline { next = min(next, theirs) }
        return next
    }

    /// ``runTimeouts(now:)`` is to be called at once.
    var isDue: Bool { sockets.isDue || endedCount > 0 }

    /// See ``Transports/isBusyWithHandshakes``.
    var isBusyWithHandshakes: Bool { sockets.isBusyWithHandshakes && idleCount == 0 }

    /// Carries on with what connects, and gives up what has taken too long.
    func runTimeouts(now: MonotonicInstant) {
        if multi != nil {
            multi?.runTimeouts(now: now)
            takeConnected()
        }
        while case let slot = pauses.due(now), slot >= 0 {
            pauses.leave(slot)
            readSlowly(slot, ended: false)
        }
        while case let slot = deadlines.due(now), slot >= 0 { isOver(slot, now: now) }
    }

    /// The next exchange that has ended, whose slot is free again.
    func nextEnded() -> Exchange? {
        guard endedCount > 0 else { return nil }
        endedCount -= 1
        return slots[ended[endedCount]].exchange
    }

    /// What was kept of the response in a slot that has just ended.
    func kept(in slot: Int) -> KeptResponse {
        KeptResponse(
            status: slots[slot].parser.status, headers: slots[slot].parser.keptHeaders.bytes,
            body: slots[slot].parser.bodyIsTooLong ? nil : slots[slot].parser.keptBody.bytes)
    }

    /// The `Location` of the response in a slot that has just ended.
    func location(in slot: Int) -> String? {
        slots[slot].parser.location.isEmpty ? nil : String(decoding: slots[slot].parser.location.bytes, as: UTF8.self)
    }
}
