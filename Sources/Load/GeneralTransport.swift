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
    private struct Slot: ~Copyable {
        let easy: CurlEasy
        /// What its handle is set to.
        var applied: UnsafeMutablePointer<PreparedRequest>?
        var isFresh = false
        var isSecure = false
        /// The exchange was begun again by us.
        var isRepeated = false

        init(easy: consuming CurlEasy) { self.easy = easy }
    }

    /// Once on the connection that dies, once more.
    private static let attempts = 2

    private let http: HTTPSettings
    /// A file of authorities in place of the system's.
    private let authorities: String?
    private let sockets: CurlSockets
    private var multi: CurlMulti?
    private var slots: UnsafeMutablePointer<Slot>
    private var count = 0
    private var capacity: Int

    /// - Parameter kind: the upper half of the tags of its events.
    /// - Parameter slots: made now; ``open(slots:maximumPerHost:)`` makes more when it needs them.
    init(
        http: HTTPSettings, authorities: String?, poller: Poller, kind: UInt32, numbers: ConnectionNumbers, slots wanted: Int
    ) throws(CurlError) {
        self.http = http
        self.authorities = authorities
        sockets = CurlSockets(poller: poller, kind: kind, numbers: numbers)
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
        while count < wanted {
            let easy = try CurlEasy(tag: count, sockets: sockets)
            try Self.applyCommon(http, authorities: authorities, to: easy)
            (slots + count).initialize(to: Slot(easy: easy))
            count += 1
        }
    }

    /// What is the same for every request and both transports.
    static func applyCommon(_ http: HTTPSettings, authorities: String?, to easy: borrowing CurlEasy) throws(CurlError) {
        let milliseconds = max(Int(http.timeout.nanosecondsRounded / 1_000_000), 1)
        try easy.set(.timeoutMilliseconds, to: milliseconds)
        try easy.set(.connectTimeoutMilliseconds, to: milliseconds)
        try easy.set(.noSignal, to: true)
        try easy.set(.tcpNoDelay, to: true)
        try easy.set(.pathAsIs, to: true)
        try easy.set(.allowHTTP09, to: false)
        try easy.set(.followLocation, to: false)
        try easy.set(.decodeContent, to: false)
        try easy.set(.maximumIdleAge, to: 86_400)
        try easy.set(.nameCacheTimeout, to: -1)
        try easy.set(.protocols, to: "http,https")
        // Neither of the environment's proxies, nor a way round them.
        try easy.set(.proxy, to: "")
        try easy.set(.noProxy, to: "*")
        if let authorities { try easy.set(.authorities, to: authorities) }
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
    func begin(_ request: UnsafeMutablePointer<PreparedRequest>, in slot: Int, fresh: Bool, keeps: ResponseParts) throws(CurlError) {
        let place = slots + slot
        if place.pointee.applied != request {
            place.pointee.applied = nil
            try request.pointee.apply(to: place.pointee.easy)
            try setVersion(of: request.pointee.url.isSecure, at: place)
            place.pointee.isSecure = request.pointee.url.isSecure
            place.pointee.applied = request
        }
        if place.pointee.isFresh != fresh {
            try place.pointee.easy.set(.freshConnect, to: fresh)
            try place.pointee.easy.set(.forbidReuse, to: fresh)
            place.pointee.isFresh = fresh
        }
        place.pointee.isRepeated = false
        place.pointee.easy.prepareForTransfer(attempts: Self.attempts)
        place.pointee.easy.keep(headers: keeps.contains(.headers), bodyLimit: keeps.contains(.body) ? ResponseParts.longestBody : 0)
        try multi?.add(place.pointee.easy)
    }

    private func setVersion(of secure: Bool, at place: UnsafeMutablePointer<Slot>) throws(CurlError) {
        let version: CurlHTTPVersion =
            switch http.version {
            case .http1_0: .http1_0
            case .http1_1: .http1_1
            case .http2: secure ? .http2OverTLS : .http2PriorKnowledge
            }
        try place.pointee.easy.set(.httpVersion, to: version.value)
    }

    /// Gives up the exchange in `slot`, and its connection with it.
    func abort(_ slot: Int) -> Exchange {
        let exchange = finished(slot, outcome: .hungUp)
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
    }

    func runTimeouts(now: MonotonicInstant) {
        multi?.runTimeouts(now: now)
    }

    /// When ``runTimeouts(now:)`` is to be called though nothing has happened.
    var deadline: MonotonicInstant? { sockets.deadline }

    /// ``runTimeouts(now:)`` is to be called at once.
    var isDue: Bool { sockets.isDue }

    /// The next exchange that has ended, whose slot is free again.
    func nextEnded() -> Exchange? {
        while let (slot, code) = multi?.nextEnded() {
            if code != .ok, repeats(slot, after: code) { continue }
            return finished(slot, outcome: Outcome(code, of: slots[slot].easy, isSecure: slots[slot].isSecure))
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
            place.pointee.easy.bodyBytes == 0
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

    private func finished(_ slot: Int, outcome: Outcome) -> Exchange {
        var exchange = Exchange(slot: slot, outcome: outcome)
        let place = slots + slot
        let attempts = place.pointee.easy.attempts
        let begun = place.pointee.easy.connectionsBegun
        exchange.status = place.pointee.easy.headerIsWhole ? place.pointee.easy.status : 0
        exchange.bytes = place.pointee.easy.bodyBytes
        exchange.connection = place.pointee.easy.connection
        exchange.opened = attempts == 0 || outcome == .refused || outcome == .unreachable ? 0 : begun
        exchange.reused = attempts > 0 && begun == 0
        exchange.retried = place.pointee.isRepeated ? 1 : min(max(attempts - 1, 0), Self.attempts - 1)
        exchange.failedLocally = outcome == .unreachable && Self.isLocal(place.pointee.easy.systemError)
        return exchange
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
