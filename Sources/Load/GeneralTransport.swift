import Curl
import Glibc
import LinuxIO
import Measurements
import Scenarios

/// How an exchange ended.
struct Exchange {
    /// The place that it was begun in.
    var slot: Int
    var outcome: Outcome
    /// 0: no response.
    var status = 0
    var bytes = 0
    /// The number of the connection; 0: none.
    var connection = 0
    /// Connections opened for it.
    var opened = 0
    /// It went over a connection that had served before.
    var reused = false
    /// Times that it was sent again.
    var retried = 0
    /// This machine had no port, descriptor or memory for it.
    var failedLocally = false
}

/// Exchanges by libcurl's multi interface: does everything, at some 15 µs of CPU each.
///
/// It has so many slots, each with an easy handle that is made once and used again, one exchange in each at a time; what is set
/// for a request stays set while the slot gets the same request again. Connections live from ``open(slots:maximumPerHost:)`` to
/// ``close()``. One thread; ``PreparedRequest`` must outlive its exchange.
///
/// A connection that was reused and ends before the first byte of the response is no answer of the application: the request is
/// sent again, once, whatever its method (a POST that the server did read is then sent twice, as browsers do), and counted. A
/// new connection that ends so is cut.
final class GeneralTransport {
    struct Slot: ~Copyable {
        var easy: CurlEasy
        /// What its handle is set to.
        var applied: UnsafeMutablePointer<PreparedRequest>?
        var manners: UnsafePointer<Manners>?
        /// Takes a connection of its own.
        var isFresh = false
        /// Its connection is closed at its end.
        var closes = false
        var isSecure = false
        /// The exchange was begun again by us.
        var isRepeated = false
        /// A response has come by the handle.
        var hasServed = false
        /// The response before, its header too, was no longer than ``GeneralTransport/smallBuffer``.
        var isShort = false
        /// How much a slow reader may read; `nil`: it has read nothing yet.
        var pace: SlowReading?

        init(easy: consuming CurlEasy) { self.easy = easy }
    }

    /// Bytes that libcurl reads at a time. A handle allocates them anew, and so few cost the allocator next to nothing; libcurl takes no
    /// fewer. A response that is longer after all takes more reads.
    static let smallBuffer = 1024
    static let buffer = 16 * 1024

    /// Once on the connection that dies, once more.
    private static let attempts = 2

    let setup: ConnectionSetup
    private let reuseLimit: Int
    private let allManners: MannersTable
    let tally: ConnectionTally
    let failures: FailureReasons
    let sockets: CurlSockets
    /// Set as every handle is before it is set to a request.
    private let model: CurlEasy
    var multi: CurlMulti?
    var slots: UnsafeMutablePointer<Slot>
    private(set) var count = 0
    private var capacity: Int
    /// When the clients leave that leave at a moment in time.
    var leaving: DeadlineQueues
    /// Slow readers, each until its next turn.
    var pauses = DeadlineQueues([SlowReading.pause])
    /// Exchanges that we have left, not yet told.
    var left: [Int] = []
    private var idleEventsSeen = 0
    /// Exchanges under way.
    private var active = 0

    /// - Parameter kind: the upper half of the tags of its events.
    /// - Parameter slots: made now; ``open(slots:maximumPerHost:)`` makes more when it needs them.
    init(
        _ setup: ConnectionSetup, manners: MannersTable, tally: ConnectionTally, failures: FailureReasons, poller: Poller, kind: UInt32,
        numbers: ConnectionNumbers, slots wanted: Int
    ) throws(CurlError) {
        self.setup = setup
        allManners = manners
        self.tally = tally
        self.failures = failures
        if case .requests(let limit) = setup.http.reuse { reuseLimit = limit } else { reuseLimit = 0 }
        sockets = CurlSockets(poller: poller, kind: kind, numbers: numbers)
        model = try CurlEasy(tag: -1, sockets: sockets)
        try setup.apply(to: model, timeout: manners.longestTimeout)
        leaving = DeadlineQueues(manners.deadlines)
        capacity = max(wanted, 1)
        slots = .allocate(capacity: capacity)
        try makeSlots(wanted)
    }

    deinit {
        multi = nil
        slots.deinitialize(count: count)
        slots.deallocate()
    }

    private func makeSlots(_ wanted: Int) throws(CurlError) {
        if wanted > capacity {
            let moved = UnsafeMutablePointer<Slot>.allocate(capacity: wanted)
            moved.moveInitialize(from: slots, count: count)
            slots.deallocate()
            slots = moved
            capacity = wanted
        }
        leaving.makeRoom(wanted)
        pauses.makeRoom(wanted)
        left.reserveCapacity(wanted)
        while count < wanted {
            let easy = try CurlEasy(tag: count, sockets: sockets)
            easy.setReuseLimit(reuseLimit)
            try setup.apply(to: easy, timeout: allManners.longestTimeout)
            (slots + count).initialize(to: Slot(easy: easy))
            count += 1
        }
    }

    /// Begins a step: no connection is open.
    ///
    /// - Parameter maximumPerHost: connections at most, 0 for no limit.
    func open(slots wanted: Int, maximumPerHost: Int = 0) throws(CurlError) {
        try makeSlots(wanted)
        multi = try CurlMulti(sockets: sockets, maximumIdle: wanted, maximumPerHost: maximumPerHost)
    }

    /// Closes every connection. No exchange is under way.
    func close() {
        multi = nil
    }

    /// Begins an exchange in a free slot; the bytes go out with the next ``runTimeouts(now:)``.
    ///
    /// - Parameter fresh: over a connection of its own, closed at its end.
    /// - Parameter keeps: what to keep of the response.
    func begin(
        _ request: UnsafeMutablePointer<PreparedRequest>, manners: UnsafePointer<Manners>, in slot: Int, fresh: Bool,
        keeps: ResponseParts, now: MonotonicInstant
    ) throws(CurlError) {
        let place = slots + slot
        if place.pointee.hasServed, CurlLibrary.appendsToFreedHeaders { try renew(place) }
        if place.pointee.applied != request {
            place.pointee.applied = nil
            try request.pointee.apply(to: place.pointee.easy)
            try setup.applyWay(to: request.pointee.url, on: place.pointee.easy)
            try setVersion(of: request.pointee.url.isSecure, at: place)
            place.pointee.isSecure = request.pointee.url.isSecure
            place.pointee.easy.setSecure(place.pointee.isSecure)
            place.pointee.applied = request
            place.pointee.manners = nil
        }
        if place.pointee.manners != manners {
            place.pointee.manners = nil
            try apply(manners, request.pointee, to: place)
            place.pointee.manners = manners
        }
        let isUsedUp = place.pointee.easy.wasLast
        let fresh = fresh || setup.needsFresh(request.pointee.url)
        // A connection whose side of ours may have ended serves nobody else.
        let closes = fresh || (manners.pointee.mayHalfClose && setup.http.version != .http2)
        if place.pointee.isFresh != fresh || place.pointee.closes != closes || isUsedUp {
            try place.pointee.easy.set(.freshConnect, to: fresh)
            try place.pointee.easy.set(.forbidReuse, to: closes)
            place.pointee.isFresh = fresh
            place.pointee.closes = closes
        }
        place.pointee.isRepeated = false
        place.pointee.easy.prepareForTransfer(attempts: Self.attempts)
        place.pointee.easy.keep(headers: keeps.contains(.headers), bodyLimit: keeps.contains(.body) ? ResponseParts.longestBody : 0)
        try multi?.add(place.pointee.easy)
        active += 1
        if manners.pointee.readRate > 0 {
            place.pointee.pace = nil
            place.pointee.easy.restPace()
            pauses.enter(slot, 0, now: now)
        }
        if manners.pointee.leavesByTime { leaving.enter(slot, manners.pointee.queue, now: now) }
    }

    /// libcurl before 8.0 appends a header that begins with a folded line to one of the response before, which it has freed. It does so
    /// before it tells of the line, so that nothing can be done about it then: each exchange has a handle of its own, the copy of
    /// one that is set already.
    private func renew(_ place: UnsafeMutablePointer<Slot>) throws(CurlError) {
        try place.pointee.easy.renew(as: model)
        place.pointee.hasServed = false
        place.pointee.applied = nil
        place.pointee.isFresh = false
        place.pointee.closes = false
    }

    private func setVersion(of secure: Bool, at place: UnsafeMutablePointer<Slot>) throws(CurlError) {
        let version: CurlHTTPVersion =
            switch setup.http.version {
            case .http1_0: .http1_0
            case .http1_1: .http1_1
            case .http2: secure ? .http2OverTLS : .http2PriorKnowledge
            }
        try place.pointee.easy.set(.httpVersion, to: version.value)
    }

    /// Gives up the exchange in `slot`, and its connection with it.
    func abort(_ slot: Int) -> Exchange {
        let exchange = finished(slot, outcome: .hungUp, code: .ok)
        multi?.remove(slots[slot].easy)
        return exchange
    }

    /// The request is about to be freed: no slot may believe that it is still set.
    func forget(_ request: UnsafeMutablePointer<PreparedRequest>, in slot: Int) {
        if slots[slot].applied == request { slots[slot].applied = nil }
    }

    func handle(_ event: Epoll.Event) {
        multi?.handle(
            Int32(truncatingIfNeeded: event.tag), readable: event.readable, writable: event.writable, failed: event.failed)
        while let slot = sockets.nextSent() { leave(slot) }
    }

    func runTimeouts(now: MonotonicInstant) {
        multi?.runTimeouts(now: now)
        while let slot = sockets.nextSent() { leave(slot) }
        while case let slot = pauses.due(now), slot >= 0 { takeTurn(slot, now: now) }
        while case let slot = leaving.due(now), slot >= 0 {
            leaving.leave(slot)
            leave(slot)
        }
        tally.step.closedIdle += sockets.idleEvents - idleEventsSeen
        idleEventsSeen = sockets.idleEvents
    }

    /// When ``runTimeouts(now:)`` is to be called though nothing has happened.
    var deadline: MonotonicInstant? {
        var earliest = sockets.deadline
        if let next = leaving.next { earliest = earliest.map { min($0, next) } ?? next }
        if let next = pauses.next { earliest = earliest.map { min($0, next) } ?? next }
        return earliest
    }

    /// ``runTimeouts(now:)`` is to be called at once.
    var isDue: Bool { sockets.isDue || !left.isEmpty }

    /// See ``Transports/isBusyWithHandshakes``.
    var isBusyWithHandshakes: Bool { sockets.isBusyWithHandshakes && sockets.open <= active }

    /// The next exchange that has ended, whose slot is free again.
    func nextEnded() -> Exchange? {
        if let slot = left.popLast() { return finished(slot, outcome: .hungUp, code: .ok) }
        while let (slot, code) = multi?.nextEnded() {
            if code != .ok, repeats(slot, after: code) { continue }
            let hasLeft = slots[slot].easy.hasHungUp
            let outcome = hasLeft ? .hungUp : Outcome(code, of: slots[slot].easy, isSecure: slots[slot].isSecure)
            return finished(slot, outcome: outcome, code: code)
        }
        return nil
    }

    /// Begins an exchange again that a reused connection ended before the first byte of its response, where libcurl did not.
    ///
    /// libcurl 7.88 counts the retries of a handle over all of its transfers: the sixth and each sixth after is given up.
    private func repeats(_ slot: Int, after code: CurlCode) -> Bool {
        let place = slots + slot
        guard code == .sendError || code == .receiveError || code == .gotNothing, !place.pointee.isRepeated,
            place.pointee.easy.attempts == 1, place.pointee.easy.connectionsBegun == 0, place.pointee.easy.headerBytes == 0,
            place.pointee.easy.bodyBytes == 0, !place.pointee.easy.hasHungUp
        else { return false }
        place.pointee.easy.prepareForTransfer(attempts: 1)
        do {
            try multi?.add(place.pointee.easy)
        } catch {
            return false
        }
        place.pointee.isRepeated = true
        return true
    }

    private func finished(_ slot: Int, outcome: Outcome, code: CurlCode) -> Exchange {
        active -= 1
        leaving.leave(slot)
        pauses.leave(slot)
        var exchange = Exchange(slot: slot, outcome: outcome)
        let place = slots + slot
        let attempts = place.pointee.easy.attempts
        let begun = place.pointee.easy.connectionsBegun
        exchange.status = place.pointee.easy.headerIsWhole ? place.pointee.easy.status : 0
        exchange.bytes = place.pointee.easy.bodyBytes
        place.pointee.isShort = place.pointee.easy.headerBytes + exchange.bytes <= Self.smallBuffer
        exchange.connection = place.pointee.easy.connection
        exchange.opened = attempts == 0 || outcome == .refused || outcome == .unreachable ? 0 : begun
        exchange.reused = attempts > 0 && begun == 0
        exchange.retried = place.pointee.isRepeated ? 1 : min(max(attempts - 1, 0), Self.attempts - 1)
        place.pointee.hasServed = true
        if exchange.opened > 0 {
            tally.opened(connect: place.pointee.easy.connectMicroseconds, secure: place.pointee.easy.secureMicroseconds)
        }
        if place.pointee.easy.wasLast { tally.step.usedUp += 1 }
        if exchange.status > 0, setup.http.version == .http2, !place.pointee.easy.isHTTP2 { tally.step.olderThanAsked += 1 }
        if code != .ok || outcome == .cut || outcome == .garbled { failed(&exchange, code) }
        return exchange
    }

    private func failed(_ exchange: inout Exchange, _ code: CurlCode) {
        let place = slots + exchange.slot
        let error = place.pointee.easy.systemError
        if error == ECONNRESET, exchange.outcome == .cut { tally.step.reset += 1 }
        exchange.failedLocally = exchange.outcome == .unreachable && Self.isLocal(error)
        guard let manners = place.pointee.manners, let request = place.pointee.applied else { return }
        failures.record(manners.pointee.request, exchange.outcome) {
            FailureText.text(code, exchange.outcome, of: place.pointee.easy, way: setup.way(to: request.pointee.url))
        }
    }

    /// Whether a system call failed for want of something on this machine.
    static func isLocal(_ error: Int32) -> Bool {
        switch error {
        case EADDRNOTAVAIL, EMFILE, ENFILE, ENOBUFS, ENOMEM: true
        default: false
        }
    }

    /// What was kept of the response in a slot that has just ended.
    func kept(in slot: Int) -> KeptResponse {
        KeptResponse(
            status: slots[slot].easy.headerIsWhole ? slots[slot].easy.status : 0, headers: slots[slot].easy.keptHeaders,
            body: slots[slot].easy.keptBody)
    }

    /// The `Location` of the response in a slot that has just ended.
    func location(in slot: Int) -> String? {
        slots[slot].easy.responseHeader("Location")
    }
}
