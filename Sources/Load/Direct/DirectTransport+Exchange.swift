import Curl
import Glibc
import LinuxIO
import Measurements
import Scenarios

/// The life of an exchange: begun on a connection, sent, received, ended.
extension DirectTransport {
    /// Reads in one go, so that an endless body does not keep the loop from everything else.
    static let readsPerEvent = 16

    /// Begins an exchange in a free slot; on a connection that stands the request goes out at once.
    ///
    /// - Parameter fresh: over a connection of its own, closed at its end.
    /// - Parameter wantsLocation: keep where the response redirects to.
    /// - Parameter keeps: what else to keep of the response.
    func begin(
        _ request: UnsafeMutablePointer<PreparedRequest>, manners: UnsafePointer<Manners>, in slot: Int, fresh: Bool,
        wantsLocation: Bool, keeps: ResponseParts, now: MonotonicInstant
    ) throws(CurlError) {
        if request.pointee.originEpoch != origins.epoch {
            request.pointee.origin = origins.number(
                of: request.pointee.url, isProxied: setup.proxy != nil, isSlow: manners.pointee.readRate > 0 && !isSingle)
            request.pointee.originEpoch = origins.epoch
        }
        let place = slots + slot
        place.pointee.request = request
        place.pointee.manners = manners
        place.pointee.isRude = !manners.pointee.isPlain
        place.pointee.hasLeft = false
        place.pointee.isFresh = fresh
        place.pointee.isReused = false
        place.pointee.isRepeated = false
        place.pointee.opened = 0
        place.pointee.sent = 0
        place.pointee.parser.begin(head: request.pointee.method == .head, wantsLocation: wantsLocation, keeps: keeps)
        let idle = fresh ? -1 : origins[request.pointee.origin]
        if idle < 0 { try connect(for: slot) }
        deadlines.enter(slot, manners.pointee.queue, now: now)
        guard idle >= 0 else { return }
        unlinkIdle(idle)
        connections[idle].state = .busy
        connections[idle].slot = slot
        place.pointee.connection = idle
        place.pointee.isReused = true
        send(slot)
    }

    /// Gives up the exchange in `slot`, and its connection with it.
    func abort(_ slot: Int) -> Exchange {
        finish(slot, .hungUp, keep: false)
        // It is told at once, and not by nextEnded; where it stands is the end, as it was put there just now.
        endedCount -= 1
        return slots[slot].exchange
    }

    func handle(_ event: Epoll.Event) {
        if event.tag & 0xFFFF_FFFF_0000_0000 != kind {
            multi?.handle(
                Int32(truncatingIfNeeded: event.tag), readable: event.readable, writable: event.writable, failed: event.failed)
            return takeConnected()
        }
        let connection = Int(truncatingIfNeeded: event.tag & 0xFFFF_FFFF)
        switch connections[connection].state {
        case .busy:
            let slot = connections[connection].slot
            if event.readable || event.failed {
                if slots[slot].isRude { receiveRudely(slot, ended: event.ended) } else { receive(slot, ended: event.ended) }
            }
            // The same exchange still: what is received may have ended it.
            if event.writable, connections[connection].slot == slot, slots[slot].connection == connection { send(slot) }
        case .idle:
            lookAtIdle(connection)
        case .free, .connecting:
            break
        }
    }

    /// Sends what is left of the request.
    func send(_ slot: Int) {
        guard let request = slots[slot].request else { return }
        let connection = slots[slot].connection
        let wire = request.pointee.wire
        while slots[slot].sent < wire.count {
            let rest = UnsafeRawBufferPointer(rebasing: wire[slots[slot].sent...])
            switch write(connection, rest) {
            case .bytes(let count): slots[slot].sent += count
            case .again: return watch(connection, write: true)
            case .failed:
                // The server may have answered before it closed.
                return slots[slot].isRude ? receiveRudely(slot, ended: true) : receive(slot, ended: true, afterFailure: true)
            }
        }
        if connections[connection].watchesWrite { watch(connection, write: false) }
        if slots[slot].isRude, slots[slot].connection == connection { wasSent(slot) }
    }

    /// - Parameter ended: the peer has ended its side of the connection.
    /// - Parameter afterFailure: nothing more can be sent, so that an answer is here now or never comes.
    private func receive(_ slot: Int, ended: Bool, afterFailure: Bool = false) {
        let connection = slots[slot].connection
        var reads = 0
        repeat {
            switch read(connection, atMost: buffer.count) {
            case .again:
                if afterFailure { lost(slot, .ended(slots[slot].parser.state)) }
                return
            case .failed: return lost(slot, failure(of: connection, slot))
            case .bytes(let count):
                if take(slot, count, ended: ended) { return }
                // A full buffer, or TLS, may have more.
                if count < buffer.count, !ended, !connections[connection].isSecure { return }
            }
            reads += 1
        } while reads < Self.readsPerEvent || mustReadOn(connection)
    }

    /// Takes up so many bytes of the buffer, 0 for the end of the connection; whether the exchange is over with them.
    func take(_ slot: Int, _ count: Int, ended: Bool) -> Bool {
        if count == 0 {
            if slots[slot].parser.end() {
                answered(slot, keep: false)
            } else {
                lost(slot, .ended(slots[slot].parser.state))
            }
            return true
        }
        switch slots[slot].parser.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count])) {
        case .more: return false
        case .complete(let used): answered(slot, keep: used == count && !ended && slots[slot].parser.keepsAlive)
        case .garbled: fail(slot, .garbled, .flaw(slots[slot].parser.flaw))
        }
        return true
    }

    func answered(_ slot: Int, keep: Bool) {
        let outcome = Outcome(status: slots[slot].parser.status)
        if outcome == .garbled { return fail(slot, outcome, .flaw(.done)) }
        finish(slot, outcome, keep: keep && !hasMore(slots[slot].connection))
    }

    /// Ends an exchange that failed, and keeps why.
    func fail(_ slot: Int, _ outcome: Outcome, _ failure: DirectFailure, failedLocally: Bool = false) {
        if case .reset(let error) = failure, error == ECONNRESET || error == EPIPE, !slots[slot].hasLeft { tally.step.reset += 1 }
        if let manners = slots[slot].manners, let request = slots[slot].request, !slots[slot].hasLeft {
            failures.record(manners.pointee.request, outcome) {
                FailureText.text(failure, way: setup.way(to: request.pointee.url))
            }
        }
        finish(slot, outcome, keep: false, failedLocally: failedLocally)
    }

    /// The connection has ended before the response had.
    func lost(_ slot: Int, _ failure: DirectFailure) {
        guard slots[slot].isReused, !slots[slot].isRepeated, !slots[slot].parser.hasBegun, !slots[slot].hasLeft else {
            return fail(slot, .cut, failure)
        }
        tally.step.closedIdle += 1
        closeConnection(slots[slot].connection)
        slots[slot].connection = -1
        slots[slot].isReused = false
        slots[slot].isRepeated = true
        slots[slot].sent = 0
        do {
            try connect(for: slot)
        } catch {
            fail(slot, .unreachable, .local(ENOMEM), failedLocally: true)
        }
    }

    /// - Parameter keep: the connection can serve another request.
    func finish(_ slot: Int, _ outcome: Outcome, keep: Bool, failedLocally: Bool = false) {
        deadlines.leave(slot)
        let place = slots + slot
        let connection = place.pointee.connection
        if place.pointee.isRude { pauses.leave(slot) }
        var exchange = Exchange(slot: slot, outcome: place.pointee.hasLeft ? .hungUp : outcome)
        exchange.status = place.pointee.parser.status
        exchange.bytes = place.pointee.parser.bodyBytes
        exchange.connection = connection < 0 ? 0 : number(of: connection)
        exchange.opened = place.pointee.opened
        exchange.reused = place.pointee.isReused
        exchange.retried = place.pointee.isRepeated ? 1 : 0
        exchange.failedLocally = failedLocally
        place.pointee.exchange = exchange
        place.pointee.connection = -1
        ended[endedCount] = slot
        endedCount += 1
        guard connection >= 0 else { return }
        let wire = place.pointee.request?.pointee.wire.count ?? 0
        connections[connection].served += 1
        let isUsedUp = connections[connection].served >= reuseLimit
        if keep, !place.pointee.isFresh, !isUsedUp, place.pointee.sent == wire, !place.pointee.hasLeft {
            connections[connection].slot = -1
            linkIdle(connection)
            if connections[connection].isUnwatched { watch(connection, write: false) }
        } else {
            if keep, isUsedUp { tally.step.usedUp += 1 }
            closeConnection(connection)
        }
    }
}
