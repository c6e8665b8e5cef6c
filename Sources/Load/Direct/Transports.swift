import Curl
import LinuxIO
import Scenarios

/// The transports of one loop, as one: each exchange goes over the one that its request can.
///
/// Each has connections of its own. Slots have the same numbers in both, and one exchange in each at a time.
final class Transports {
    /// The kinds of event that are theirs, from 0.
    static let kinds: UInt32 = 3
    private static let generalKind: UInt32 = 0
    private static let directKind: UInt32 = 1

    private let setup: ConnectionSetup
    private let manners: MannersTable
    private let poller: Poller
    /// What became of the connections of both.
    let tally = ConnectionTally()
    /// Why exchanges of either failed.
    let failures: FailureReasons
    private let numbers: ConnectionNumbers
    private let direct: DirectTransport?
    private var general: GeneralTransport?
    /// Whether the slot's exchange is the direct transport's.
    private var isDirect: UnsafeMutablePointer<Bool>
    private(set) var slotCount = 0
    /// Everything in this step over one connection, and not every request can be direct.
    private var onlyGeneral = false
    private var maximumPerHost = 0

    /// - Parameter choice: which of them are needed.
    init(
        _ settings: LoadSettings, choice: TransportChoice, manners: MannersTable, poller: Poller, slots: Int, shard: Shard
    ) throws(CurlError) {
        setup = ConnectionSetup(settings)
        self.manners = manners
        numbers = ConnectionNumbers(shard: shard.index, of: shard.count)
        self.poller = poller
        failures = FailureReasons(requests: manners.count)
        isDirect = .allocate(capacity: 1)
        direct =
            choice.usesDirect
            ? try DirectTransport(
                setup, manners: manners, tally: tally, failures: failures, poller: poller, kind: Self.directKind, numbers: numbers,
                slots: slots) : nil
        if choice.usesGeneral { _ = try makeGeneral(slots: slots) }
        makeRoom(slots)
    }

    deinit {
        isDirect.deallocate()
    }

    private func makeGeneral(slots: Int) throws(CurlError) -> GeneralTransport {
        let made = try GeneralTransport(
            setup, manners: manners, tally: tally, failures: failures, poller: poller, kind: Self.generalKind, numbers: numbers,
            slots: slots)
        general = made
        return made
    }

    private func makeRoom(_ slots: Int) {
        guard slots > slotCount else { return }
        isDirect.deallocate()
        isDirect = .allocate(capacity: slots)
        isDirect.initialize(repeating: false, count: slots)
        slotCount = slots
    }

    /// Begins a step: no connection is open.
    func open(slots: Int, maximumPerHost: Int) throws(CurlError) {
        makeRoom(slots)
        self.maximumPerHost = maximumPerHost
        onlyGeneral = maximumPerHost > 0 && general != nil
        tally.beginStep()
        failures.beginStep()
        try direct?.open(slots: slots, single: maximumPerHost == 1)
        try general?.open(slots: slots, maximumPerHost: maximumPerHost)
    }

    /// Closes every connection. No exchange is under way.
    func close() {
        direct?.close()
        general?.close()
    }

    /// - Parameter direct: the request may go over the direct transport.
    /// - Parameter follows: where the response leads to may be asked for.
    /// - Parameter keeps: what else to keep of the response.
    func begin(
        _ request: UnsafeMutablePointer<PreparedRequest>, manners: UnsafePointer<Manners>, in slot: Int, direct mayBeDirect: Bool,
        fresh: Bool, follows: Bool, keeps: ResponseParts, now: MonotonicInstant
    ) throws(CurlError) {
        if let direct, mayBeDirect, !onlyGeneral, request.pointee.obstacle == nil {
            isDirect[slot] = true
            return try direct.begin(request, manners: manners, in: slot, fresh: fresh, wantsLocation: follows, keeps: keeps, now: now)
        }
        isDirect[slot] = false
        try generalForSlot().begin(request, manners: manners, in: slot, fresh: fresh, keeps: keeps, now: now)
    }

    /// A redirect may lead where only the general transport can follow.
    private func generalForSlot() throws(CurlError) -> GeneralTransport {
        if let general { return general }
        let made = try makeGeneral(slots: slotCount)
        try made.open(slots: slotCount, maximumPerHost: maximumPerHost)
        return made
    }

    func abort(_ slot: Int) -> Exchange {
        if let direct, isDirect[slot] { return direct.abort(slot) }
        guard let general else { preconditionFailure("an exchange is in one of the two") }
        return general.abort(slot)
    }

    /// The request is about to be freed.
    func forget(_ request: UnsafeMutablePointer<PreparedRequest>, in slot: Int) {
        general?.forget(request, in: slot)
    }

    func handle(_ event: Epoll.Event) {
        if UInt32(truncatingIfNeeded: event.tag >> 32) != Self.generalKind { direct?.handle(event) } else { general?.handle(event) }
    }

    func runTimeouts(now: MonotonicInstant) {
        direct?.runTimeouts(now: now)
        general?.runTimeouts(now: now)
    }

    /// When ``runTimeouts(now:)`` is to be called though nothing has happened.
    var deadline: MonotonicInstant? {
        guard let one = direct?.deadline else { return general?.deadline }
        guard let other = general?.deadline else { return one }
        return min(one, other)
    }

    /// ``runTimeouts(now:)`` is to be called at once.
    var isDue: Bool {
        if let direct, direct.isDue { return true }
        return general?.isDue ?? false
    }

    /// So much TLS is being made that more of it would only make all of it late, and no connection waits for an exchange.
    var isBusyWithHandshakes: Bool {
        if let direct, direct.isBusyWithHandshakes { return true }
        return general?.isBusyWithHandshakes ?? false
    }

    /// The next exchange that has ended, whose slot is free again.
    func nextEnded() -> Exchange? {
        if let direct, let exchange = direct.nextEnded() { return exchange }
        return general?.nextEnded()
    }

    /// What was kept of the response in a slot that has just ended.
    func kept(in slot: Int) -> KeptResponse {
        (isDirect[slot] ? direct?.kept(in: slot) : general?.kept(in: slot)) ?? KeptResponse()
    }

    func location(in slot: Int) -> String? {
        isDirect[slot] ? direct?.location(in: slot) : general?.location(in: slot)
    }
}
