import Curl
import LinuxIO
import Measurements
import Scenarios

/// The life of a request: begun in a free slot, ended, followed where it is redirected.
extension LoadLoop {
    func start(intended: MonotonicInstant) {
        let request = order.next()
        freeCount -= 1
        let slot = free[freeCount]
        flights[slot] = Flight(request: request, intended: intended, start: now, fresh: policy.isFresh(number: given), active: true)
        given += 1
        lastStart = now
        inFlight += 1
        peak = max(peak, inFlight)
        recorder.started(request, late: policy.hasSchedule ? Int((now.nanoseconds - intended.nanoseconds) / 1000) : nil)
        begin(requests[request], in: slot)
    }

    private func begin(_ request: UnsafeMutablePointer<PreparedRequest>, in slot: Int) {
        do {
            try transport.begin(
                request, manners: requests.manners[flights[slot].request], in: slot, direct: mayBeDirect, fresh: flights[slot].fresh,
                follows: requests.traits(of: flights[slot].request).follow > 0, now: now)
        } catch {
            // libcurl had no memory for it.
            ended(Exchange(slot: slot, outcome: .unreachable, failedLocally: true))
        }
    }

    /// Takes up every exchange that has ended.
    func settle() {
        while let exchange = transport.nextEnded() { ended(exchange) }
    }

    private func ended(_ exchange: Exchange) {
        let slot = exchange.slot
        let request = flights[slot].request
        let traits = requests.traits(of: request)
        var unexpected: Bool
        if exchange.status > 0, exchange.outcome == Outcome(status: exchange.status) {
            unexpected = !traits.wants(exchange.status)
            if traits.follow > 0, Redirect.isRedirect(exchange.status), stopped == nil {
                switch follow(exchange, of: settings.scenario.requests[request]) {
                case .followed: return
                case .last: break
                case .forbidden: unexpected = true
                }
            }
        } else {
            unexpected = exchange.outcome != .hungUp
        }
        record(exchange, unexpected: unexpected)
        release(slot)
    }

    private func record(_ exchange: Exchange, unexpected: Bool) {
        let flight = flights[exchange.slot]
        recorder.ended(
            flight.request, exchange, unexpected: unexpected, intended: flight.intended, start: flight.start, end: now)
    }

    private func release(_ slot: Int) {
        freeHop(slot)
        flights[slot].active = false
        free[freeCount] = slot
        freeCount += 1
        inFlight -= 1
        program.ended(at: now)
    }

    private func freeHop(_ slot: Int) {
        guard let hop = flights[slot].hop else { return }
        transport.forget(hop, in: slot)
        hop.deinitialize(count: 1)
        hop.deallocate()
        flights[slot].hop = nil
    }

    private enum Following {
        case followed
        /// As far as the request says, or nowhere to go.
        case last
        /// Out of what may be loaded, or no address at all.
        case forbidden
    }

    /// Goes on in the same slot where a redirect points. This allocates: the next request is made from the response.
    private func follow(_ exchange: Exchange, of spec: RequestSpec) -> Following {
        let slot = exchange.slot
        guard flights[slot].hops < spec.follow, let location = transport.location(in: slot) else { return .last }
        let first = requests[flights[slot].request]
        let current = flights[slot].hop ?? first
        guard
            let redirect = Redirect(
                status: exchange.status, location: location, from: current.pointee.url, method: current.pointee.method),
            redirect.url.hasOrigin(of: first.pointee.url) || settings.mayFollow(redirect.url.host),
            let next = prepare(redirect, spec: spec, first: first.pointee.url, current: flights[slot].hop)
        else { return .forbidden }
        record(exchange, unexpected: false)
        freeHop(slot)
        flights[slot].hop = next
        flights[slot].hops += 1
        // What follows is due when the response before it is there.
        flights[slot].intended = now
        flights[slot].start = now
        recorder.started(flights[slot].request, late: nil)
        begin(next, in: slot)
        return .followed
    }

    private func prepare(
        _ redirect: Redirect, spec: RequestSpec, first: RequestURL, current: UnsafeMutablePointer<PreparedRequest>?
    ) -> UnsafeMutablePointer<PreparedRequest>? {
        let headers = HeaderLines.merged(spec, http: settings.scenario.http, userAgent: settings.userAgent)
        let version = settings.scenario.http.version
        let proxy = settings.scenario.http.proxy.map { ProxyRoute($0) }
        guard let request = try? redirect.prepared(from: spec, first: first, headers: headers, version: version, proxy: proxy)
        else { return nil }
        let place = UnsafeMutablePointer<PreparedRequest>.allocate(capacity: 1)
        place.initialize(to: request)
        return place
    }

    /// Stops the load of the step under way; without effect when there is none.
    func stop(_ reason: LoadOutcome.Stop) {
        guard stopped == nil else { return }
        stopped = reason
        program.stop()
        now = .now
        // What has ended by now has ended; the rest we hang up.
        settle()
        for slot in 0..<transport.slotCount where flights[slot].active {
            record(transport.abort(slot), unexpected: false)
            release(slot)
        }
    }

    /// What this thread has to say of the step.
    func report(begin: MonotonicInstant) -> LoopReport {
        let clock = settings.directory.clock
        var report = LoopReport()
        report.start = clock.time(at: begin)
        report.loadEnd = clock.time(at: now)
        report.given = given
        report.concurrency = program.maximumInFlight
        report.peakInFlight = peak
        if program.arrivalSpan > .zero {
            // What was stopped or capped was due up to then; what came late took longer.
            let isCutShort = stopped != nil || program.isSpent
            report.arrivalPlan = isCutShort ? min(program.arrivalSpan, now - begin) : program.arrivalSpan
            report.arrivalSpan = isCutShort ? report.arrivalPlan : max(program.arrivalSpan, lastStart - begin)
        }
        report.stopped = stopped
        report.connections = transport.tally.step
        report.failures = failures
        return report
    }

    /// Those that nobody asked for.
    private var failures: [LoadOutcome.Failure] {
        transport.failures.entries.compactMap { entry in
            let spec = settings.scenario.requests[entry.request]
            guard entry.count > 0, spec.expect.end?.rawValue != entry.outcome.rawValue else { return nil }
            return LoadOutcome.Failure(request: spec.name, outcome: entry.outcome, reason: entry.reason, count: entry.count)
        }
    }
}
