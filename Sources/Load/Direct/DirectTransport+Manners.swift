import Curl
import Glibc
import LinuxIO
import Measurements
import Scenarios

/// How much a slow reader may read by now.
struct SlowReading {
    /// Between two reads of one that has read enough.
    static let pause = Duration.milliseconds(50)

    private var since = MonotonicInstant(nanoseconds: 0)
    private var taken = 0.0

    /// Nothing waits to be read: what was not read until now may not be made up for.
    mutating func rest(until now: MonotonicInstant) {
        since = MonotonicInstant(nanoseconds: now.nanoseconds - Self.pause.nanosecondsRounded)
        taken = 0
    }

    mutating func take(_ count: Int) { taken += Double(count) }

    /// All that was read since the last rest.
    mutating func setTaken(_ count: Int) { taken = Double(count) }

    /// Bytes.
    func allowed(_ rate: Int, now: MonotonicInstant) -> Int {
        Int(min(Double(rate) * (now - since).seconds - taken, 1e9))
    }
}

/// Clients that leave early or read slowly.
extension DirectTransport {
    /// The request has gone out whole.
    func wasSent(_ slot: Int) {
        guard let manners = slots[slot].manners, case .sent = manners.pointee.moment, !slots[slot].hasLeft else { return }
        leave(slot)
    }

    /// A deadline has come: that of the exchange, or of its leaving.
    func isOver(_ slot: Int, now: MonotonicInstant) {
        guard let manners = slots[slot].manners, manners.pointee.leavesByTime, !slots[slot].hasLeft else {
            let connection = slots[slot].connection
            let stands = connection >= 0 && connections[connection].state == .busy
            return fail(slot, .timeout, stands ? .late(slots[slot].parser.state) : .notConnected)
        }
        deadlines.leave(slot)
        leave(slot)
        if slots[slot].hasLeft { deadlines.enter(slot, manners.pointee.secondQueue, now: now) }
    }

    /// Whether the moment to leave has come with what was received; `isWhole`: the response has ended with it.
    private func isTimeToLeave(_ slot: Int, isWhole: Bool) -> Bool {
        guard !slots[slot].hasLeft, let manners = slots[slot].manners, case .body(let limit) = manners.pointee.moment,
            slots[slot].parser.headerIsWhole
        else { return false }
        let count = slots[slot].parser.bodyBytes
        return count > limit || (count == limit && (!isWhole || slots[slot].parser.endsAfterItsBody))
    }

    /// Leaves the exchange. After a half-close it goes on, to be thrown away.
    private func leave(_ slot: Int) {
        let connection = slots[slot].connection
        guard connection >= 0, connections[connection].state == .busy, let how = slots[slot].manners?.pointee.how else {
            return finish(slot, .hungUp, keep: false)
        }
        switch how {
        case .close: finish(slot, .hungUp, keep: false)
        case .reset:
            resetConnection(connections[connection].fd)
            finish(slot, .hungUp, keep: false)
        case .halfClose:
            _ = shutdown(connections[connection].fd, Int32(SHUT_WR))
            slots[slot].hasLeft = true
        }
    }

    /// Receives for a client that leaves early or reads slowly.
    func receiveRudely(_ slot: Int, ended: Bool) {
        guard let manners = slots[slot].manners, manners.pointee.readRate > 0 else {
            return receive(slot, ended: ended, atMost: { buffer.count })
        }
        let connection = slots[slot].connection
        // Until it may read again the system would say over and over that there is something.
        stopWatching(connection)
        slots[slot].pace.rest(until: .now)
        readSlowly(slot, ended: ended)
    }

    /// Reads as much as the rate allows by now; the rest stays in the system, and with the server.
    func readSlowly(_ slot: Int, ended: Bool) {
        guard let rate = slots[slot].manners?.pointee.readRate else { return }
        let connection = slots[slot].connection
        let now = MonotonicInstant.now
        pauses.leave(slot)
        receive(slot, ended: ended, atMost: { min(slots[slot].pace.allowed(rate, now: now), buffer.count) })
        guard slots[slot].connection == connection, connections[connection].slot == slot, connections[connection].state == .busy,
            connections[connection].isUnwatched
        else { return }
        pauses.enter(slot, 0, now: now)
    }

    /// - Parameter atMost: bytes that may be read now.
    private func receive(_ slot: Int, ended: Bool, atMost limit: () -> Int) {
        let connection = slots[slot].connection
        var reads = 0
        repeat {
            let allowed = limit()
            guard allowed > 0 else { return }
            switch read(connection, atMost: allowed) {
            case .again:
                if connections[connection].isUnwatched { watch(connection, write: connections[connection].watchesWrite) }
                return
            case .failed: return lost(slot, failure(of: connection, slot))
            case .bytes(let count):
                slots[slot].pace.take(count)
                if takeRudely(slot, count, ended: ended) { return }
            }
            reads += 1
        } while reads < Self.readsPerEvent || (!connections[connection].isUnwatched && mustReadOn(connection))
    }

    /// As ``take(_:_:ended:)``, but for who leaves before the response is whole.
    private func takeRudely(_ slot: Int, _ count: Int, ended: Bool) -> Bool {
        guard count > 0, !slots[slot].hasLeft, case .body = slots[slot].manners?.pointee.moment else {
            return take(slot, count, ended: ended)
        }
        switch slots[slot].parser.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count])) {
        case .more:
            guard isTimeToLeave(slot, isWhole: false) else { return false }
            leave(slot)
            return !slots[slot].hasLeft
        case .complete(let used):
            guard isTimeToLeave(slot, isWhole: true) else {
                answered(slot, keep: used == count && !ended && slots[slot].parser.keepsAlive)
                return true
            }
            leave(slot)
            if slots[slot].hasLeft { finish(slot, .hungUp, keep: false) }
            return true
        case .garbled:
            // The moment may have come before the flaw.
            if slots[slot].parser.headerIsWhole, isTimeToLeave(slot, isWhole: false) {
                leave(slot)
                if slots[slot].hasLeft { finish(slot, .hungUp, keep: false) }
            } else {
                fail(slot, .garbled, .flaw(slots[slot].parser.flaw))
            }
            return true
        }
    }
}
