import Glibc
import LinuxIO
import Synchronization

/// The loop of a ``ScriptedServer``.
struct ScriptedServerLoop {
    private struct Connection {
        var number: Int
        var requests = 0
        var input: [UInt8] = []
        var actions: ArraySlice<ScriptedServer.Action> = []
        /// Nothing is done before this moment.
        var pausedUntil: MonotonicInstant?
        var hangs = false
        /// The client has ended its side.
        var hasEnded = false
    }

    private let listener: Int32
    private let state: ScriptedServer.State
    private let answersAfterEnd: Bool
    private let script: @Sendable (ScriptedServer.Request) -> [ScriptedServer.Action]
    private var connections: [Int32: Connection] = [:]

    init(
        listener: Int32, state: ScriptedServer.State, answersAfterEnd: Bool,
        script: @escaping @Sendable (ScriptedServer.Request) -> [ScriptedServer.Action]
    ) {
        self.listener = listener
        self.state = state
        self.answersAfterEnd = answersAfterEnd
        self.script = script
    }

    mutating func run() {
        guard let epoll = try? Epoll() else { return }
        _ = fcntl(listener, F_SETFL, O_NONBLOCK)
        for fd in [listener, state.wakeUp.raw] { try? epoll.set(fd, tag: UInt64(fd), read: true, write: false) }
        while !state.stopping.load(ordering: .relaxed) {
            var ready: [Int32] = []
            try? epoll.wait(timeoutMilliseconds: timeout()) { ready.append(Int32($0.tag)) }
            for fd in ready {
                if fd == listener { accept(epoll) } else if connections[fd] != nil { read(fd, epoll) }
            }
            let now = MonotonicInstant.now
            for (fd, connection) in connections {
                if let until = connection.pausedUntil, until <= now {
                    connections[fd]?.pausedUntil = nil
                    act(fd)
                }
            }
        }
        for fd in connections.keys { close(fd) }
        close(listener)
    }

    private func timeout() -> Int32 {
        guard let next = connections.values.compactMap(\.pausedUntil).min() else { return -1 }
        return Int32(max((next - .now).nanosecondsRounded / 1_000_000 + 1, 0))
    }

    private mutating func accept(_ epoll: borrowing Epoll) {
        while true {
            let fd = Glibc.accept(listener, nil, nil)
            guard fd >= 0 else { return }
            var one: Int32 = 1
            setsockopt(fd, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
            let number = state.seen.withLock { seen in
                seen.accepted += 1
                seen.open += 1
                seen.mostOpen = max(seen.mostOpen, seen.open)
                return seen.accepted
            }
            connections[fd] = Connection(number: number)
            try? epoll.set(fd, tag: UInt64(fd), read: true, write: false)
        }
    }

    private mutating func read(_ fd: Int32, _ epoll: borrowing Epoll) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(fd, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN { return }
        guard count > 0 else {
            let isReset = count < 0 && errno == ECONNRESET
            state.seen.withLock { seen in
                if isReset { seen.reset += 1 } else { seen.ended += 1 }
            }
            guard answersAfterEnd, count == 0 else { return drop(fd) }
            connections[fd]?.hasEnded = true
            epoll.remove(fd)
            return act(fd)
        }
        connections[fd]?.input += buffer[..<count]
        act(fd)
    }

    private mutating func drop(_ fd: Int32) {
        connections[fd] = nil
        close(fd)
        state.seen.withLock { $0.open -= 1 }
    }

    /// Does what is left of the script for the request under way, then takes up the next.
    private mutating func act(_ fd: Int32) {
        while let connection = connections[fd], connection.pausedUntil == nil, !connection.hangs {
            if case .awaitEnd? = connection.actions.first, !connection.hasEnded { return }
            guard let action = connection.actions.first else {
                if connection.hasEnded {
                    state.seen.withLock { $0.answeredAfterEnd += 1 }
                    return drop(fd)
                }
                guard takeRequest(fd) else { return }
                continue
            }
            connections[fd]?.actions.removeFirst()
            switch action {
            case .send(let bytes):
                var offset = 0
                while offset < bytes.count {
                    let count = bytes[offset...].withUnsafeBytes { send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                    if count <= 0, connection.hasEnded { return drop(fd) }
                    guard count > 0 else { break }
                    offset += count
                }
            case .wait(let duration): connections[fd]?.pausedUntil = .now + duration
            case .awaitEnd: break
            case .hang: connections[fd]?.hangs = true
            case .close: drop(fd)
            case .reset:
                var linger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
                drop(fd)
            }
        }
    }

    /// Takes a whole request, with its body, out of what came in.
    private mutating func takeRequest(_ fd: Int32) -> Bool {
        guard var connection = connections[fd] else { return false }
        let end = Array("\r\n\r\n".utf8)
        guard let head = connection.input.indices.first(where: { connection.input[$0...].starts(with: end) }) else { return false }
        var request = ScriptedServer.Request(
            number: 0, connection: connection.number, onConnection: connection.requests + 1,
            bytes: Array(connection.input[..<(head + 4)]))
        let length = head + 4 + (request.header("Content-Length").flatMap { Int($0) } ?? 0)
        guard connection.input.count >= length else { return false }
        request.bytes = Array(connection.input[..<length])
        connection.input.removeFirst(length)
        connection.requests += 1
        request.number = state.seen.withLock { seen in
            var seenRequest = request
            seenRequest.number = seen.requests.count + 1
            seen.requests.append(seenRequest)
            return seenRequest.number
        }
        connection.actions = script(request)[...]
        connections[fd] = connection
        return true
    }
}
