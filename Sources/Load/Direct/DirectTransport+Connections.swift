import Curl
import Glibc
import LinuxIO
import Measurements

/// The connections: opened by libcurl, kept for their origin, closed.
extension DirectTransport {
    /// Begins to connect for an exchange.
    func connect(for slot: Int) throws(CurlError) {
        guard let request = slots[slot].request else { return }
        if freeConnectionCount == 0 { closeSomeIdle() }
        guard freeConnectionCount > 0, freeConnectorCount > 0 else {
            preconditionFailure("an exchange has one connection, and there are as many as slots")
        }
        let connector = freeConnectors[freeConnectorCount - 1]
        let place = try connectorPlace(connector)
        try request.pointee.applyOrigin(to: place.pointee.easy)
        try setup.applyWay(to: request.pointee.url, on: place.pointee.easy)
        if request.pointee.url.isSecure, !place.pointee.isShared { try share(place, connector) }
        place.pointee.easy.setSocketBuffer(isSingle ? 0 : slots[slot].manners?.pointee.socketBuffer ?? 0)
        place.pointee.easy.setSecure(request.pointee.url.isSecure)
        place.pointee.easy.prepareForTransfer(attempts: 1)
        try multi?.add(place.pointee.easy)
        freeConnectorCount -= 1
        freeConnectionCount -= 1
        let connection = freeConnections[freeConnectionCount]
        place.pointee.connection = connection
        connections[connection] = Connection(
            state: .connecting, origin: request.pointee.origin, slot: slot, connector: connector,
            isSecure: request.pointee.url.isSecure)
        slots[slot].connection = connection
    }

    private func connectorPlace(_ index: Int) throws(CurlError) -> UnsafeMutablePointer<Connector> {
        if let made = connectors[index] { return made }
        let easy = try CurlEasy(tag: index, sockets: sockets)
        // A little longer than ours, which is the request's and says more.
        try setup.apply(to: easy, timeout: allManners.longestTimeout + 1000)
        try easy.set(.connectOnly, to: true)
        try easy.set(.freshConnect, to: true)
        // Also what is offered to the server in the TLS handshake: with HTTP/2 chosen there, nothing of this would work.
        try easy.set(.httpVersion, to: CurlHTTPVersion.http1_1.value)
        try easy.set(.receiveBufferBytes, to: 1024)
        easy.wantStream()
        let place = UnsafeMutablePointer<Connector>.allocate(capacity: 1)
        place.initialize(to: Connector(easy: easy))
        connectors[index] = place
        return place
    }

    /// Keeps the connector's connections in a cache with few others, as libcurl searches it whenever it moves bytes.
    private func share(_ place: UnsafeMutablePointer<Connector>, _ index: Int) throws(CurlError) {
        let number = index / Self.connectorsPerShare
        while shares.count <= number { shares.append(try CurlShareBox()) }
        try place.pointee.easy.setShare(shares[number].share)
        place.pointee.isShared = true
    }

    /// Takes up the connections that stand, or that failed to.
    func takeConnected() {
        let areFew = count <= Self.fewConnections
        while let connected = multi?.nextConnected(
            keepsBuffers: areFew, isSecure: { connections[connectors[$0]?.pointee.connection ?? 0].isSecure })
        {
            guard let connector = connectors[connected.tag] else { continue }
            let connection = connector.pointee.connection
            let slot = connections[connection].slot
            connections[connection].number = connected.number
            guard connected.code == .ok else {
                let secure = connections[connection].isSecure
                let outcome = Outcome(connected.code, of: connector.pointee.easy, isSecure: secure)
                let local = outcome == .unreachable && GeneralTransport.isLocal(connector.pointee.easy.systemError)
                if let manners = slots[slot].manners, let request = slots[slot].request {
                    failures.record(manners.pointee.request, outcome) {
                        FailureText.text(connected.code, outcome, of: connector.pointee.easy, way: setup.way(to: request.pointee.url))
                    }
                }
                releaseConnector(of: connection)
                finish(slot, outcome, keep: false, failedLocally: local)
                continue
            }
            connections[connection].fd = connected.socket
            connections[connection].stream = connected.stream
            connections[connection].state = .busy
            slots[slot].opened += 1
            tally.opened(connect: connected.connectMicroseconds, secure: connected.secureMicroseconds)
            if !connections[connection].isSecure { releaseConnector(of: connection) }
            watch(connection, write: false)
            // It may be closed already, were epoll to refuse it.
            if slots[slot].connection == connection { send(slot) }
        }
    }

    /// Its handle is out of the multi handle.
    private func releaseConnector(of connection: Int) {
        let index = connections[connection].connector
        guard index >= 0 else { return }
        connections[connection].connector = -1
        connectors[index]?.pointee.connection = -1
        freeConnectors[freeConnectorCount] = index
        freeConnectorCount += 1
        guard index >= Self.keptConnectors, let connector = connectors[index] else { return }
        connector.deinitialize(count: 1)
        connector.deallocate()
        connectors[index] = nil
    }

    func closeConnection(_ connection: Int) {
        if connections[connection].state == .idle { unlinkIdle(connection) }
        if let connector = handle(of: connection) {
            multi?.remove(connector.pointee.easy)
            releaseConnector(of: connection)
        } else if connections[connection].fd >= 0 {
            _ = Glibc.close(connections[connection].fd)
        }
        connections[connection].state = .free
        connections[connection].stream = nil
        connections[connection].fd = -1
        connections[connection].slot = -1
        freeConnections[freeConnectionCount] = connection
        freeConnectionCount += 1
    }

    func number(of connection: Int) -> Int {
        if connections[connection].state == .connecting, let connector = handle(of: connection) {
            return connector.pointee.easy.connection
        }
        return connections[connection].number
    }

    private func handle(of connection: Int) -> UnsafeMutablePointer<Connector>? {
        let index = connections[connection].connector
        return index < 0 ? nil : connectors[index]
    }

    /// All are taken: an idle one of another origin has to go.
    private func closeSomeIdle() {
        for index in 0..<count where connections[index].state == .idle { return closeConnection(index) }
    }

    /// Something has come on a connection that nobody waits for: its end, TLS's own talk, or what nobody asked for.
    func lookAtIdle(_ connection: Int) {
        switch read(connection, atMost: buffer.count) {
        case .again: return
        case .bytes(0): tally.step.closedIdle += 1
        case .bytes: break
        case .failed: tally.step.reset += 1
        }
        closeConnection(connection)
    }

    func linkIdle(_ connection: Int) {
        let origin = connections[connection].origin
        let head = origins[origin]
        connections[connection].state = .idle
        connections[connection].next = head
        connections[connection].previous = -1
        if head >= 0 { connections[head].previous = connection }
        origins[origin] = connection
        idleCount += 1
    }

    func unlinkIdle(_ connection: Int) {
        idleCount -= 1
        let next = connections[connection].next
        let previous = connections[connection].previous
        if next >= 0 { connections[next].previous = previous }
        if previous >= 0 { connections[previous].next = next } else { origins[connections[connection].origin] = next }
    }

    /// Waits for what comes, and where there is more to send, until it can be.
    func watch(_ connection: Int, write: Bool) {
        do {
            try poller.epoll.set(connections[connection].fd, tag: kind | UInt64(connection), read: true, write: write)
            connections[connection].watchesWrite = write
            connections[connection].isUnwatched = false
        } catch {
            // No memory for it in the kernel.
            let slot = connections[connection].slot
            fail(slot, .unreachable, .local(ENOMEM), failedLocally: true)
        }
    }

    /// Waits for nothing to come for now, whatever has.
    func stopWatching(_ connection: Int) {
        connections[connection].isUnwatched = true
        guard connections[connection].watchesWrite else { return poller.epoll.remove(connections[connection].fd) }
        try? poller.epoll.set(connections[connection].fd, tag: kind | UInt64(connection), read: false, write: true)
    }

    /// Why the read just now failed.
    func failure(of connection: Int, _ slot: Int) -> DirectFailure {
        let byHandle = connections[connection].stream == nil ? handle(of: connection) : nil
        let error = byHandle.map { $0.pointee.easy.systemError } ?? errno
        return error == 0 || error == EAGAIN ? .ended(slots[slot].parser.state) : .reset(error)
    }

    func read(_ connection: Int, atMost limit: Int) -> CurlEasy.Moved {
        if connections[connection].isSecure {
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<limit])
            if let stream = connections[connection].stream { return stream.receive(into: room) }
            if let connector = handle(of: connection) { return connector.pointee.easy.receive(into: room) }
        }
        let count = recv(connections[connection].fd, buffer.baseAddress, limit, Int32(MSG_DONTWAIT))
        return count >= 0 ? .bytes(count) : Self.moved(errno)
    }

    /// Whether TLS holds bytes that no event will tell of. It takes no further ones from the socket, so that this has an end.
    func mustReadOn(_ connection: Int) -> Bool {
        guard let stream = connections[connection].stream else { return false }
        stream.readNoFurther()
        return stream.holdsMore
    }

    /// Whether more has come than the response that is whole, so that the connection can serve no other.
    func hasMore(_ connection: Int) -> Bool {
        guard let stream = connections[connection].stream, stream.holdsMore else { return false }
        // It may be TLS's own talk.
        if case .again = read(connection, atMost: 1) { return false }
        return true
    }

    func write(_ connection: Int, _ bytes: UnsafeRawBufferPointer) -> CurlEasy.Moved {
        if let stream = connections[connection].stream { return stream.send(bytes) }
        if let connector = handle(of: connection) { return connector.pointee.easy.send(bytes) }
        let count = Glibc.send(connections[connection].fd, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
        return count >= 0 ? .bytes(count) : Self.moved(errno)
    }

    private static func moved(_ error: Int32) -> CurlEasy.Moved {
        error == EAGAIN || error == EINTR ? .again : .failed
    }
}

/// For an array.
final class CurlShareBox {
    let share: CurlShare

    init() throws(CurlError) { share = try CurlShare() }
}
