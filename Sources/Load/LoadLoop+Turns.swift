import Curl
import LinuxIO
import Measurements
import Scenarios

/// Requests that are rendered or looked into, and the turns of flows.
extension LoadLoop {
    // MARK: Rows

    /// Picks the rows that the entry needs; `false`: a set that it needs is used up.
    func hasValues(_ entry: Int, slot: Int) -> Bool {
        let user = requests.flow(of: entry) < 0 ? nil : user(of: slot)
        let sets = requests.sets(of: entry, user: user)
        if !sets.contains(where: renderer.data.isExhausted), pick(sets, into: rows + slot * renderer.data.setCount) { return true }
        if !canSend(user) { program.block() }
        return false
    }

    private func pick(_ sets: [Int], into row: UnsafeMutablePointer<Int>) -> Bool {
        for set in sets {
            guard let next = renderer.data.next(set) else { return false }
            row[set] = next
        }
        return true
    }

    /// Whether any entry of the step has the data that it needs.
    private func canSend(_ user: VirtualUser?) -> Bool {
        let has = { [requests, renderer] (entry: Int) in
            !requests.sets(of: entry, user: user).contains(where: renderer.data.isExhausted)
        }
        switch mix {
        case .only(let index): return has(index)
        case .some(let indices): return indices.contains(where: has)
        case .all: return (0..<requests.entries).contains(where: has)
        }
    }

    private func user(of slot: Int) -> VirtualUser {
        let user = users[slot] ?? VirtualUser(captures: requests.captures, flows: requests.flows.count)
        user.meet(step: serial)
        users[slot] = user
        return user
    }

    // MARK: One request

    /// - Parameter number: of the entry in the run, from 0.
    func startExamined(_ slot: Int, entry: Int, number: Int, late: Int?) {
        // Of its own for each entry dealt, so that what one draws does not depend on what others are doing.
        var seeds = SplitMix64(seed: settings.seed ^ UInt64(number) &* 0xD134_2543_DE82_EF95)
        flights[slot].generator = SplitMix64(seed: seeds.next())
        guard requests.traits(of: entry).isFlow else { return send(slot, late: late) }
        let flow = requests.flow(of: entry)
        flights[slot].flow = flow
        flights[slot].position = user(of: slot).hasHadBefore[flow] ? requests.flows[flow].beforeCount : 0
        goOn(slot, late: late)
    }

    /// Sends the request of the flight.
    private func send(_ slot: Int, late: Int?) {
        let request = flights[slot].request
        flights[slot].number = share.number(sent) + 1
        sent += 1
        recorder.started(request, late: late)
        guard let plan = requests.plan(of: request) else {
            return begin(requests[request], in: slot, keeps: requests.traits(of: request).keeps)
        }
        var values = values(of: slot)
        guard let place = try? rendered.take(request, plan) else {
            return ended(Exchange(slot: slot, outcome: .unreachable, failedLocally: true))
        }
        flights[slot].rendered = place
        let isWhole = plan.render(into: &place.pointee, renderer, &values, scratch: &scratch, now: wallSeconds(in: slot))
        flights[slot].generator = values.generator
        guard isWhole else { return ended(Exchange(slot: slot, outcome: .unreachable, failedLocally: true)) }
        begin(place, in: slot, keeps: requests.traits(of: request).keeps)
    }

    private func values(of slot: Int) -> TemplateValues {
        TemplateValues(
            user: share.number(slot) + 1, number: flights[slot].number, generator: flights[slot].generator,
            rows: UnsafePointer(rows + slot * renderer.data.setCount), virtualUser: flights[slot].flow < 0 ? nil : users[slot])
    }

    /// Gives what was rendered for a flight back, for the next send of the same request.
    func giveBack(_ slot: Int) {
        guard let place = flights[slot].rendered else { return }
        transport.forget(place, in: slot)
        rendered.give(back: place, flights[slot].request)
        flights[slot].rendered = nil
    }

    func endedExamined(_ exchange: Exchange, _ traits: RequestTable.Traits) {
        let slot = exchange.slot
        let request = flights[slot].request
        let checks = requests.checks(of: request)
        var failed: FailedCheck.Kind?
        if exchange.status > 0, flights[slot].flow >= 0 { takeCookies(in: slot) }
        if exchange.status > 0, exchange.outcome == Outcome(status: exchange.status) {
            if traits.follow > 0, Redirect.isRedirect(exchange.status), stopped == nil {
                switch follow(exchange, of: request) {
                case .followed: return
                case .last: break
                case .forbidden: failed = .redirect
                }
            }
            if failed == nil { failed = examine(exchange, traits, checks) }
        } else if exchange.outcome != .hungUp, exchange.outcome != checks?.end {
            failed = .end
        }
        record(exchange, failed: failed)
        guard flights[slot].flow >= 0, failed == nil, stopped == nil else { return release(slot) }
        freeHop(slot)
        giveBack(slot)
        flights[slot].position += 1
        goOn(slot, late: nil)
    }

    private func examine(_ exchange: Exchange, _ traits: RequestTable.Traits, _ checks: ResponseChecks?) -> FailedCheck.Kind? {
        let isWanted = traits.wants(exchange.status)
        guard let checks else { return isWanted ? nil : .status }
        if checks.end != nil { return .end }
        var values = values(of: exchange.slot)
        return checks.firstFailed(
            transport.kept(in: exchange.slot), statusIsWanted: isWanted,
            service: now.nanoseconds - flights[exchange.slot].start.nanoseconds, renderer, &values)
    }

    // MARK: Turns

    /// Begins the part at the flight's position, or ends the turn behind the last.
    private func goOn(_ slot: Int, late: Int?) {
        let flow = flights[slot].flow
        let position = flights[slot].position
        if position == requests.flows[flow].beforeCount { users[slot]?.hasHadBefore[flow] = true }
        guard position < requests.flows[flow].items.count else { return release(slot) }
        switch requests.flows[flow].items[position] {
        case .request(let request):
            flights[slot].request = request
            flights[slot].hops = 0
            if late == nil {
                // What follows in a turn is due when it can be sent.
                flights[slot].intended = now
                flights[slot].start = now
            }
            send(slot, late: late)
        case .think(let from, let to):
            let pause = TemplateRenderer.random(from, to, &flights[slot].generator)
            flights[slot].isParked = true
            parked.park(slot, until: now.nanoseconds + Int64(pause))
        }
    }

    /// Goes on with the turns whose think time is over.
    func wakeParked() {
        while let slot = parked.next(now: now.nanoseconds) {
            flights[slot].isParked = false
            flights[slot].position += 1
            goOn(slot, late: nil)
            settleStarted()
        }
    }

    // MARK: Cookies

    private static let setCookie = Array("set-cookie".utf8)

    /// Seconds since 1970, where somebody's cookies may ask for it.
    private func wallSeconds(in slot: Int) -> Int64 {
        guard flights[slot].flow >= 0, users[slot]?.cookies.isEmpty == false else { return 0 }
        return WallClock.nowNanoseconds / 1_000_000_000
    }

    private func takeCookies(in slot: Int) {
        guard let user = users[slot] else { return }
        transport.kept(in: slot).forEachValue(of: Self.setCookie) { value in
            withPlace(of: slot) { place in
                user.cookies.take(value, from: place, now: WallClock.nowNanoseconds / 1_000_000_000)
            }
            return false
        }
    }

    /// Where the exchange in a slot went.
    private func withPlace(of slot: Int, _ body: (CookieJar.Place) -> Void) {
        let request = flights[slot].request
        if let hop = flights[slot].hop {
            let url = hop.pointee.url
            let path = Array(url.target.utf8.prefix { $0 != 0x3F })
            return path.withUnsafeBytes { body(CookieJar.Place(host: host(of: url, for: request), path: $0, isSecure: url.isSecure)) }
        }
        guard let rendered = flights[slot].rendered else { return }
        let url = rendered.pointee.url
        body(CookieJar.Place(host: host(of: url, for: request), path: rendered.pointee.path, isSecure: url.isSecure))
    }

    /// As the server is called: by the request's own `Host` where it has one, for as long as it goes to the same origin.
    private func host(of url: RequestURL, for request: Int) -> String {
        guard let plan = requests.plan(of: request), url.hasOrigin(of: plan.url) else { return url.host.lowercased() }
        return plan.cookieHost
    }

    /// The value of `Cookie` for what a redirect leads to; empty: none.
    func cookies(for url: RequestURL, in slot: Int) -> String {
        guard flights[slot].flow >= 0, let user = users[slot], !user.cookies.isEmpty else { return "" }
        let path = Array(url.target.utf8.prefix { $0 != 0x3F })
        var bytes = GrowingBytes()
        path.withUnsafeBytes { path in
            let place = CookieJar.Place(host: host(of: url, for: flights[slot].request), path: path, isSecure: url.isSecure)
            _ = user.cookies.append(for: place, now: WallClock.nowNanoseconds / 1_000_000_000, to: &bytes)
        }
        return String(decoding: bytes.bytes, as: UTF8.self)
    }
}
