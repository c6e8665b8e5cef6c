import Curl
import LinuxIO
import Scenarios

/// Clients that leave early, read slowly, or wait longer than others.
extension GeneralTransport {
    /// Sets a handle to the manners of a request; nothing is allocated for those of a plain one.
    func apply(
        _ manners: UnsafePointer<Manners>, _ request: borrowing PreparedRequest, to place: UnsafeMutablePointer<Slot>
    ) throws(CurlError) {
        try place.pointee.easy.set(.timeoutMilliseconds, to: manners.pointee.timeoutMilliseconds)
        place.pointee.easy.setSocketBuffer(manners.pointee.socketBuffer)
        // It is a buffer that libcurl hands over, and that may be too much of a turn.
        let whole = place.pointee.isShort ? Self.smallBuffer : Self.buffer
        let buffer = manners.pointee.readRate == 0 ? whole : min(max(manners.pointee.readRate / 20, Self.smallBuffer), Self.buffer)
        try place.pointee.easy.set(.receiveBufferBytes, to: buffer)
        place.pointee.easy.setSlow(manners.pointee.readRate > 0)
        try place.pointee.easy.forgetHangUp()
        switch manners.pointee.moment {
        case .never, .time: break
        case .body(let count):
            place.pointee.easy.hangUp(afterBytes: count, CurlHangUp(manners.pointee.how), answersHead: request.method == .head)
        case .sent: try place.pointee.easy.watchSending(bodyCount: request.bodyCount, CurlHangUp(manners.pointee.how))
        }
    }

    /// The next turn of a slow reader: as much as its rate allows by now.
    func takeTurn(_ slot: Int, now: MonotonicInstant) {
        pauses.leave(slot)
        guard let rate = slots[slot].manners?.pointee.readRate, rate > 0 else { return }
        let taken = slots[slot].easy.takenSlowly
        if slots[slot].easy.waitsForMore || slots[slot].pace == nil {
            slots[slot].pace = SlowReading()
            slots[slot].pace?.rest(until: now)
            slots[slot].easy.restPace()
        } else {
            slots[slot].pace?.setTaken(taken)
        }
        pauses.enter(slot, 0, now: now)
        slots[slot].easy.takeTurn(slots[slot].pace?.allowed(rate, now: now) ?? 0)
    }

    /// The moment has come: leaves the exchange in `slot`, if it goes on.
    ///
    /// A stream of HTTP/2 is cancelled (RST_STREAM), its connection stays: our side of it has ended with the request.
    func leave(_ slot: Int) {
        guard let manners = slots[slot].manners, !slots[slot].easy.hasHungUp else { return }
        let how = setup.http.version == .http2 ? CurlHangUp.close : CurlHangUp(manners.pointee.how)
        slots[slot].easy.leave(how)
        if case .halfClose = how { return }
        multi?.remove(slots[slot].easy)
        left.append(slot)
    }
}

extension CurlHangUp {
    init(_ how: RequestSpec.HangUp.How) {
        switch how {
        case .close: self = .close
        case .reset: self = .reset
        case .halfClose: self = .halfClose
        }
    }
}
