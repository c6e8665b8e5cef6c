import Curl
import LinuxIO
import Measurements
import Scenarios

/// The event loop of one load thread: carries out its part of the steps, one after another.
///
/// Between two waits of epoll it allocates nothing of its own for a request. The clock is read after each event that it has handled,
/// not once for the whole batch: libcurl takes some 15 µs for an event, and with one reading for all, the last of a batch would be
/// told as too fast and its successor as too slow by the time that the others took.
final class LoadLoop {
    /// A request in flight, in the slot of the same number.
    struct Flight {
        var request = 0
        var intended = MonotonicInstant(nanoseconds: 0)
        var start = MonotonicInstant(nanoseconds: 0)
        var fresh = false
        var active = false
        /// Redirects followed so far.
        var hops = 0
        /// What a redirect led to: owned by the flight, freed when it ends.
        var hop: UnsafeMutablePointer<PreparedRequest>?
        /// The request of this send, where it is rendered; goes back to where it was taken from.
        var rendered: UnsafeMutablePointer<PreparedRequest>?
        /// The flow whose turn this is; −1: none.
        var flow = -1
        /// Of the turn, the part under way.
        var position = 0
        /// Waits for a moment: nothing of it is in a transport.
        var isParked = false
        /// Of the request in the run, from 1.
        var number = 0
        /// Draws the values and think times of this request or turn.
        var generator = SplitMix64(seed: 0)
    }

    private enum Source {
        static let timer: UInt32 = Transports.kinds
        static let mailbox: UInt32 = timer + 1
        static let guardRail: UInt32 = timer + 2
    }

    /// Events handled between two looks at the timer and the stops.
    private static let eventsPerPass = 64
    /// Starts in one go, so that a target which refuses at once does not keep the loop from everything else. Fewer than events: then
    /// connections stand before many more are begun, each with a handle of libcurl's while it is being made.
    private static let startsPerGo = 32
    /// After one event, which has ended one request as a rule.
    private static let startsPerEvent = 2
    private static let livePeriod = Duration.milliseconds(200)

    let settings: LoadSettings
    let requests: RequestTable
    let transport: Transports
    let recorder: Recorder
    /// By the name of each request, which transport it goes over and why.
    let transports: [String: String]
    let mayBeDirect: Bool
    private let mailbox: Mailbox
    private let guardSignal: EventFD
    private let shard: Shard
    /// Of rows and numbers, which go on over all steps of the run.
    let share: LoadShare
    private let poller: Poller
    private let timer: TimerFD

    var flights: UnsafeMutablePointer<Flight>
    var free: UnsafeMutablePointer<Int>
    var freeCount = 0
    private(set) var flightCapacity = 0

    var program: StepProgram
    var order: DealtOrder
    var policy = ConnectionPolicy.reuse
    var now = MonotonicInstant.now
    var inFlight = 0
    var peak = 0
    var given = 0
    var lastStart = MonotonicInstant(nanoseconds: 0)
    var stopped: LoadOutcome.Stop?
    private var wake: MonotonicInstant?
    private var armed: MonotonicInstant?
    private var hasMore = false
    private var isFinished = false
    /// When the wait for events ended that this pass began with; `nil` until its first event.
    private var passBegin: MonotonicInstant?
    /// What is rendered, and by what.
    var renderer: TemplateRenderer
    var rendered: RenderedRequests
    var scratch = GrowingBytes(kept: .max)
    var failedChecks: FailedChecks
    var parked = ParkedFlights()
    /// By slot; made when they are needed.
    var users: [VirtualUser?] = []
    /// By slot and data set: the row of the request or turn.
    var rows: UnsafeMutablePointer<Int>
    /// Steps of the run so far.
    var serial = 0
    /// Entries dealt, and requests sent, in the run so far.
    var dealt = 0
    var sent = 0
    /// Of the step.
    var mix = Step.Mix.all
    private var live = LiveRate()
    private var nextLive = MonotonicInstant(nanoseconds: 0)

    /// - Parameter shard: which of the load threads it is.
    /// - Parameter places: the rows of data that all of them have dealt.
    init(
        _ settings: LoadSettings, shard: Shard, places: DataPlaces, mailbox: Mailbox, guardSignal: EventFD, writer: LoadWriter
    ) throws(LoadError) {
        self.settings = settings
        self.shard = shard
        share = LoadShare(offset: shard.index, stride: shard.count)
        self.mailbox = mailbox
        self.guardSignal = guardSignal
        ProcessSignals.ignorePipe()
        let scenario = settings.scenario
        requests = try RequestTable(settings)
        let choice = try TransportChoice(settings, requests: requests)
        mayBeDirect = choice.usesDirect
        transports = choice.reasons
        program = StepProgram(.silence(.zero), load: [], single: false, begin: now) { _ in Schedule(count: 0) { _ in .zero } }
        order = DealtOrder(.only(0), planned: nil, weights: [], dealer: settings.dealer)
        let wanted = max(shard.part(of: scenario.load.map(\.mostInFlight).max() ?? 0), 1)
        do {
            poller = try Poller(capacity: Self.eventsPerPass)
            timer = try TimerFD()
            try poller.epoll.set(timer.raw, tag: UInt64(Source.timer) << 32, read: true, write: false)
            try poller.epoll.set(mailbox.signal.raw, tag: UInt64(Source.mailbox) << 32, read: true, write: false)
            try poller.epoll.set(guardSignal.raw, tag: UInt64(Source.guardRail) << 32, read: true, write: false)
        } catch {
            throw .system(error)
        }
        do {
            transport = try Transports(
                settings, choice: choice, manners: requests.manners, poller: poller, slots: wanted, shard: shard)
        } catch {
            throw .curl(error)
        }
        renderer = TemplateRenderer(data: DataPicks(scenario.data, places: places, seed: settings.seed))
        rendered = RenderedRequests(requests: requests.specs.count)
        failedChecks = FailedChecks(requests: requests.specs.count)
        rows = .allocate(capacity: 1)
        recorder = Recorder(
            requests: requests.specs.count, clock: settings.directory.clock, writer: writer, loop: shard.index)
        flights = .allocate(capacity: 1)
        free = .allocate(capacity: 1)
        makeFlights(wanted)
    }

    deinit {
        flights.deallocate()
        free.deallocate()
        rows.deallocate()
    }

    private func makeFlights(_ wanted: Int) {
        guard wanted > flightCapacity else { return freeAll() }
        rows.deallocate()
        rows = .allocate(capacity: max(wanted * renderer.data.setCount, 1))
        rows.initialize(repeating: 0, count: max(wanted * renderer.data.setCount, 1))
        users += Array(repeating: nil, count: wanted - users.count)
        parked.reserve(wanted)
        flights.deallocate()
        free.deallocate()
        flights = .allocate(capacity: wanted)
        free = .allocate(capacity: wanted)
        flights.initialize(repeating: Flight(), count: wanted)
        flightCapacity = wanted
        freeAll()
    }

    /// Taken from the end: the lowest slots are used most, and no more of them than are in flight at once.
    private func freeAll() {
        for index in 0..<flightCapacity { (free + index).initialize(to: flightCapacity - 1 - index) }
        freeCount = flightCapacity
    }

    /// Carries out orders until the engine finishes. The thread's body.
    func serve() {
        while true {
            while let order = mailbox.takeOrder() {
                now = .now
                recorder.beginStep(order, now: now)
                var report = LoopReport()
                do {
                    report = try carryOut(order)
                } catch {
                    order.cannotBegin()
                    report.failure = error
                }
                mailbox.carriedOut()
                recorder.endStep(now: now, report: report)
            }
            if mailbox.isFinishing { return }
            waitForEvents(milliseconds: -1)
        }
    }

    private func carryOut(_ given: StepOrder) throws(LoadError) -> LoopReport {
        let shard = Shard(index: shard.index, count: given.plan.threads)
        try begin(given.plan, shard)
        guard let begin = given.waitForOthers() else { return LoopReport() }
        now = .now
        program = given.plan.program(of: shard, begin: begin)
        recorder.beginStep(given, now: now)
        nextLive = now
        checkStop()
        _ = guardSignal.drain()
        go()
        while !isFinished {
            armTimer()
            waitForEvents(milliseconds: hasMore || transport.isDue ? 0 : -1)
            now = .now
            transport.runTimeouts(now: now)
            settle()
            wakeParked()
            go()
            recorder.advance(to: now, inFlight: inFlight)
            if now >= nextLive { publish() }
        }
        transport.close()
        now = .now
        publish()
        return report(begin: begin)
    }

    /// Makes room for the step; fails before anything is sent.
    private func begin(_ plan: StepPlan, _ shard: Shard) throws(LoadError) {
        now = .now
        program = plan.program(of: shard, begin: now)
        let wanted = program.maximumInFlight
        policy = ConnectionPolicy(plan.step, http: settings.scenario.http)
        order = plan.order.part(of: shard)
        makeFlights(wanted)
        do {
            try transport.open(slots: wanted, maximumPerHost: policy.maximumPerHost)
        } catch {
            throw .curl(error)
        }
        serial += 1
        mix = plan.step.mix
        failedChecks.beginStep()
        parked.removeAll()
        given = 0
        peak = 0
        inFlight = 0
        stopped = nil
        isFinished = false
        hasMore = false
        wake = nil
    }

    private func waitForEvents(milliseconds: Int32) {
        if let passBegin { recorder.passed(in: MonotonicInstant.now.nanoseconds - passBegin.nanoseconds) }
        passBegin = nil
        do {
            try poller.epoll.wait(timeoutMilliseconds: milliseconds) { event in
                if passBegin == nil { passBegin = .now }
                switch UInt32(truncatingIfNeeded: event.tag >> 32) {
                case ..<Transports.kinds:
                    transport.handle(event)
                    now = .now
                    settle()
                    go(atMost: Self.startsPerEvent)
                case Source.timer:
                    timer.drain()
                    if let armed, let passBegin { recorder.woke(after: passBegin.nanoseconds - armed.nanoseconds) }
                    armed = nil
                case Source.guardRail:
                    if guardSignal.drain() { stop(.guardRail) }
                default:
                    mailbox.signal.drain()
                    checkStop()
                }
            }
        } catch {
            // epoll_wait fails for wrong arguments only.
            preconditionFailure("\(error)")
        }
    }

    private func checkStop() {
        if let reason = mailbox.stopAsked { stop(reason) }
    }

    /// Starts whatever is due.
    private func go(atMost limit: Int = LoadLoop.startsPerGo) {
        hasMore = false
        for _ in 0..<limit {
            switch program.next(now: now, inFlight: inFlight, mayConnect: !transport.isBusyWithHandshakes) {
            case .start(let intended):
                start(intended: intended)
                settleStarted()
            case .drop:
                recorder.dropped(order.next())
            case .wait(let until):
                wake = until
                return
            case .finished:
                isFinished = true
                return
            }
        }
        hasMore = true
    }

    /// Sends what was just begun, and settles what has ended by that: refused at once, and where that was a redirect's next.
    func settleStarted() {
        while transport.isDue {
            transport.runTimeouts(now: now)
            now = .now
            settle()
        }
    }

    private func armTimer() {
        var next = nextLive
        if let wake { next = min(next, wake) }
        if let first = parked.first { next = min(next, MonotonicInstant(nanoseconds: first)) }
        if let deadline = transport.deadline { next = min(next, deadline) }
        // One that is armed for an earlier moment will do: it costs a pass, not a system call for each request.
        if let armed, armed <= next { return }
        timer.arm(at: next)
        armed = next
    }

    private func publish() {
        nextLive = now + Self.livePeriod
        var value = LiveLoad()
        value.done = recorder.done
        value.perSecond = live.perSecond(done: value.done, now: now)
        value.startedInStep = given
        value.plannedInStep = program.planned
        value.inFlight = inFlight
        value.unexpected = recorder.unexpected
        value.dropped = recorder.totals.dropped
        (value.p50, value.p99) = recorder.totals.medianAndTail
        mailbox.live = value
    }
}
