import Glibc
import LinuxIO

/// One look at whether a server on the loopback interface answers.
///
/// A small HTTP client of our own: nothing of the load's machinery, whose connections are counted, goes into awaiting a server.
struct ReadyProbe: Sendable {
    let port: Int
    /// The path that must answer below 500; `nil`: it is enough that the port accepts.
    let path: String?

    enum Answer: Hashable, Sendable, CustomStringConvertible {
        case ready
        /// Nobody accepts the connection.
        case refused
        /// Accepted, and then nothing in time, or the connection was closed.
        case silent
        case status(Int)
        /// What came back is no HTTP.
        case garbled

        var description: String {
            switch self {
            case .ready: "ready"
            case .refused: "nobody accepts connections there"
            case .silent: "it accepts connections and does not answer"
            case .status(let status): "it answers with status \(status)"
            case .garbled: "it answers with something that is not HTTP"
            }
        }
    }

    /// Tries 127.0.0.1, then ::1; waits without holding a thread.
    func ask(until deadline: MonotonicInstant) async -> Answer {
        let first = await ask(AF_INET, deadline)
        guard first == .refused else { return first }
        return await ask(AF_INET6, deadline)
    }

    private func ask(_ family: Int32, _ deadline: MonotonicInstant) async -> Answer {
        let flags = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let raw = socket(family, flags, 0)
        guard raw >= 0, let port = UInt16(exactly: port) else { return .refused }
        let socket = OwnedDescriptor(taking: raw)
        var address = LoopbackAddress(family: family, port: port)
        let code = address.withSockaddr { connect(raw, $0, $1) }
        guard code == 0 || errno == EINPROGRESS else { return .refused }
        guard await Self.wait(raw, Int16(POLLOUT), deadline) else { return .refused }
        guard Self.isConnected(raw, family) else { return .refused }
        guard let path else { return .ready }
        let answer = await exchange(raw, path, deadline)
        _ = socket.raw
        return answer
    }

    private func exchange(_ raw: Int32, _ path: String, _ deadline: MonotonicInstant) async -> Answer {
        let request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nUser-Agent: seep\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        let bytes = Array(request.utf8)
        // It fits the empty buffer of a fresh socket.
        guard send(raw, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return .silent }
        var head: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1024)
        while head.count < 12 {
            guard await Self.wait(raw, Int16(POLLIN), deadline) else { return .silent }
            let count = recv(raw, &chunk, chunk.count, 0)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { return .silent }
            head += chunk[..<count]
        }
        return Self.answer(head)
    }

    /// Reads `HTTP/1.1 200`.
    static func answer(_ head: [UInt8]) -> Answer {
        let words = String(decoding: head.prefix(64), as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1].prefix(3)), (100..<600).contains(status) else {
            return .garbled
        }
        return status < 500 ? .ready : .status(status)
    }

    /// Whether the connection came about, and is not one of the socket with itself, which happens where a port is in the range of
    /// outgoing connections and nobody listens.
    private static func isConnected(_ socket: Int32, _ family: Int32) -> Bool {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &length) == 0, code == 0 else { return false }
        let ports = (LoopbackAddress(localOf: socket, family: family)?.port, LoopbackAddress(peerOf: socket, family: family)?.port)
        return ports.0 != ports.1
    }

    private static func wait(_ socket: Int32, _ events: Int16, _ deadline: MonotonicInstant) async -> Bool {
        while true {
            var entry = pollfd(fd: socket, events: events, revents: 0)
            if poll(&entry, 1, 0) > 0 { return true }
            guard MonotonicInstant.now < deadline else { return false }
            try? await Task.sleep(for: .milliseconds(2))
        }
    }
}
