import Curl
import LinuxIO
import Measurements
import Scenarios

/// The life of a request: begun in a free slot, ended, followed where it is redirected.
extension LoadLoop {
    func start(intended: MonotonicInstant) {
        let request = order.next()
        let number = share.number(dealt)
        dealt += 1
        let slot = free[freeCount - 1]
        let traits = requests.traits(of: request)
        guard traits.isPlain || hasValues(request, slot: slot) else {
            recorder.dropped(request)
            return
        }
        freeCount -= 1
        flights[slot] = Flight(request: request, intended: intended, start: now, fresh: policy.isFresh(number: given), active: true)
        given += 1
        lastStart = now
        inFlight += 1
        peak = max(peak, inFlight)
        let late = policy.hasSchedule ? Int((now.nanoseconds - intended.nanoseconds) / 1000) : nil
        guard traits.isPlain else { return startExamined(slot, entry: request, number: number, late: late) }
        sent += 1
        recorder.started(request, late: late)
        begin(requests[request], in: slot, keeps: [])
    }

    func begin(_ request: UnsafeMutablePointer<PreparedRequest>, in slot: Int, keeps: ResponseParts) {
        do {
            try transport.begin(
                request, manners: requests.manners[flights[slot].request], in: slot, direct: mayBeDirect, fresh: flights[slot].fresh,
                follows: requests.traits(of: flights[slot].request).follow > 0, keeps: keeps, now: now)
        } catch {
            // libcurl had no memory for it.
            ended(Exchange(slot: slot, outcome: .unreachable, failedLocally: true))
        }
    }

    /// Takes up every exchange that has ended.
    func settle() {
        while let exchange = transport.nextEnded() { ended(exchange) }
    }

    func ended(_ exchange: Exchange) {
        let slot = exchange.slot
        let request = flights[slot].request
        let traits = requests.traits(of: request)
        guard traits.isPlain else { return endedExamined(exchange, traits) }
        var failed: FailedCheck.Kind?
        if exchange.status > 0, exchange.outcome == Outcome(status: exchange.status) {
            if !traits.wants(exchange.status) { failed = .status }
            if traits.follow > 0, Redirect.isRedirect(exchange.status), stopped == nil {
                switch follow(exchange, of: request) {
                case .followed: return
                case .last: break
                case .forbidden: failed = .redirect
                }
            }
        } else if exchange.outcome != .hungUp {
            failed = .end
        }
        record(exchange, failed: failed)
        release(slot)
    }

    func record(_ exchange: Exchange, failed: FailedCheck.Kind?) {
        let flight = flights[exchange.slot]
        if let failed { failedChecks.count(flight.request, failed) }
        recorder.ended(
            flight.request, exchange, unexpected: failed != nil, intended: flight.intended, start: flight.start, end: now)
    }

    func release(_ slot: Int) {
        freeHop(slot)
        giveBack(slot)
        flights[slot].active = false
        free[freeCount] = slot
        freeCount += 1
        inFlight -= 1
        program.ended(at: now)
    }

    func freeHop(_ slot: Int) {
        guard let hop = flights[slot].hop else { return }
        transport.forget(hop, in: slot)
        hop.deinitialize(count: 1)
        hop.deallocate()
        flights[slot].hop = nil
    }

    enum Following {
        case followed
        /// As far as the request says, or nowhere to go.
        case last
        /// Out of what may be loaded, or no address at all.
        case forbidden
    }

    /// Goes on in the same slot where a redirect points. This allocates: the next request is made from the response.
    func follow(_ exchange: Exchange, of request: Int) -> Following {
        let slot = exchange.slot
        let spec = requests.specs[request]
        guard flights[slot].hops < spec.follow, let location = transport.location(in: slot) else { return .last }
        let first = flights[slot].rendered ?? requests[request]
        let current = flights[slot].hop ?? first
        guard
            let redirect = Redirect(
                status: exchange.status, location: location, from: current.pointee.currentURL, method: current.pointee.method),
            redirect.url.hasOrigin(of: first.pointee.url) || settings.mayFollow(redirect.url.host),
            let next = prepare(redirect, of: request, first: first, in: slot)
        else { return .forbidden }
        record(exchange, failed: nil)
        freeHop(slot)
        flights[slot].hop = next
        flights[slot].hops += 1
        // What follows is due when the response before it is there.
        flights[slot].intended = now
        flights[slot].start = now
        recorder.started(request, late: nil)
        begin(next, in: slot, keeps: requests.traits(of: request).keeps)
        return .followed
    }

    private func prepare(
        _ redirect: Redirect, of request: Int, first: UnsafeMutablePointer<PreparedRequest>, in slot: Int
    ) -> UnsafeMutablePointer<PreparedRequest>? {
        let spec = requests.specs[request]
        let sent =
            requests.plan(of: request)?.rendered(first.pointee)
            ?? (spec: spec, headers: requests.headers(spec, to: first.pointee.url))
        let made = try? redirect.prepared(
            from: sent.spec, first: first.pointee.url, headers: sent.headers, cookies: cookies(for: redirect.url, in: slot),
            version: settings.scenario.http.version, looksIntoBody: requests.traits(of: request).keeps.contains(.body),
            proxy: requests.proxy)
        guard let made else { return nil }
        let place = UnsafeMutablePointer<PreparedRequest>.allocate(capacity: 1)
        place.initialize(to: made)
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
            if !flights[slot].isParked { record(transport.abort(slot), failed: nil) }
            release(slot)
        }
        parked.removeAll()
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
        report.failedChecks = failedChecks.list(names: requests.names)
        return report
    }

    /// Those that nobody asked for.
    private var failures: [LoadOutcome.Failure] {
        transport.failures.entries.compactMap { entry in
            let spec = requests.specs[entry.request]
            guard entry.count > 0, spec.expect.end?.rawValue != entry.outcome.rawValue else { return nil }
            return LoadOutcome.Failure(request: spec.name, outcome: entry.outcome, reason: entry.reason, count: entry.count)
        }
    }
}
